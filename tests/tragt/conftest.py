"""The golden world, loaded once as its files; a folder in which dbt parses the project once for all worlds."""

from pathlib import Path

import pytest
from samples.ways import Loaded

from . import deliveries


@pytest.fixture(scope="session")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """The world's 38 deliveries in one load."""
    installation = deliveries.installation(tmp_path_factory.mktemp("tragt"))
    installation.deliver(*deliveries.files())
    return Loaded(installation, installation.load())


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where dbt keeps what it parsed."""
    return tmp_path_factory.mktemp("dbt")
