"""A load killed at any step leaves readers alone, and the next load makes what it would have made."""

import random
import shutil
import sqlite3
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from samples.deliveries import REFERENCE
from samples.files import read_csv
from samples.installation import Installation
from samples.ways import Loaded

from . import crash, processes
from .crash import Kill, Outcome, RecordProperty, Unharmed
from .small import Past

# A torn file, on whose leavings the whole load is made; tests/pipeline/test_history.py always has such a kill.
HANDFUL = (("release: table written as Parquet", True),)
A_NEW_INTERFACE = {"snitflade": "SF9999", "navn": "Prøvesnitflade"}
ROWS = 18
_DBT = "dbt: a model or test is done"
# Steps that a load takes tens or hundreds of times, each after a whole build: some of them are enough.
OFTEN = (_DBT, "release: table written as Parquet")


@pytest.fixture(scope="module")
def handful(past: Past, unharmed: Unharmed) -> tuple[Installation, Outcome]:
    installation = past.installation.copy("draebt")
    kills = [Kill(crash.place_of(unharmed.steps, name), half) for name, half in HANDFUL]
    return installation, crash.kill_in_a_row(installation, crash.addresses(unharmed.steps, kills), unharmed.truth)


@pytest.mark.long
def test_kills_in_a_row_change_nothing_in_the_end(
    handful: tuple[Installation, Outcome], record_property: RecordProperty
) -> None:
    _, outcome = handful
    record_property("kills", outcome.killed)
    record_property("rows_lost", outcome.rows_lost)
    assert outcome.faults == []
    assert len(outcome.killed) == len(HANDFUL), outcome.missed


@pytest.mark.long
def test_there_is_no_step_without_a_crash_test(
    past: Past, unharmed: Unharmed, handful: tuple[Installation, Outcome]
) -> None:
    """Kills are made from the steps taken in these loads; a new step that none of them takes shows here."""
    killed, _ = handful
    taken = {s.name for s in [*crash.steps_taken(past.steps), *unharmed.steps]}
    taken |= {s.name for s in crash.steps_taken(killed.folder / "trin-efter")}
    taken |= {s.name for s in crash.steps_taken(_repairs_and_rollback(unharmed.installation))}
    assert crash.steps_in_code() - _REMOVALS == taken


# Taken in test_personal.py, not killed: each is followed by a deletion that the next scrub does again.
_REMOVALS = {
    "log: refused after the fact",
    "scrub: personal file removed from the lake",
    "scrub: personal file removed from the quarantine",
}


def _repairs_and_rollback(made: Installation) -> Path:
    """The steps of a scrub that mends a file and finds a damaged release, and of a rollback."""
    installation = made.copy("efterset")
    log = installation.folder / "trin"
    log.unlink()
    assert processes.run(installation, "rollback", KDI_STEPS_LOG=str(log)).failures == []
    rewrite((installation.home / "lake" / "sapa").rglob("*.parquet"))
    (installation.home / "published" / "releases" / ".20200101T000000Z-aaaa").mkdir()
    assert processes.run(installation, "sweep", KDI_STEPS_LOG=str(log)).failures == []
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


def test_nothing_counts_before_it_is_on_disk(at_once: Loaded) -> None:
    """Every `on disk` stands behind the call that waits for the disk, before what makes the files count."""
    names = [s.name for s in crash.steps_taken(at_once.installation.folder / "trin")]
    stored = "lake: manifest moved"
    for place, name in enumerate(names):
        if name == "log: verdicts written":
            before = names[:place]
            assert "lake: on disk" in before
            last = len(before) - before[::-1].index("lake: on disk")
            assert stored not in before[last:], "nothing is stored between the wait and the log"
    release = [n for n in names if n.startswith("release:")]
    assert release[release.index("release: on disk") :][:6] == [
        "release: on disk",
        "release: announced",
        "release: renamed",
        "release: link made",
        "release: switched",
        "release: nothing held back",
    ]


def test_every_change_of_a_file_stands_by_a_step() -> None:
    """Whoever renames, deletes, links or commits names the step, so that it can be killed there."""
    assert crash.changes_without_a_step() == []


@pytest.fixture(scope="module")
def rows(unharmed: Unharmed) -> list[list[Kill]]:
    """Rows of kills, each through the whole load: every place before dbt twice, a choice of the places after it."""
    chance = random.Random(4)
    kills = crash.kills_of(unharmed.steps)
    dbt, switched = (crash.place_of(unharmed.steps, name) for name in (_DBT, "release: switched"))
    early = [k for k in kills if k.place < dbt] * 2
    late = [k for k in kills if dbt <= k.place < switched]
    often = [k for k in late if unharmed.steps[k.place].name in OFTEN]
    late = [k for k in late if k not in often] + [
        k for name in OFTEN for k in chance.sample([k for k in often if unharmed.steps[k.place].name == name], 16)
    ]
    places = sorted(early + late, key=lambda k: (k.place, not k.half))
    rows = [places[start::ROWS] for start in range(ROWS)]
    last_ones = [k for k in kills if k.place >= switched]
    return [[*row, *last_ones[i : i + 1]] for i, row in enumerate(rows)]


