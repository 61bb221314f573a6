"""What a load makes anew when code, or something beside the touched months, has changed; and pieces are the whole."""

import json
from pathlib import Path

import pytest
from samples.deliveries import (
    Delivery,
    Row,
    call,
    calls_in_month,
    cases,
    day,
    extract,
    hours_of,
    in_use,
    kommuner,
    month,
    systemanvendelse,
)
from samples.installation import Installation
from samples.ways import Loaded
from samples.world import JOB, JOB_RENAMED

from .project import Edit, Project

COMMENT: Edit = ("models/marts/fct_kald_maaned.sql", "with\n", "-- a word to the reader\nwith\n")
DESCRIPTION: Edit = (
    "models/kpi/serviceaftale/_serviceaftale.yml",
    "description: Én række",
    "description: Hver række er én række",
)
KPI: Edit = ("models/kpi/tilslutning/klarmelding_reel.sql", "snitflade.navn as", "upper(snitflade.navn) as")
STAGING: Edit = ("models/staging/stg_reference__folketal.sql", "as bigint) as folketal", "as bigint) * 2 as folketal")
MACRO: Edit = ("macros/afvigelser.sql", "over foer, 0)", "over foer, 0 + 0)")
# The tables that each of them makes whole: what is made by it, or from that.
BY_KPI = {"kpi.klarmelding_reel", "kpi.klarmelding_sum"}
BY_STAGING = {
    *(f"intermediate.int_fund__{n}" for n in ("afstand", "antal", "plads")),
    *(f"intermediate.int_skridt__{n}" for n in ("anvendelser", "kandidater", "ord", "systemer", "udfald")),
    *(f"intermediate.int_{n}" for n in ("kontroltotaler", "potentiale", "sammenligning__vaerdier")),
    *(f"kpi.potentiale{n}" for n in ("", "_k98", "_kommune", "_omraade", "_sum")),
    *(f"kpi.{n}" for n in ("fund", "fund_sum", "skridt", "skridt_sum", "placering", "benchmark_fordeling")),
    *(f"kpi.{n}" for n in ("kald_pr_indbygger", "udbredelse_huller")),
}
BY_MACRO = {
    *(f"intermediate.int_afvigelser__{n}" for n in ("bunker", "dage", "fund")),
    *(f"intermediate.int_{n}" for n in ("drift__timer", "fund__antal")),
    *(f"kpi.{n}" for n in ("afvigelser", "driftsforstyrrelse", "driftsforstyrrelse_sum", "fund", "fund_sum")),
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.copy(tmp_path / "kode")


def whole(installation: Installation) -> set[str]:
    """The tables that the release in force says were made whole."""
    manifest = json.loads((installation.current / "manifest.json").read_text(encoding="utf-8"))
    return set(manifest["helt_paa_ny"])


def differing(installation: Installation, before: str) -> set[str]:
    """Published tables that hold something else than in an earlier release."""
    old, new = installation.content(before), installation.content()
    return {table for table in old.keys() | new.keys() if old.get(table) != new.get(table)}


def test_code_is_what_a_model_compiles_to(project: Project) -> None:
    """A comment and a description are no code; a macro is the code of the models that use it."""
    before = project.codes()
    project.edit(COMMENT, DESCRIPTION, KPI, STAGING, MACRO)
    after = project.codes()
    assert {name for name in before if before[name] != after[name]} == {
        "klarmelding_reel", "stg_reference__folketal", "int_afvigelser__dage", "int_drift__timer",
    }  # fmt: skip


@pytest.mark.long
def test_other_code_makes_what_is_made_by_it(at_once: Loaded, project: Project) -> None:
    installation = at_once.installation.copy("anden-kode")
    first = installation.current.name

    project.edit(COMMENT, DESCRIPTION)
    assert "intet er ændret" in project.load(installation)
    assert installation.current.name == first

    project.edit(KPI)
    said = project.load(installation)
    assert "Alle måneder af kpi.klarmelding_reel, kpi.klarmelding_sum: klarmelding_reel har anden kode." in said
    assert whole(installation) == BY_KPI
    assert differing(installation, first) == {"kpi.klarmelding_reel"}
    names = "select count(distinct maaned), bool_and(snitflade_navn = upper(snitflade_navn)) from kpi.klarmelding_reel"
    assert installation.query(names) == [(6, True)]
    second = installation.current.name

    project.edit(STAGING)
    said = project.load(installation)
    assert "intermediate.int_folketal__maaned er ændret" in said
    assert whole(installation) == BY_STAGING
    folketal = "select distinct maaned, folketal from kpi.kald_pr_indbygger where kommune = 'Aalborg' order by all"
    with installation.reader(second) as reader:
        before = reader.execute(folketal).fetchall()
    assert len(before) > 4
    assert installation.query(folketal) == [(maaned, 2 * number) for maaned, number in before]

    third = installation.current.name
    project.edit(MACRO)
    project.load(installation)
    assert whole(installation) == BY_MACRO
    assert differing(installation, third) == set()


# A machine that asks in every hour of seven days whether there is news, and a month of the other platform beside them.
POLLING = [
    day(f"2022-05-0{n}", *(call(moment, "Glostrup", JOB, 20) for moment in hours_of(f"2022-05-0{n}")))
    for n in range(1, 8)
]
MAY = calls_in_month("2022-05", "Aalborg", JOB, "SagIndeks", 50)
UNKNOWN_SUBJECT = "99.99.98"


def _twice_in_use(authority: str) -> list[Row]:
    """Two rows of one system under its two names, which become equal rows of the register's fact."""
    return [in_use(authority, system.navn, JOB.uuid) for system in (JOB, JOB_RENAMED)]


def _extract(period: str, title: str) -> Delivery:
    rows = [cases(name, JOB, UNKNOWN_SUBJECT, 10, title) for name in kommuner() if name != "Samsø"]
    return extract(period, *rows)


@pytest.mark.long
def test_a_month_that_goes_and_comes_back_leaves_the_findings_of_the_other_platform(at_once: Loaded) -> None:
    installation = at_once.installation.copy("maaned-frem-og-tilbage")
    installation.deliver(*POLLING, month("2022-05", MAY))
    assert installation.load().failures == []
    before = installation.content()
    found = "select moenster, kommune, fra, til, dage, observeret from kpi.afvigelser where moenster = 'polling'"
    (row,) = installation.query(found)
    assert (row[1], row[4], row[5]) == ("Glostrup", 7, 7 * 24 * 20)
    listed = installation.kdi("delivery", "list", "--all").output.splitlines()
    (name,) = (line.split()[0] for line in listed if "serviceplatformen_2022-05" in line)
    for verb in ("withdraw", "restore"):
        installation.kdi("delivery", verb, name, "--reason", "prøve", "--by", "Kim")
        assert installation.load().failures == []
        assert installation.query(found) == [row]
    after = installation.content()
    assert {t for t in before if before[t] != after[t]} <= {"marts.leverance_log", "marts.leverance_status"}


@pytest.mark.long
def test_a_new_name_and_a_pair_that_moves_are_seen_in_all_that_is_kept(at_once: Loaded) -> None:
    """A supplier, a subject that only extracts name, and two equal rows of a register."""
    installation = at_once.installation.copy("nye-navne")
    installation.deliver(
        month("2022-05", MAY),
        _extract("2022-04-30", "Gammel titel"),
        systemanvendelse("2022-05-01", *_twice_in_use("Odense")),
    )
    assert installation.load().failures == []
    installation.deliver(
        month("2022-05", {**MAY, "leverandoer_navn": "Leverandøren Danmark A/S"}, suffix=".csv.gz"),
        _extract("2022-05-31", "Ny titel"),
        systemanvendelse("2022-05-01", *_twice_in_use("Glostrup"), suffix=".csv.gz"),
    )
    assert installation.load().failures == []
    suppliers = "select distinct leverandoer from kpi.klarmelding_reel where it_system like 'Jobcenter%'"
    assert installation.query(suppliers) == [("Leverandøren Danmark A/S",)]
    titles = f"select distinct udtraeksdato, emne from kpi.kle_huller where kle_nummer = '{UNKNOWN_SUBJECT}'"
    assert {title for _, title in installation.query(titles)} == {"Ny titel"}
    assert len(installation.query(titles)) == 2
    pieces = installation.content()
    assert installation.load(rebuild=True).failures == []
    rebuilt = installation.content()
    assert {t for t in pieces if pieces[t] != rebuilt[t]} == set()
