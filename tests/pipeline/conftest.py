"""Installations that several tests look at. A load takes ten seconds or more, so none is made twice."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.load import LoadResult
from orchestration.settings import PROJECT_ROOT

from . import world
from .deliveries import GOLDEN, calls_in_month, kommuner, month, read_csv
from .golden import DATA_AREAS, DECK, ELEVEN, FIRST_MONTH, SECOND_MONTH, implied_population
from .installation import Installation, Table

NewInstallation = Callable[[str], Installation]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("installationer")


@pytest.fixture(scope="session")
def dagster_folder(folder: Path) -> Iterator[Path]:
    """In memory where there is room: Dagster waits for the disk at each of a load's hundreds of events."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or shutil.disk_usage(memory).free < 200 << 20:
        yield folder / "dagster"
        return
    with tempfile.TemporaryDirectory(prefix="kdi-dagster-", dir=memory) as temporary:
        yield Path(temporary)


@pytest.fixture(scope="session")
def new_installation(folder: Path, dagster_folder: Path) -> NewInstallation:
    """Makes an empty installation with the world's reference data."""

    def make(name: str) -> Installation:
        installation = Installation(folder / name, dagster_folder / name)
        installation.replace_reference("folketal", world.population())
        installation.replace_reference("system_alias", world.ALIASES)
        return installation

    return make


@dataclass(frozen=True)
class Loaded:
    """An installation and what its last load said."""

    installation: Installation
    result: LoadResult


@pytest.fixture(scope="session")
def at_once(new_installation: NewInstallation) -> Loaded:
    """Everything in one load into a fresh home: what every other way must end in."""
    installation = new_installation("paa-en-gang")
    installation.deliver(*world.ALL)
    return Loaded(installation, installation.load())


@dataclass(frozen=True)
class Corrected:
    """An installation after a late day and a correction, and what it was before."""

    installation: Installation
    result: LoadResult
    before: dict[str, Table]
    inodes_before: dict[str, int]
    read_by_open_reader: Table


@pytest.fixture(scope="session")
def corrected(new_installation: NewInstallation) -> Corrected:
    """First everything but March's late day and correction, newest first; then these two."""
    installation = new_installation("rettet")
    installation.deliver(*reversed([d for d in world.IN_FORCE if d not in (world.LATE_DAY, world.CORRECTION)]))
    installation.deliver(world.ORIGINAL)
    installation.load()
    before = installation.content()
    inodes = installation.inodes()
    reader = installation.reader()
    installation.deliver(world.CORRECTION, world.LATE_DAY)
    result = installation.load()
    read = reader.execute("select * from marts.fct_kald_time order by all").fetchall()
    reader.close()
    return Corrected(installation, result, before, inodes, read)


@pytest.fixture(scope="session")
def months_first(new_installation: NewInstallation) -> Loaded:
    """Serviceplatformen's months and the extract first, the days thereafter in no order."""
    installation = new_installation("maaneder-foerst")
    installation.deliver(*world.MONTHS, world.EXTRACT)
    installation.load()
    installation.deliver(
        world.APRIL_DAY, world.ORIGINAL, world.LONG_DAY, world.LATE_DAY, world.CORRECTION, world.AFTER_LONG_DAY,
        world.SHORT_DAY,
    )  # fmt: skip
    return Loaded(installation, installation.load())


@dataclass(frozen=True)
class Interrupted:
    """An installation whose build was killed, and what a reader saw then."""

    installation: Installation
    result: LoadResult
    current_before: Path
    current_after_kill: Path
    killed_while: str


@pytest.fixture(scope="session")
def interrupted(new_installation: NewInstallation) -> Interrupted:
    """Oldest first, so that a renamed system comes last; the second load is killed while dbt runs, then repeated."""
    installation = new_installation("afbrudt")
    old = [d for d in world.ALL if d.period < "2022-03-27" and d is not world.CORRECTION]
    installation.deliver(*old)
    installation.load()
    before = installation.current
    installation.deliver(*[d for d in world.ALL if d not in old])
    seen = kill_while_dbt_runs(installation)
    after_kill = installation.current
    return Interrupted(installation, installation.load(), before, after_kill, seen)


def kill_while_dbt_runs(installation: Installation, node: str = "model.kdi.fct_kald_time") -> str:
    """Start ``kdi load`` in a process of its own and kill it and its children once dbt has begun ``node``."""
    log = installation.home / "dbt" / "dbt.log"
    seen = log.stat().st_size
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli", "load"],
        cwd=PROJECT_ROOT,
        env=os.environ | installation.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and process.poll() is None:
            with log.open("rb") as stream:
                stream.seek(seen)
                if f"Began running node {node}".encode() in stream.read():
                    return node
            time.sleep(0.02)
        raise AssertionError(f"dbt never began {node}")
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture(scope="session")
def golden(new_installation: NewInstallation) -> Loaded:
    """The deck's two tables as two months of Serviceplatformen, with the population that they imply."""
    installation = new_installation("guld")
    installation.replace_reference("folketal", implied_population())
    table = [
        calls_in_month(FIRST_MONTH, row["kommune"], DECK, service, int(row[column]))
        for row in read_csv(GOLDEN / "kald_pr_dataomraade.csv")
        for column, (service, _) in DATA_AREAS.items()
        if row[column]
    ]
    rates = [
        calls_in_month(SECOND_MONTH, row["kommune"], ELEVEN, "SagIndeks", int(row["kald"]))
        for row in read_csv(GOLDEN / "kald_pr_indbygger.csv")
    ]
    assert {row["kommune"] for row in read_csv(GOLDEN / "kald_pr_indbygger.csv")} <= set(kommuner())
    installation.deliver(month(FIRST_MONTH, *table), month(SECOND_MONTH, *rates))
    return Loaded(installation, installation.load())