@pytest.fixture(scope="module")
def killed_at() -> list[str]:
    """Filled by the test below, one example after the other."""
    return []


@pytest.mark.long
@pytest.mark.parametrize("first", range(0, ROWS, 2))
def test_a_row_of_kills_through_the_whole_load_changes_nothing_in_the_end(
    first: int,
    past: Past,
    unharmed: Unharmed,
    rows: list[list[Kill]],
    killed_at: list[str],
    record_property: RecordProperty,
) -> None:
    """Two rows at a time, each on a copy of its own."""

    def killed(number: int) -> Outcome:
        installation = past.installation.copy(f"raekke-{number}")
        try:
            row = crash.addresses(unharmed.steps, rows[number])
            return crash.kill_in_a_row(installation, row, unharmed.truth)
        finally:
            shutil.rmtree(installation.folder)
            shutil.rmtree(installation.dagster_home)

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(killed, (first, first + 1)))
    names = [name for outcome in outcomes for name in outcome.killed]
    killed_at += names
    record_property("kills", names)
    record_property("rows_lost", sum(outcome.rows_lost for outcome in outcomes))
    assert [fault for outcome in outcomes for fault in outcome.faults] == []
    assert [name for outcome in outcomes for name in outcome.missed] == []


@pytest.mark.long
def test_a_killed_sweep_is_swept_by_the_next(past: Past, unharmed: Unharmed, record_property: RecordProperty) -> None:
    """What a crash left is being removed when the next crash comes."""
    row = [
        "release: table written as Parquet|3|half",
        "sweep: half a release removed|1|",
        "release: renamed|1|",
        "prune: release hidden|1|",
        "sweep: announcement removed|1|",
        "prune: release removed|1|",
    ]
    outcome = crash.kill_in_a_row(past.installation.copy("fejet"), row, unharmed.truth)
    record_property("kills", outcome.killed)
    record_property("rows_lost", outcome.rows_lost)
    assert (outcome.faults, outcome.missed) == ([], [])


@pytest.mark.long
def test_new_reference_data_survive_kills_too(past: Past, record_property: RecordProperty) -> None:
    changed = past.installation.copy("ny-reference")
    changed.replace_reference("snitflader", [*read_csv(REFERENCE / "snitflader.csv"), A_NEW_INTERFACE])
    undisturbed = changed.copy("ny-reference-uskadt")
    log = undisturbed.folder / "trin-reference"
    truth = crash.oracle(undisturbed, processes.run(undisturbed, KDI_STEPS_LOG=str(log), **crash.KEPT).failures)
    steps = crash.steps_taken(log)
    kills = [k for k in crash.kills_of(steps) if "reference" in steps[k.place].name]
    outcome = crash.kill_in_a_row(changed, crash.addresses(steps, kills), truth)
    record_property("kills", outcome.killed)
    record_property("rows_lost", outcome.rows_lost)
    assert (outcome.faults, outcome.missed) == ([], [])
    assert len(outcome.killed) == len(kills) >= 25


@pytest.mark.long
@pytest.mark.parametrize("command", ["rollback", "scrub"])
def test_a_killed_rollback_or_scrub_is_finished_by_the_next(
    command: str, unharmed: Unharmed, record_property: RecordProperty
) -> None:
    def prepared(number: int) -> Installation:
        installation = unharmed.installation.copy(f"{command}-{number}")
        (installation.folder / "trin").unlink()
        if command == "scrub":
            rewrite((installation.home / "lake" / "sapa").rglob("*.parquet"))
            (installation.home / "state" / f"{min(installation.releases)}.duckdb").unlink()
        return installation

    whole = prepared(0)
    log = whole.folder / "trin"
    said = processes.run(whole, command, KDI_STEPS_LOG=str(log)).failures
    steps = crash.steps_taken(log)
    killed = []
    for number, kill in enumerate(crash.kills_of(steps), start=1):
        installation = prepared(number)
        (address,) = crash.addresses([*steps, crash.Step("release: switched", False)], [kill])
        assert processes.run(installation, command, KDI_CRASH_AT=address).was_killed
        killed.append(f"{steps[kill.place].name}{' (half written)' if kill.half else ''}")
        assert crash.damaged_files(installation) == []
        if installation.current.name != whole.current.name or command == "scrub":
            assert processes.run(installation, command).failures == said
        assert installation.current.name == whole.current.name
        assert crash.hashes_of_lake(installation) == crash.hashes_of_lake(whole)
    record_property("kills", killed)
    assert len(killed) >= 3


@pytest.mark.long
def test_more_than_two_hundred_kills_at_every_step_of_the_load(unharmed: Unharmed, killed_at: list[str]) -> None:
    assert len(killed_at) >= 200
    assert set(killed_at) >= {s.name for s in unharmed.steps}
