"""What several folders of tests share: what ``make demo`` makes, as its readers meet it, and a PostgreSQL server."""

from collections.abc import Iterator

import duckdb
import pytest
from pipeline.installation import Installation
from postgres_server import PostgresServer, postgres_server


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that look at one installation run in one process (``make test`` has two), so that it is made once."""
    for item in items:
        group = item.path.parent.name if item.path.parent.name == "pipeline" else item.path.name
        if "demo_installation" in getattr(item, "fixturenames", ()):
            group = "demo"
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def demo_installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The demo's 14 months, loaded and published. Made once, in about a minute."""
    folder = tmp_path_factory.mktemp("demo")
    installation = Installation(folder, folder / "dagster", as_of="2023-03-15")
    made = installation.kdi("generate", "--out", str(installation.inbox), "--months", "14", "--scale", "demo")
    assert made.exit_code == 0, made.output
    assert installation.load().failures == []
    return installation


@pytest.fixture(scope="session")
def demo(demo_installation: Installation) -> Iterator[duckdb.DuckDBPyConnection]:
    """Its published database."""
    with demo_installation.reader() as connection:
        yield connection


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server, started in a second; each user makes a database of its own in it."""
    with postgres_server() as server:
        yield server
