"""What ``make demo`` makes, for the tests that look at the sample deliveries as its readers meet them."""

from collections.abc import Iterator

import duckdb
import pytest
from pipeline.installation import Installation


@pytest.fixture(scope="session")
def demo_installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The demo's 14 months, loaded and published. Made once, in about a minute."""
    folder = tmp_path_factory.mktemp("demo")
    installation = Installation(folder, folder / "dagster")
    made = installation.kdi("generate", "--out", str(installation.inbox), "--months", "14", "--scale", "demo")
    assert made.exit_code == 0, made.output
    assert installation.load().failures == []
    return installation


@pytest.fixture(scope="session")
def demo(demo_installation: Installation) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published database of the demo."""
    with demo_installation.reader() as connection:
        yield connection
