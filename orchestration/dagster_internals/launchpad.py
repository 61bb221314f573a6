"""A link to a job's launchpad with its form filled in. Dagster has it, but does not document it (dagster#16807)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import yaml

from orchestration.dagster_internals.origins import CODE_LOCATION, REPOSITORY


def launchpad(job_name: str, config: Mapping[str, Any]) -> str:
    """The path of the page; relative, so that it holds whatever the host is called."""
    text = quote(yaml.safe_dump(dict(config), allow_unicode=True, sort_keys=False))
    return f"/locations/{REPOSITORY}@{CODE_LOCATION}/jobs/{job_name}/playground/setup?config={text}"
