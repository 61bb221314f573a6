"""Faults around a whole load: others at work at the same time, other versions, checks that break down."""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from samples import world
from samples.deliveries import REFERENCE, call, calls_in_month, day, month
from samples.files import read_csv
from samples.installation import Installation, Table
from samples.ways import Folders

from kdi.installation import here
from kdi.machine import lock

from . import processes
from .crash import RecordProperty, rows_lost
from .small import FAULTY, TO_COME, Past

pytestmark = pytest.mark.long


@pytest.fixture
def installation(past: Past, tmp_path: Path) -> Installation:
    return past.installation.copy(tmp_path.name)


def wait_for(log: Path, step: str, times: int = 1) -> None:
    """Until a load under way has taken a step so many times."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        if log.exists() and log.read_text(encoding="utf-8").count(f"{step}|") >= times:
            return
        time.sleep(0.05)
    raise AssertionError(f"never came to {step}")


def test_two_loads_at_once_end_as_one_after_the_other(
    installation: Installation, expected: dict[str, Table], record_property: RecordProperty
) -> None:
    releases = installation.releases
    both = [processes.start(installation) for _ in range(2)]
    ended = [running.process for running in both]
    for process in ended:
        process.join()
    assert [process.exitcode for process in ended] == [0, 0]
    content = installation.content()
    record_property("rows_lost", rows_lost(content, expected))
    assert content == expected
    assert len(installation.releases) == len(releases) + 1, "the second finds nothing to do"


def test_a_rollback_does_not_wait_for_a_load_and_is_not_overtaken_by_it(installation: Installation) -> None:
    old, new = installation.releases
    log = installation.folder / "trin-samtidig"
    running = processes.start(installation, KDI_STEPS_LOG=str(log))
    wait_for(log, "build: plan written")
    installation.kdi("publish", "--rollback")
    assert running.process.is_alive(), "the rollback is done before the load is"
    assert installation.current.name == old
    failures = running.wait().failures
    assert installation.current.name == old
    assert any("rullet tilbage" in line for line in failures)
    assert new in installation.releases


def test_a_service_that_comes_late_to_the_catalogue_is_known_in_all_months(installation: Installation) -> None:
    sql = """select distinct snitflade from marts.fct_kald_time join marts.dim_service using (service_id)
        where service = 'Findes ikke i kataloget'"""
    processes.run(installation)
    assert installation.query(sql) == [("Ukendt",)]
    rows = read_csv(REFERENCE / "service_katalog.csv")
    late = rows[0] | {"platform": "stoettesystemerne", "service": "Findes ikke i kataloget", "snitflade": "SF1500"}
    installation.replace_reference("service_katalog", [*rows, late])
    lake = {path: path.stat().st_mtime_ns for path in (installation.home / "lake" / "stoettesystemerne").rglob("*.*")}
    processes.run(installation)
    assert installation.query(sql) == [("SF1500",)]
    assert {path: path.stat().st_mtime_ns for path in lake} == lake, "no delivery was read again"


def test_a_left_over_write_ahead_log_is_never_mixed_into_a_release(
    installation: Installation, expected: dict[str, Table], record_property: RecordProperty
) -> None:
    """A killed writer's log lies where the build's database will: DuckDB 1.5 would replay it into the new file."""
    build = installation.home / "build"
    build.mkdir(exist_ok=True)
    for name in ("kdi.duckdb", "arbejde.duckdb"):
        writer = os.fork()
        if not writer:
            connection = duckdb.connect(str(build / name))
            connection.execute("pragma disable_checkpoint_on_shutdown; create table fremmed as select 42 as tal")
            os._exit(0)
        os.waitpid(writer, 0)
        assert (build / f"{name}.wal").stat().st_size > 0
    processes.run(installation)
    content = installation.content()
    record_property("rows_lost", rows_lost(content, expected))
    assert content == expected
    assert not list(installation.home.rglob("*.wal"))


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/St_Johns"])
def test_the_servers_time_zone_does_not_show(
    zone: str, installation: Installation, expected: dict[str, Table], record_property: RecordProperty
) -> None:
    processes.run(installation, TZ=zone)
    content = installation.content()
    record_property("rows_lost", rows_lost(content, expected))
    assert content == expected


def test_a_judge_that_breaks_down_lets_nothing_through(installation: Installation, expected: dict[str, Table]) -> None:
    """Great Expectations cannot write its pages: that counts as a failure, not as a pass."""
    before = installation.content()
    docs = installation.home / "data_docs"
    for path in sorted(docs.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    docs.rmdir()
    docs.write_text("her skulle være en mappe", encoding="utf-8")
    failures = processes.run(installation).failures
    assert any("data_docs" in line for line in failures), failures
    assert installation.content() == before
    docs.unlink()
    assert len(processes.run(installation).failures) == len(FAULTY)
    assert installation.content() == expected


@pytest.mark.parametrize("changed", ["duckdb", "tilstand"])
def test_another_duckdb_or_an_earlier_platform_makes_everything_anew_and_the_same(
    changed: str, installation: Installation, record_property: RecordProperty
) -> None:
    """The release in force says that it was made by others; nothing of it is used, and nothing differs."""
    before, releases = installation.content(), installation.releases
    for delivery in (*TO_COME, *FAULTY):
        (installation.inbox / delivery.source / delivery.name).unlink(missing_ok=True)
    manifest = installation.current / "manifest.json"
    values = json.loads(manifest.read_text(encoding="utf-8"))
    values["inputs"][changed] = "1.4.0"
    manifest.chmod(0o644)
    manifest.write_text(json.dumps(values), encoding="utf-8")
    inodes = installation.inodes()
    assert processes.run(installation).failures == []
    content = installation.content()
    record_property("rows_lost", rows_lost(content, before))
    assert content == before
    assert len(installation.releases) == len(releases) + 1
    assert not set(installation.inodes().values()) & set(inodes.values()), "no file was taken over"


def test_a_build_waits_for_the_dbt_of_a_killed_load(installation: Installation) -> None:
    """Where the kernel does not end the child with its parent, the build folder's lock keeps the next load out."""
    with installation.in_force(), ThreadPoolExecutor(1) as pool:
        folder = here().site.workspace.folder
        with lock.file_lock(Path(f"{folder}.lock")):
            log = installation.folder / "trin-venter"
            running = pool.submit(processes.run, installation, KDI_STEPS_LOG=str(log))
            wait_for(log, "log: verdicts recorded", times=3)
            time.sleep(5)
            assert not running.done()
            assert "build: folder made|" not in log.read_text(encoding="utf-8")
        assert len(running.result().failures) == len(FAULTY)


