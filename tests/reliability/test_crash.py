"""A load killed at any step leaves readers alone, and the next load makes what it would have made."""

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from pipeline.installation import Installation

from . import crash, processes
from .crash import Kill, Oracle, Outcome, Step
from .small import FAULTY, Past

# One of each kind: a torn file, a transaction, a torn copy, dbt at work, a torn table, the switch.
HANDFUL = (
    ("receive: rows written", True),
    ("log: verdicts written", False),
    ("build: database copied", True),
    ("dbt: a model or test is done", False),
    ("release: table written as Parquet", True),
    ("release: renamed", False),
)
RecordProperty = Callable[[str, object], None]
ROW_LENGTH = 8
KILLS = 240
OF_DBT = 40


@dataclass(frozen=True)
class Unharmed:
    """The load to come, run to its end: the steps it took and what it made."""

    installation: Installation
    steps: list[Step]
    truth: Oracle


@pytest.fixture(scope="module")
def unharmed(past: Past) -> Unharmed:
    installation = past.installation.copy("uskadt")
    log = installation.folder / "trin"
    log.unlink()
    ended = processes.run(installation, KDI_STEPS_LOG=str(log), **crash.KEPT)
    assert len(ended.failures) == len(FAULTY), ended.failures
    return Unharmed(installation, crash.steps_taken(log), crash.oracle(installation, ended.failures))


@pytest.fixture(scope="module")
def handful(past: Past, unharmed: Unharmed) -> tuple[Installation, Outcome]:
    installation = past.installation.copy("draebt")
    kills = [Kill(crash.place_of(unharmed.steps, name), half) for name, half in HANDFUL]
    return installation, crash.kill_in_a_row(installation, unharmed.steps, kills, unharmed.truth)


def test_six_kills_in_a_row_change_nothing_in_the_end(
    handful: tuple[Installation, Outcome], record_property: RecordProperty
) -> None:
    _, outcome = handful
    record_property("kills", outcome.killed)
    record_property("rows_lost", outcome.rows_lost)
    assert outcome.faults == []
    assert len(outcome.killed) == len(HANDFUL), outcome.missed


def test_there_is_no_step_without_a_crash_test(
    past: Past, unharmed: Unharmed, handful: tuple[Installation, Outcome]
) -> None:
    """Kills are made from the steps taken in these loads; a new step that none of them takes shows here."""
    killed, _ = handful
    taken = {s.name for s in [*crash.steps_taken(past.steps), *unharmed.steps]}
    taken |= {s.name for s in crash.steps_taken(killed.folder / "trin-efter")}
    taken |= {s.name for s in crash.steps_taken(_repairs_and_rollback(unharmed.installation))}
    assert crash.steps_in_code() == taken


def _repairs_and_rollback(made: Installation) -> Path:
    """The steps of a scrub that mends a file and finds a damaged release, and of a rollback."""
    installation = made.copy("efterset")
    log = installation.folder / "trin"
    log.unlink()
    assert processes.run(installation, "rollback", KDI_STEPS_LOG=str(log)).failures == []
    rewrite((installation.home / "lake" / "sapa").rglob("*.parquet"))
    (installation.home / "state" / f"{max(installation.releases)}.duckdb").unlink()
    (line,) = processes.run(installation, "scrub", KDI_STEPS_LOG=str(log)).failures
    assert max(installation.releases) in line
    return log


def rewrite(files: Iterable[Path]) -> None:
    """Other bytes in the log than the delivery gives today: as if it had been written by another DuckDB."""
    path = next(iter(files))
    log = path.parents[2] / "leverancer.sqlite"
    with sqlite3.connect(log) as connection:
        connection.execute("update leverancer set parquet_sha256 = 'en anden' where parquet like ?", (f"%{path.name}",))
    path.write_bytes(b"PAR1")


def test_every_change_of_a_file_stands_by_a_step() -> None:
    """Whoever renames, deletes, links or commits names the step, so that it can be killed there."""
    assert crash.changes_without_a_step() == []


@pytest.fixture(scope="module")
def rows(unharmed: Unharmed) -> list[list[Kill]]:
    """Rows of kills: every step and the middle of every write, most of dbt's two hundred steps left out."""
    chance = random.Random(4)
    kills = crash.kills_of(unharmed.steps)
    of_dbt = [k for k in kills if unharmed.steps[k.place].name.startswith("dbt")]
    others = [k for k in kills if k not in of_dbt]
    first = crash.place_of(unharmed.steps, "release: switched")
    last_ones = [k for k in others if k.place >= first]
    others = [k for k in others if k.place < first]
    chosen = chance.sample(of_dbt, min(OF_DBT, len(of_dbt))) + chance.sample(others, min(KILLS - OF_DBT, len(others)))
    chosen.sort(key=lambda k: (k.place, not k.half))
    number = -(-len(chosen) // ROW_LENGTH)
    # Each row takes every number-th kill, so that all rows go through the whole load.
    made = [chosen[start::number] for start in range(number)]
    for i, kill in enumerate(last_ones):
        made[i % number] = [*made[i % number], kill] if i < number else made[i % number]
    return made


@pytest.mark.lang
def test_more_than_two_hundred_kills_change_nothing_in_the_end(
    past: Past, unharmed: Unharmed, rows: list[list[Kill]], record_property: RecordProperty
) -> None:
    def killed(numbered: tuple[int, list[Kill]]) -> Outcome:
        number, kills = numbered
        installation = past.installation.copy(f"raekke-{number}")
        try:
            return crash.kill_in_a_row(installation, unharmed.steps, kills, unharmed.truth)
        finally:
            shutil.rmtree(installation.folder)
            shutil.rmtree(installation.dagster_home)

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(killed, enumerate(rows)))
    all_killed = [name for outcome in outcomes for name in outcome.killed]
    record_property("kills", all_killed)
    record_property("rows_lost", sum(outcome.rows_lost for outcome in outcomes))
    assert [fault for outcome in outcomes for fault in outcome.faults] == []
    assert len(all_killed) >= 200, [o.missed for o in outcomes if o.missed]
    assert set(all_killed) >= {s.name for s in unharmed.steps}
