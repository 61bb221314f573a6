"""Suites as data: each YAML file beside this module is one Great Expectations suite."""

from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict

from expectations.findings import Code


class Demand(BaseModel):
    """One expectation: a Great Expectations type with its arguments, a name and a severity.

    ``critical`` refuses a delivery or stops a publication, ``warning`` is only shown.
    ``fault`` is the finding that a refused delivery gets when the audit has not named one.
    ``may_be_consented``: a person may take the delivery all the same (``kdi delivery accept``).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    type: str
    kwargs: dict[str, Any]
    severity: Literal["critical", "warning"]
    description: str
    fault: Code | None = None
    may_be_consented: bool = False


class Suite(BaseModel):
    """A named list of demands on a frame with one row per ``index``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    description: str
    index: str
    demands: tuple[Demand, ...]


@cache
def suite(name: str) -> Suite:
    """The suite in ``<name>.yml``."""
    path = Path(__file__).with_name(f"{name}.yml")
    return Suite.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
