"""What several folders of tests share: what ``make demo`` makes, as its readers meet it, and a PostgreSQL server."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pages
import pytest
from samples import ways
from samples.installation import Installation
from samples.ways import Corrected, Folders, Loaded, OneBadDay
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from demo.postgres.memory import roomy
from demo.postgres.server import PostgresServer, postgres_server
from kdi import garbage

garbage.spare()

# Folders and files whose tests look at the same installations, by the name of what they share.
SHARED = {
    **{folder: folder for folder in ("pipeline", "tragt", "disclosure")},
    **dict.fromkeys(("reliability", "test_first_look.py"), "pipeline"),
    **dict.fromkeys(
        (
            "bi",
            "report",
            "privacy",
            "test_figures.py",
            "test_commands_as_written.py",
            "test_demo.py",
            "test_postgres_demo.py",
        ),
        "demo",
    ),
}
# Files of such a folder with installations of their own alone.
ALONE = ("test_delivery_life.py", "test_disclosure.py", "test_recovery.py")
# Tests whose every case makes a world of its own.
OF_ONE_WORLD = (
    "test_every_cell_of_a_random_world_whole_and_in_pieces",
    "test_a_span_that_is_too_short_is_noticed",
    "test_a_second_way_agrees_on_twenty_worlds",
)
# What loads most must not be left for last, when the other processes have nothing more to do.
LONGEST_FIRST = (*dict.fromkeys(SHARED.values()), *ALONE)


def scope_of(nodeid: str) -> str:
    """What a test shares with others, else its file."""
    file, *_, name = nodeid.split("::")
    if name.split("[")[0] in OF_ONE_WORLD:
        return nodeid
    path = Path(file)
    if path.name in ALONE:
        return path.name
    return SHARED.get(path.parent.name) or SHARED.get(path.name) or path.as_posix()


class ByInstallation(LoadScopeScheduling):
    """Tests that look at one installation run in one process of ``make test``, so that it is made once."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {scope: number for number, scope in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(scope_of(item.nodeid), len(place)))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByInstallation:
    return ByInstallation(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew", action="store_true", help="Write the parts of docs/ that the tests make.")


def pytest_configure(config: pytest.Config) -> None:
    pages.renew = config.getoption("--renew")
    if config.option.markexpr != "not long":  # where long tests are run too, properties are tried on all their examples
        os.environ["KDI_EVERY_EXAMPLE"] = "yes"


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folders]:
    """Dagster's storage lies in memory where there is room: it waits for the disk at each of hundreds of events."""
    installations = tmp_path_factory.mktemp("installationer")
    memory = roomy(300 << 20)
    if not memory:
        yield Folders(installations, installations / "dagster")
        return
    with tempfile.TemporaryDirectory(prefix="kdi-dagster-", dir=memory) as temporary:
        yield Folders(installations, Path(temporary))


@pytest.fixture(scope="session")
def at_once(folders: Folders) -> Loaded:
    """The sample world in one load; with the steps that it took."""
    return ways.at_once(folders)


@pytest.fixture(scope="session")
def corrected(folders: Folders) -> Corrected:
    """The same world, in another order and with a killed load."""
    return ways.corrected(folders)


@pytest.fixture(scope="session")
def sixty_days(folders: Folders) -> OneBadDay:
    return ways.sixty_days(folders)


@pytest.fixture(scope="session")
def demo_installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The demo's 14 months, loaded and published. Made once, in about a minute."""
    folder = tmp_path_factory.mktemp("demo")
    installation = Installation(folder, folder / "dagster", as_of="2023-03-15")
    installation.kdi("generate", "--out", str(installation.inbox), "--months", "14", "--scale", "demo")
    done = installation.process("load")
    (folder / "load.txt").write_text(done.stdout, encoding="utf-8")  # README shows it
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
