"""The sample deliveries: the same every time, in the promised format, with the stories they are meant to tell."""

import csv
import hashlib
import json
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from zipfile import ZipFile

import duckdb
import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from demo.sample import SOURCES, generate, serviceplatformen, stoettesystemerne
from demo.sample.chance import is_valid_cvr
from demo.sample.delivery import connect
from demo.sample.periods import add_months, days_of, months_ending, status_dates
from demo.sample.reference import read_reference
from demo.sample.services import UNCATALOGUED
from demo.sample.world import build_world

SPRING_FORWARD, MARCH = date(2022, 3, 27), date(2022, 3, 1)
MANUAL = {"onboarding": ".xlsx", "ski": ".xlsx", "systemanvendelse": ".csv", "kitos": ".json", "sapa": ".csv"}
QUARTERS = ["2022-03-31", "2022-06-30", "2022-09-30", "2022-12-31"]
NEWEST = date(2022, 12, 31)

CONNECTION_REPORT = {
    "SAPA dialogintegration": "Delvis", "SF1470": "Delvis", "SF1490": "Ja", "SF1500": "Ja", "SF1510": "Delvis",
    "SF1511": "Ja", "SF1514": "Ja", "SF1515": "Ja", "SF1690": "Ja", "SF1780": "Ja", "SF2090": "Ja", "SF2093": "Ja",
    "SF2095": "Ja", "SF2096": "Ja", "SF2900": "Nej",
}  # fmt: skip
"""The deck's Tilslutningsrapport of one system."""
MATRIX_COLUMNS = (
    "SF1460_A", "SF1460_B", "SF1460_C", "SF1460_D", "SF1470", "SF1490", "SF1500", "SF1510", "SF1511", "SF1512",
    "SF1514", "SF1515", "SF1520", "SF1590_A", "SF1590_B", "SF1590_D", "SF1590_E", "SF1630",
)  # fmt: skip
DECKS_MATRIX = """;;;;Delvis;Forløb 3;Klarmeldt;Klarmeldt;Klarmeldt;Irrelevant;Klarmeldt;Klarmeldt;Klarmeldt;;;;;
Irrelevant;;Irrelevant;;;;;;;Irrelevant;Irrelevant;;;;;;;
Klarmeldt;Klarmeldt;Klarmeldt;Klarmeldt;;;Ensidig;Irrelevant;Ensidig;Irrelevant;Klarmeldt;Ensidig;;Klarmeldt;Klarmeldt;Klarmeldt;Klarmeldt;Irrelevant
Klarmeldt;Klarmeldt;Klarmeldt;Klarmeldt;;;Ensidig;Klarmeldt;Ensidig;Irrelevant;Klarmeldt;Ensidig;;Klarmeldt;Klarmeldt;Klarmeldt;Klarmeldt;Irrelevant
;;;;;;;Klarmeldt;;;;;;Klarmeldt;Klarmeldt;Klarmeldt;Klarmeldt;
;;;;;;;Klarmeldt;;;;;;Klarmeldt;Klarmeldt;Klarmeldt;Klarmeldt;
;;;;;;;Klarmeldt;;;;;;Klarmeldt;Klarmeldt;Klarmeldt;Klarmeldt;
Klarmeldt;Klarmeldt;Klarmeldt;Klarmeldt;Delvist;;Ensidig;Klarmeldt;Ensidig;Nej;Klarmeldt;Ensidig;Ensidig;Klarmeldt;Klarmeldt;Klarmeldt;Klarmeldt;Nej
Nej;Nej;Nej;Nej;Klarmeldt;;Klarmeldt;Klarmeldt;Klarmeldt;Nej;Klarmeldt;Klarmeldt;Klarmeldt;;Klarmeldt;;;Nej
Klarmeldt;Nej;Nej;;Klarmeldt;;Klarmeldt;Klarmeldt;Klarmeldt;Irrelevant;Klarmeldt;Klarmeldt;Irrelevant;;Klarmeldt;;;Irrelevant
Klarmeldt;Klarmeldt;Irrelevant;Klarmeldt;Klarmeldt;Klarmeldt;Klarmeldt;Klarmeldt;Klarmeldt;;Klarmeldt;Klarmeldt;Klarmeldt;Forløb 3;Forløb 3;Forløb 3;Forløb 3;Irrelevant""".splitlines()  # noqa: E501
"""The deck's anonymous onboarding matrix, a system per line."""
STORIES = (
    ("KMD Momentum", "SF2900", ["Klarmeldt"] * 4, False),
    ("Jobkompas", "SF1490", ["Forløb 3", "Forløb 3", "Klarmeldt", "Klarmeldt"], False),
    ("KY", "SF1500", ["Nej"] * 4, True),
    ("Ydelseskompas", "SF1520", [""] * 4, True),
    ("Familiekompas", "SF1470", ["Klarmeldt", "Klarmeldt", "Klarmeldt", "Nej"], True),
)
"""System, interface, what the four sheets say, and whether it is ever called."""


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
    assert len(longer) == len(checksums(march)) + 28 + 1 + 1  # days, a month, and a month of SAPA


