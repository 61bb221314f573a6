"""Installations that several tests look at. A load takes ten seconds or more, so none is made twice."""

import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pytest

from . import ways
from .deliveries import GOLDEN, calls_in_month, kommuner, month, read_csv
from .golden import (
    DATA_AREAS,
    DECK,
    ELEVEN,
    FIRST_MONTH,
    SECOND_MONTH,
    connection_report,
    implied_population,
    matrix,
)
from .ways import Corrected, Folders, Interrupted, Loaded


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folders]:
    """Dagster's storage lies in memory where there is room: it waits for the disk at each of hundreds of events."""
    installations = tmp_path_factory.mktemp("installationer")
    memory = Path("/dev/shm")
    if not memory.is_dir() or shutil.disk_usage(memory).free < 200 << 20:
        yield Folders(installations, installations / "dagster")
        return
    with tempfile.TemporaryDirectory(prefix="kdi-dagster-", dir=memory) as temporary:
        yield Folders(installations, Path(temporary))


@dataclass(frozen=True)
class Beside:
    """Installations that are being made in a process beside the tests."""

    interrupted: "Future[Interrupted]"
    months_first: "Future[Loaded]"
    corrected: "Future[Corrected]"


@pytest.fixture(scope="session", autouse=True)
def beside(request: pytest.FixtureRequest, folders: Folders) -> Iterator[Beside | None]:
    """Begins with the long histories at once, when they are asked for: a load alone keeps but one core busy."""
    if not any(item.path.name == "test_history.py" for item in request.session.items):
        yield None
        return
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        yield Beside(
            process.submit(ways.interrupted, folders),
            process.submit(ways.months_first, folders),
            process.submit(ways.corrected, folders),
        )


@pytest.fixture(scope="session")
def at_once(folders: Folders) -> Loaded:
    return ways.at_once(folders)


@pytest.fixture(scope="session")
def corrected(beside: Beside) -> Corrected:
    return beside.corrected.result()


@pytest.fixture(scope="session")
def months_first(beside: Beside) -> Loaded:
    return beside.months_first.result()


@pytest.fixture(scope="session")
def interrupted(beside: Beside) -> Interrupted:
    return beside.interrupted.result()


@pytest.fixture(scope="session")
def golden(folders: Folders) -> Loaded:
    """The deck's two tables as two months of Serviceplatformen, with the population that they imply; its two sheets."""
    installation = folders.new("guld")
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
    installation.deliver(month(FIRST_MONTH, *table), month(SECOND_MONTH, *rates), *connection_report(), matrix())
    return Loaded(installation, installation.load())