MONTHS_BACK = [f"{year}-{number:02}" for year in (2019, 2020, 2021) for number in range(1, 13)]
DAILY = [(date(2022, 5, 1) + timedelta(days=n)).isoformat() for n in range(4)]


def test_a_backfill_of_36_months_while_daily_loads_go_on(
    folders: Folders, past: Past, tmp_path: Path, record_property: RecordProperty
) -> None:
    back = [
        delivery
        for period in MONTHS_BACK
        if period not in {d.period for d in world.MONTHS}
        for delivery in (
            month(period, calls_in_month(period, "Fredericia", world.JOB, "SagIndeks", 40)),
            day(f"{period}-15", call(f"{period}-15T12:00:00+00:00", "Aalborg", world.JOB, 9)),
        )
    ]
    daily = [day(d, call(f"{d}T12:00:00+00:00", "Samsø", world.CARE, 4)) for d in DAILY]
    serial = past.installation.copy(f"{tmp_path.name}-foerst")
    serial.deliver(*back, *daily)
    processes.run(serial)
    both = past.installation.copy(f"{tmp_path.name}-samtidig")
    both.deliver(*back)
    backfill = processes.start(both)
    for delivery in daily:
        both.deliver(delivery)
        daily_load = processes.start(both)
        daily_load.process.join()
        assert daily_load.process.exitcode == 0
        number = int(delivery.period.replace("-", ""))
        assert both.query("select count(*) from marts.fct_kald_time where dato_id = ?", number) == [(1,)]
    backfill.process.join()
    expected, content = serial.content(), both.content()
    record_property("rows_lost", rows_lost(content, expected))
    record_property("tries", len(daily))
    assert content == expected
