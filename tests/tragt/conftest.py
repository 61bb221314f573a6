"""The golden world, loaded once as its files; a folder in which dbt parses the project once for all worlds."""

from pathlib import Path

import pytest
from pipeline.installation import Installation
from pipeline.ways import Loaded

from . import deliveries


@pytest.fixture(scope="session")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """The world's 38 deliveries: some months and the first four lists by themselves, then all the others."""
    folder = tmp_path_factory.mktemp("tragt")
    installation = Installation(folder, folder / "dagster", as_of="2023-01-31")
    deliveries.reference(installation)
    every = deliveries.files()
    installation.deliver(*every[:4], *every[12:18], *every[25:31])
    first = installation.load()
    assert first.failures == []
    installation.deliver(*every[4:12], *every[18:25], *every[31:])
    second = installation.load()
    return Loaded(installation, second)


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where dbt keeps what it parsed."""
    return tmp_path_factory.mktemp("dbt")