def test_thread_count_does_not_change_a_byte(march: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (serviceplatformen, stoettesystemerne):
        monkeypatch.setattr(module, "connect", single_threaded)
        (tmp_path / module.PLATFORM).mkdir()
        module.write(build_world("demo"), tmp_path / module.PLATFORM, [MARCH])
    again = checksums(tmp_path)
    platforms = (serviceplatformen.PLATFORM, stoettesystemerne.PLATFORM)
    assert again == {name: sha for name, sha in checksums(march).items() if name.startswith(platforms)}


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


def sheet(path: Path, place: int = 0) -> list[list[str]]:
    """A sheet's cells as text, from the first row on."""
    cells = CalamineWorkbook.from_path(path).get_sheet_by_index(place).to_python()
    return [[str(cell) for cell in row] for row in cells]


def ski_rows(folder: Path, day: date) -> list[dict[str, str]]:
    header, *body = sheet(folder / f"ski_{day}.xlsx")
    return [dict(zip(header, row, strict=True)) for row in body]


def statuses(folder: Path, day: date) -> dict[str, dict[str, str]]:
    """The onboarding sheet's trimmed statuses by the systems' names, the interfaces by their codes."""
    _, _, _, header, *body = sheet(folder / f"onboarding_{day}.xlsx")
    codes = [header_code(text) for text in header]
    return {row[1].strip(): {c: v.strip() for c, v in zip(codes, row, strict=True)} for row in body if row[1].strip()}


def header_code(text: str) -> str:
    found = re.match(r"SF ?(\d{4}(?:_[A-E])?)\b", text)
    return f"SF{found[1]}" if found else text


@pytest.fixture(scope="module")
def manual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo deliveries of the manual sources, of KITOS and of SAPA for 14 months."""
    out = tmp_path_factory.mktemp("manual")
    world = build_world("demo")
    for source in MANUAL:
        (out / source).mkdir()
        SOURCES[source](world, out / source, months_ending(date(2023, 2, 1), 14))
    return out


@pytest.fixture(scope="module")
def interfaces_called() -> dict[str, set[str]]:
    """By system, every interface of every service that any authority ever calls in the demo deliveries."""
    catalogue = {(row["platform"], row["service"]): row["snitflade"] for row in read_reference("service_katalog")}
    world = build_world("demo")
    called: dict[str, set[str]] = {}
    for line in serviceplatformen.lines(world):
        service = re.sub(r" v\d+$", "", line.service)
        called.setdefault(line.it_system_navn, set()).add(catalogue.get(("serviceplatformen", service), ""))
    for relation in stoettesystemerne.relations(world):
        called.setdefault(relation[4], set()).add(catalogue.get(("stoettesystemerne", relation[6]), ""))
    return called


def test_the_manual_sources_have_the_four_newest_quarters(manual: Path) -> None:
    for source, suffix in MANUAL.items():
        periods = [f"{month:%Y-%m}" for month in months_ending(date(2023, 2, 1), 14)] if source == "sapa" else QUARTERS
        names = [f"{source}_{period}{suffix}" for period in periods]
        assert sorted(path.name for path in (manual / source).iterdir()) == names
    assert status_dates([date(2023, 1, 1), date(2023, 2, 1)]) == [date(2023, 2, 28)]


def test_the_manual_sources_are_the_same_in_a_longer_span(manual: Path, march: Path) -> None:
    longer = checksums(manual)
    shorter = {name: sha for name, sha in checksums(march).items() if name.partition("/")[0] in MANUAL}
    assert len(shorter) == len(MANUAL)
    assert {name: longer[name] for name in shorter} == shorter


def test_headers_are_those_of_the_interface(manual: Path) -> None:
    first = {source: sorted((manual / source).iterdir())[0] for source in MANUAL}
    assert ";".join(sheet(first["ski"])[0]) == (
        "leverandoer_navn;it_system_navn;it_system_uuid;ydelsesomraade;use_case;snitflade;krav"
    )
    assert ";".join(rows_of(first["systemanvendelse"])[0]) == (
        "myndighed_cvr;it_system_navn;it_system_uuid;kilde;i_brug_fra;i_brug_til"
    )
    assert ";".join(rows_of(first["sapa"])[0]) == (
        "maaned;myndighed_cvr;org_enhed_uuid;org_enhed_navn;antal_brugere;antal_opslag"
    )
    assert sheet(first["onboarding"])[3][:3] == ["leverandoer_navn", "it_system_navn", "it_system_uuid"]


def test_jobcentersystemet_has_the_decks_connection_report(manual: Path) -> None:
    for day in map(date.fromisoformat, QUARTERS):
        mine = [row for row in ski_rows(manual / "ski", day) if row["it_system_navn"] == "Jobcentersystemet"]
        mandatory = [row["snitflade"] for row in mine if row["krav"] == "obligatorisk"]
        status = statuses(manual / "onboarding", day)["Jobcentersystemet"]
        assert {snitflade: status[snitflade] for snitflade in mandatory} == CONNECTION_REPORT
        assert Counter(CONNECTION_REPORT.values()) == {"Ja": 11, "Delvis": 3, "Nej": 1}
        assert len(mandatory) == 15


def test_the_decks_matrix_is_in_the_onboarding_sheet(manual: Path) -> None:
    rows = statuses(manual / "onboarding", NEWEST)
    found = Counter(";".join(row[code] for code in MATRIX_COLUMNS) for row in rows.values())
    assert Counter(DECKS_MATRIX) - found == Counter()


def test_the_onboarding_sheet_is_one_that_people_keep(manual: Path) -> None:
    path = manual / "onboarding" / f"onboarding_{NEWEST}.xlsx"
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Status", "Årsager", "Noter"]
    status = book["Status"]
    assert status["A1"].value == "KDI onboarding – klarmelding af snitflader"
    assert status["A2"].value == "Status pr. 31.12.2022"
    headers = [cell.value for cell in status[4]]
    assert {"SF1460_A", "SF 1460_B – Vedligehold værdiliste i beskedabonnement", "SAPA dialogintegration"} <= {*headers}
    assert "SF 1470 - Sags- og Dokumentindeks" in headers
    merged = {str(cells) for cells in status.merged_cells.ranges}
    assert "A1:AC1" in merged
    assert len([cells for cells in merged if cells.startswith("A") and cells != "A1:AC1"]) >= 3
    cells = {str(cell.value) for row in status.iter_rows(min_row=5, min_col=4) for cell in row if cell.value}
    assert {"Klarmeldt", "Ja", "Delvis", "Delvist", "Ensidig", "Nej", "Irrelevant", "Forløb 3", "Klarmeldt "} <= cells
    assert {"🟢 1. Ja", "🔴 2. Nej", "Ikke klarmeldt", "Tilmeldt", "Manglende info om klarmeldingsstatus"} <= cells
    reasons = [cell.value for cell in book["Årsager"]["C"]][1:]
    assert {"Leverandøren er ikke enig", "Leverandøren har fortrudt selvangivelsen", "ingen pilot"} <= {*reasons}
    assert [cell.value for cell in status[status.max_row]] == [None] * len(headers)


def test_more_is_declared_ready_from_quarter_to_quarter(manual: Path) -> None:
    ready = []
    for day in map(date.fromisoformat, QUARTERS):
        rows = statuses(manual / "onboarding", day).values()
        ready.append(sum(value in ("Klarmeldt", "Ja") for row in rows for value in row.values()))
    assert ready == sorted(set(ready))


def test_declared_ready_but_never_called_and_the_other_way_round(
    manual: Path, interfaces_called: dict[str, set[str]], platform_rows: list[dict[str, str]]
) -> None:
    catalogue = {(row["platform"], row["service"]): row["snitflade"] for row in read_reference("service_katalog")}
    in_march = {
        (row["it_system_navn"], catalogue.get(("serviceplatformen", re.sub(r" v\d+$", "", row["service"]))))
        for row in platform_rows
    }
    mandatory = {
        (row["it_system_navn"].casefold(), row["snitflade"])
        for row in ski_rows(manual / "ski", NEWEST)
        if row["krav"] == "obligatorisk"
    }
    for system, snitflade, told, called in STORIES:
        status = [statuses(manual / "onboarding", date.fromisoformat(q))[system][snitflade] for q in QUARTERS]
        assert (system, status) == (system, told)
        assert (snitflade in interfaces_called[system]) is called
        assert ((system, snitflade) in in_march) is called
        assert (system.casefold(), snitflade) in mandatory


def test_the_ski_list_mixes_what_is_called_and_what_is_not(
    manual: Path, interfaces_called: dict[str, set[str]]
) -> None:
    rows = ski_rows(manual / "ski", NEWEST)
    known = {system.uuid: system.name_in(NEWEST) for system in build_world("demo").systems}
    names = {" ".join(name.split()).casefold() for name in known.values()}
    by_name_only = {row["it_system_navn"] for row in rows if not row["it_system_uuid"]}
    outside = {name for name in by_name_only if " ".join(name.split()).casefold() not in names}
    assert len(outside) == 8
    assert by_name_only - outside == {"kmd sag", "Vandforbrugsregister ", "ydelseskompas"}
    assert all(known[row["it_system_uuid"]] == row["it_system_navn"] for row in rows if row["it_system_uuid"])
    assert len({row["it_system_uuid"] or row["it_system_navn"] for row in rows}) == 22 + 8
    used = Counter(
        row["snitflade"] in interfaces_called[row["it_system_navn"].replace("Sagsbro Plus", "Sagsbro")]
        for row in rows
        if row["krav"] == "obligatorisk" and row["it_system_uuid"] and row["it_system_navn"] != "Jobcentersystemet"
    )
    assert used[True] > used[False] > 0
    keys = [(row["it_system_uuid"] or row["it_system_navn"], row["snitflade"]) for row in rows]
    assert len(set(keys)) == len(keys)


def test_more_municipalities_use_a_system_than_call_with_it(manual: Path, platform_rows: list[dict[str, str]]) -> None:
    rows = rows_of(manual / "systemanvendelse" / f"systemanvendelse_{QUARTERS[0]}.csv")
    users = {
        name: {row["myndighed_cvr"] for row in rows if row["it_system_navn"] == name}
        for name in ("Jobcentersystemet", "KMD Momentum", "Borgerruten")
    }
    callers = {row["myndighed_cvr"] for row in platform_rows if row["it_system_navn"] == "KMD Momentum"}
    assert len(users["Jobcentersystemet"]) == 41
    assert users["KMD Momentum"] - callers
    assert users["Borgerruten"]
    assert {row["kilde"] for row in rows} == {"SKI", "ADM", "KITOS"}
    assert len({tuple(row.values())[:4] for row in rows}) == len(rows)
    assert all(row["i_brug_fra"] <= QUARTERS[0] for row in rows)
    assert "" in {row["i_brug_fra"] for row in rows}
    assert 0 < sum(row["i_brug_til"] != "" for row in rows) < len(rows) // 10


def test_kitos_has_identifiers_and_some_names_of_its_own(manual: Path) -> None:
    usages = json.loads((manual / "kitos" / f"kitos_{NEWEST}.json").read_text(encoding="utf-8"))
    world = build_world("demo")
    systems = {usage["systemContext"]["uuid"]: usage["systemContext"]["name"] for usage in usages}
    assert not set(systems) & {system.uuid for system in world.systems}
    assert {"KMD Nexus (drift)", "Jobcentersystemet", "KSD"} <= set(systems.values())
    assert len(systems) == len(set(systems.values())) == 59
    assert len({usage["uuid"] for usage in usages}) == len(usages)
    assert {usage["organizationContext"]["cvr"] for usage in usages} <= {
        row["cvr"] for row in read_reference("kommuner")
    }
    assert all(usage["lastModified"] <= f"{NEWEST}T24" for usage in usages)
    assert any(usage["roles"] for usage in usages)
    emails = {role["user"]["email"] for usage in usages for role in usage["roles"]}
    assert all(email.endswith("@eksempel.invalid") for email in emails)


def test_some_organisation_units_fall_silent_and_some_never_look_up(manual: Path) -> None:
    rows = [row for path in sorted((manual / "sapa").iterdir()) for row in rows_of(path)]
    assert len(rows) == 14 * 6 * 8
    assert len({(row["maaned"], row["org_enhed_uuid"]) for row in rows}) == len(rows)
    aalborg = next(row["cvr"] for row in read_reference("kommuner") if row["navn"] == "Aalborg")
    ydelse = [r for r in rows if (r["myndighed_cvr"], r["org_enhed_navn"]) == (aalborg, "Ydelsescenter")]
    assert {row["maaned"] for row in ydelse if row["antal_opslag"] == "0"} == {
        "2022-10", "2022-11", "2022-12", "2023-01", "2023-02",
    }  # fmt: skip
    assert {row["antal_opslag"] for row in rows if row["org_enhed_navn"] == "Teknik og Miljø"} == {"0"}
    assert all(int(row["antal_brugere"]) > 0 for row in rows)
    assert sum(row["antal_opslag"] == "0" for row in rows) < len(rows) // 3


def test_nothing_in_the_manual_sources_looks_like_a_cpr_number(manual: Path) -> None:
    cpr = re.compile(r"\d{6}[- ]?\d{4}")
    for path in manual.rglob("*.*"):
        if path.suffix == ".xlsx":
            with ZipFile(path) as archive:
                text = "".join(archive.read(name).decode() for name in archive.namelist() if "sheet" in name)
        else:
            text = path.read_text(encoding="utf-8")
        assert not cpr.search(text), path.name
