"""An installation with its Dagster instance, for what touches Dagster's private parts."""

from operations.conftest import installation, instance  # noqa: F401
