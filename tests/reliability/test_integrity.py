"""A flipped byte is found, named and mended; nothing damaged is built upon or read."""

import hashlib
from datetime import date
from pathlib import Path

import pytest
from samples import world
from samples.installation import Installation
from samples.ways import Corrected

from kdi.commands.load import use_dagster_home
from kdi.ingest.reference.intake import take_in_reference
from kdi.installation import here
from kdi.machine.files import sha256_of
from orchestration.assets.publication import CONTROL_KEY

from . import processes
from .crash import Unharmed
from .damage import flip_a_byte
from .small import Past


@pytest.fixture
def installation(corrected: Corrected, tmp_path: Path) -> Installation:
    """A copy to be damaged, with two releases."""
    return corrected.installation.copy(tmp_path.name)


def file_of(installation: Installation, period: str) -> Path:
    """The rows of a day in the lake."""
    (path,) = (installation.home / "lake" / "stoettesystemerne" / period).glob("*.parquet")
    return path


def test_what_is_whole_is_found_whole(installation: Installation) -> None:
    result = installation.kdi("scrub")
    assert "filer læst" in result.output


def test_a_flipped_byte_is_found_named_and_mended_from_the_delivery(installation: Installation) -> None:
    path = file_of(installation, world.LONG_DAY.period)
    before = sha256_of(path)
    flip_a_byte(path)
    result = installation.kdi("scrub")
    assert f"Genskabt lake/{path.relative_to(installation.home / 'lake')}" in result.output
    assert sha256_of(path) == before
    assert installation.kdi("scrub").output.count("Genskabt") == 0


def test_without_the_delivery_the_message_says_what_to_bring(installation: Installation) -> None:
    path = file_of(installation, world.LONG_DAY.period)
    before = sha256_of(path)
    path.unlink()
    delivered = installation.inbox / "stoettesystemerne" / world.LONG_DAY.name
    content = delivered.read_bytes()
    delivered.unlink()
    result = installation.kdi("scrub", status=1)
    (line,) = result.stderr.splitlines()
    for part in (path.name, world.LONG_DAY.name, hashlib.sha256(content).hexdigest()[:12], "kdi scrub"):
        assert part in line
    # and when that has been done
    delivered.write_bytes(content)
    installation.kdi("scrub")
    assert sha256_of(path) == before


def test_a_damaged_release_is_named_and_never_rolled_back_to(installation: Installation) -> None:
    old, new = installation.releases
    flip_a_byte(installation.release(old) / "parquet" / "kpi" / "udbredelse.parquet")
    result = installation.kdi("scrub", status=1)
    (line,) = result.stderr.splitlines()
    assert f"published/releases/{old}/parquet/kpi/udbredelse.parquet" in line
    installation.kdi("publish", "--rollback", status=1)
    assert installation.current.name == new


def test_a_month_shared_by_two_releases_is_read_once_and_named_for_both(installation: Installation) -> None:
    month = "parquet/marts/fct_kald_maaned/2020-11.parquet"
    old, new = installation.releases
    (installation.release(new) / month).unlink()  # a copy of the installation holds the file twice, the real one once
    (installation.release(new) / month).hardlink_to(installation.release(old) / month)
    flip_a_byte(installation.release(new) / month)
    lines = installation.kdi("scrub", status=1).stderr.splitlines()
    assert [release in line for release, line in zip((old, new), lines, strict=True)] == [True, True]
    assert "kdi publish --rollback" in lines[1] and "kdi publish --rollback" not in lines[0]


def test_damaged_reference_data_are_made_anew(installation: Installation) -> None:
    with installation.in_force() as settings:
        log = here().lake.log
        path = settings.lake / "reference" / str(log.reference()) / "folketal.parquet"
        before = sha256_of(path)
        flip_a_byte(path)
        installation.kdi("scrub", status=1)
    with installation.in_force() as settings:
        taken = take_in_reference(here().reception)
        assert not taken.changed
        assert sha256_of(path) == before


@pytest.mark.long
def test_nothing_is_built_from_a_damaged_delivery(installation: Installation) -> None:
    """A full build reads every file; one bad one stops it, and the release stays."""
    path = file_of(installation, world.LONG_DAY.period)
    flip_a_byte(path)
    before, releases = installation.content(), installation.releases
    result = installation.kdi("load", "--rebuild", status=1)
    assert path.name in result.stderr and "Kør kdi scrub" in result.stderr
    assert (installation.content(), installation.releases) == (before, releases)


@pytest.mark.long
def test_a_release_on_a_damaged_one_is_made_from_the_lake(past: Past, unharmed: Unharmed) -> None:
    """The load finds by itself that its base is not what was published, and does without."""
    installation = past.installation.copy("udgivelse-skadet")
    flip_a_byte(installation.current / "kdi.duckdb")
    assert processes.run(installation).failures == unharmed.truth.failures
    assert installation.content() == unharmed.truth.content
    assert installation.private_content() == unharmed.truth.private


def test_the_calendar_is_that_of_python(corrected: Corrected) -> None:
    """Leap days, the turn of the year and week 53."""
    rows = corrected.installation.query("select dato, aar, kvartal, maaned, uge, ugedag, dato_id from marts.dim_dato")
    found = {row[0]: row[1:] for row in rows if row[0]}
    days = [date.fromordinal(n) for n in range(date(2019, 1, 1).toordinal(), date(2033, 1, 1).toordinal())]
    assert {date(2020, 2, 29), date(2024, 2, 29), date(2020, 12, 31)} <= found.keys()
    for day in days:
        year, quarter, month, week, weekday, number = found[day]
        assert (year, quarter, month) == (day.year, (day.month + 2) // 3, day.month)
        assert week == day.isocalendar().week, day
        assert number == day.year * 10_000 + day.month * 100 + day.day
    assert found[date(2020, 12, 31)][3] == 53


def test_control_totals_are_curves_that_lie_on_zero(corrected: Corrected) -> None:
    """One number per leg of the way from file to KPI, in every build's event: what the UI plots over time."""
    with corrected.installation.in_force() as settings:
        event = use_dagster_home(settings).get_latest_materialization_event(CONTROL_KEY)
    assert event is not None and event.asset_materialization is not None
    curves = {k: v.value for k, v in event.asset_materialization.metadata.items() if k.startswith("forskel ")}
    legs = ("fil_til_time", "fil_til_dag", "fil_til_maaned", "maaned_til_kpi", "maaned_til_danmark")
    assert set(curves) >= {f"forskel {leg}" for leg in legs}
    assert set(curves.values()) == {0}
