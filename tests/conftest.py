"""What ``make demo`` makes, for the tests that look at the sample deliveries as its readers meet them."""

from collections.abc import Iterator

import duckdb
import pytest
from pipeline.installation import Installation


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published database of the demo's 14 months. Made once, in about a minute."""
    folder = tmp_path_factory.mktemp("demo")
    installation = Installation(folder, folder / "dagster", as_of="2023-03-15")
    made = installation.kdi("generate", "--out", str(installation.inbox), "--months", "14", "--scale", "demo")
    assert made.exit_code == 0, made.output
    assert installation.load().failures == []
    with installation.reader() as connection:
        yield connection
