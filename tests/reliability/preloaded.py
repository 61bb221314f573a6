"""What the fork server imports before the first trial."""

import kdi.commands.load  # noqa: F401
from expectations.judge import import_great_expectations

import_great_expectations()
