"""The sample deliveries: the same every time, in the promised format, with the stories they are meant to tell."""

import csv
import hashlib
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from orchestration.sample import generate, serviceplatformen, stoettesystemerne
from orchestration.sample.chance import is_valid_cvr
from orchestration.sample.delivery import connect
from orchestration.sample.periods import add_months, days_of
from orchestration.sample.reference import read_reference
from orchestration.sample.services import UNCATALOGUED
from orchestration.sample.world import build_world

SPRING_FORWARD, MARCH = date(2022, 3, 27), date(2022, 3, 1)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def checksums(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*.*")}


@pytest.fixture(scope="module")
def march(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo deliveries of March 2022: a month with a daylight-saving change and a quarter's end."""
    out = tmp_path_factory.mktemp("march")
    generate(out, months=1, scale="demo", last_month=MARCH)
    return out


@pytest.fixture(scope="module")
def platform_rows(march: Path) -> list[dict[str, str]]:
    return rows_of(march / "serviceplatformen" / "serviceplatformen_2022-03.csv")


@pytest.fixture(scope="module")
def hourly_rows(march: Path) -> dict[date, list[dict[str, str]]]:
    return {day: rows_of(march / "stoettesystemerne" / f"stoettesystemerne_{day}.csv") for day in days_of(MARCH)}


def test_a_file_depends_on_its_own_period_only(march: Path, tmp_path: Path) -> None:
    generate(tmp_path, months=2, scale="demo", last_month=MARCH)
    longer = checksums(tmp_path)
    assert {name: longer[name] for name in checksums(march)} == checksums(march)
    assert len(longer) == len(checksums(march)) + 28 + 1


def test_thread_count_does_not_change_a_byte(march: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (serviceplatformen, stoettesystemerne):
        monkeypatch.setattr(module, "connect", single_threaded)
        (tmp_path / module.PLATFORM).mkdir()
        module.write(build_world("demo"), tmp_path / module.PLATFORM, [MARCH])
    again = checksums(tmp_path)
    assert again == {name: sha for name, sha in checksums(march).items() if not name.startswith("kle")}


def single_threaded() -> duckdb.DuckDBPyConnection:
    con = connect()
    con.execute("SET threads = 1")
    return con


def test_the_clock_change_gives_days_of_23_and_25_hours(hourly_rows: dict[date, list[dict[str, str]]]) -> None:
    spring = {row["tidspunkt"] for row in hourly_rows[SPRING_FORWARD]}
    assert "2022-03-27T01:00:00+01:00" in spring
    assert "2022-03-27T03:00:00+02:00" in spring
    assert len(spring) == 23
    assert len({row["tidspunkt"] for row in hourly_rows[SPRING_FORWARD - timedelta(days=1)]}) == 24
    autumn = {text for _, text, _, _ in stoettesystemerne.hour_rows(date(2022, 10, 30))}
    assert {"2022-10-30T02:00:00+02:00", "2022-10-30T02:00:00+01:00"} <= autumn
    assert len(autumn) == 25


def test_keys_are_unique(
    hourly_rows: dict[date, list[dict[str, str]]], platform_rows: list[dict[str, str]], march: Path
) -> None:
    for rows in hourly_rows.values():
        keys = {(r["tidspunkt"], r["myndighed_cvr"], r["it_system_uuid"], r["service"]) for r in rows}
        assert len(keys) == len(rows)
    assert len({(r["serviceaftale_uuid"], r["service"]) for r in platform_rows}) == len(platform_rows)
    kle = CalamineWorkbook.from_path(march / "kle" / "kle_2022-03-31.xlsx").get_sheet_by_index(0).to_python()
    assert len({(row[0], row[2], row[4]) for row in kle}) == len(kle) == 4001
    assert "<5" in {row[6] for row in kle}


def test_only_fredericia_calls_the_person_service_of_the_jobcenter_system(
    platform_rows: list[dict[str, str]],
) -> None:
    rows = [row for row in platform_rows if row["it_system_navn"] == "Jobcentersystemet"]
    person = {row["myndighed_navn"] for row in rows if row["service"] == "PersonBaseDataExtendedService v4"}
    assert len({row["myndighed_cvr"] for row in rows}) == 41
    assert person == {"Fredericia Kommune"}


def test_two_versions_of_a_service_run_side_by_side(platform_rows: list[dict[str, str]]) -> None:
    services = {row["service"] for row in platform_rows}
    assert {"PersonBaseDataExtendedService v3", "PersonBaseDataExtendedService v4"} <= services


def test_every_municipality_appears_and_every_cvr_is_valid(platform_rows: list[dict[str, str]]) -> None:
    cvrs = {row["myndighed_cvr"] for row in platform_rows}
    assert {row["cvr"] for row in read_reference("kommuner")} <= cvrs
    assert all(is_valid_cvr(cvr) for cvr in cvrs | {row["leverandoer_cvr"] for row in platform_rows})


def test_services_are_in_the_catalogue_but_for_the_deliberate_few() -> None:
    catalogue = {(row["platform"], row["service"]) for row in read_reference("service_katalog")}
    world = build_world("full")
    called = {(serviceplatformen.PLATFORM, line.service) for line in serviceplatformen.lines(world)}
    called |= {(stoettesystemerne.PLATFORM, relation[6]) for relation in stoettesystemerne.relations(world)}
    unknown = {(p, s) for p, s in called if (p, re.sub(r" v\d+$", "", s)) not in catalogue}
    assert unknown == {(platform, name) for platform, names in UNCATALOGUED.items() for name in names}


def test_the_renamed_system_keeps_its_uuid(platform_rows: list[dict[str, str]], tmp_path: Path) -> None:
    serviceplatformen.write(build_world("demo"), tmp_path, [date(2022, 9, 1)])
    later = rows_of(tmp_path / "serviceplatformen_2022-09.csv")
    before = {row["it_system_uuid"] for row in platform_rows if row["it_system_navn"] == "Sagsbro"}
    after = {row["it_system_uuid"] for row in later if row["it_system_navn"] == "Sagsbro Plus"}
    assert before == after
    assert len(before) == 1
    assert "Sagsbro" not in {row["it_system_navn"] for row in later}


def test_full_scale_has_the_decks_sizes() -> None:
    world = build_world("full")
    agreements = Counter(agreement.system for agreement in serviceplatformen.agreements(world))
    assert (sum(agreements.values()), len(agreements)) == (18_410, 677)
    months = [add_months(date(2020, 3, 1), number) for number in range(36)]
    days = [day for month in months for day in days_of(month)]
    assert len(days) == 1_095
    assert sum(stoettesystemerne.rows_of_day(day, 46_800_886) for day in days) == 46_800_886
    assert sum(serviceplatformen.rows_of_month(month, 1_392_062) for month in months) == 1_392_062


def test_nothing_looks_like_a_cpr_number(march: Path) -> None:
    cpr = re.compile(r"\d{6}-?\d{4}")
    files = [*march.glob("serviceplatformen/*.csv"), *sorted(march.glob("stoettesystemerne/*.csv"))[:2]]
    assert [path.name for path in files if cpr.search(path.read_text(encoding="utf-8"))] == []
