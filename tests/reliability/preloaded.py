"""What the fork server imports before the first trial."""

import great_expectations  # noqa: F401

import orchestration.load  # noqa: F401
