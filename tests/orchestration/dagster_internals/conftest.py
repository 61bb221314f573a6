"""An installation with its Dagster instance, for what touches Dagster's private parts."""

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from samples.installation import Installation

from kdi.commands.load import use_dagster_home


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """An empty installation that the process works on."""
    installation = Installation(tmp_path, tmp_path / "dagster")
    with installation.in_force():
        yield installation


@pytest.fixture
def instance(installation: Installation) -> Iterator[dg.DagsterInstance]:
    """Its Dagster instance, with the storage and settings of ``orchestration/instance.yaml``."""
    from kdi.settings import get_settings

    assert os.environ["DAGSTER_HOME"] == str(installation.dagster_home)
    with use_dagster_home(get_settings()) as instance:
        yield instance
