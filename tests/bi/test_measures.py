"""Every measure of the model gives dbt's figure, over a grid of periods, municipalities, systems and areas."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import duckdb
import pytest
import yaml

from powerbi.pbir import REPORT_FILE
from powerbi.semantic import Model

from .anonymous import AALBORG, ANONYMOUS, anonymous_cells, of_aalborg
from .evaluator import Evaluator, load
from .grid import Cell, cells, star_cells
from .mutants import Mutant, of_measures, of_relationships
from .proof import Proof

# Measures over the star: where there is no call there is no row, so the model is blank and the mart, which has a row
# for every municipality with a call in the twelve months, says 0.
BLANK_FOR_ZERO = {"Kald", "Kald på 12 måneder", "Kald på de 12 måneder før", "Kald pr. indbygger"}

# dbt rounds each municipality's sum to six decimals, so that it does not depend on the order of rows.
ROUNDED = {"Forventede kald i det uudnyttede": 1e-4, "Forventede kald i det uudnyttede i hele landet": 1e-4}


# What pages show beside the catalogue's measures: test_as_it_opens.py holds them against the marts.
OF_PAGES = {
    "Måneden", "Overskrift på potentialet", "Midten i området", "Plads i området", "Udvikling i området",
    "Hvad der vises", "Mærke", "Mærkets farve", "Kald eller hul", "Hullets farve", "Hvad matrixen viser", "Venter på et skridt", "Dage ventet",
    "Måneder i modellen",
}  # fmt: skip


@pytest.fixture(scope="session")
def evaluator(demo: duckdb.DuckDBPyConnection) -> Evaluator:
    return load(demo)


def kind_of_cell(found: Any, expected: Any, blank_for_zero: bool, rounding: float) -> str | None:
    """What kind of cell it is, or None when the two differ."""
    if expected is None:
        return "tom begge steder" if found is None else None
    if found is None:
        return "tom for nul" if blank_for_zero and expected == 0 else None
    if not isinstance(expected, int | float):
        return "ens" if found == expected else None
    return "ens" if abs(found - expected) <= rounding + 1e-9 * abs(expected) else None


def compare(evaluator: Evaluator, cell: Cell, counts: Counter[tuple[str, str]], faults: list[str]) -> None:
    for name, expected in cell.expected.items():
        found = evaluator.value(name, cell.selection)
        kind = kind_of_cell(found, expected, name in BLANK_FOR_ZERO, ROUNDED.get(name, 1e-12))
        if kind is None:
            faults.append(f"{name} i {cell.selection}: {found!r}, {cell.table} siger {expected!r}")
        counts[name, kind or "forskellig"] += 1


def thirty_months(evaluator: Evaluator) -> Evaluator:
    """One municipality with 100 calls in January 2021, 200 in February and so on; its population grows twice in 2022."""
    months = [datetime(2021 + n // 12, n % 12 + 1, 1) for n in range(30)]
    calls = [100 * (n % 12 + 1) for n in range(30)]
    rows = {
        "Kald pr. måned": [[m, 29189420, 0, 0, n] for m, n in zip(months, calls, strict=True)],
        "Folketal": [[datetime(2022, q, 1), 29189420, people] for q, people in ((1, 7_000), (4, 8_000), (7, 10_000))],
    }
    assert evaluator.tables["Kald pr. måned"]["columns"][::4] == ["_maaned", "_antal_kald"]
    return replace(
        evaluator,
        tables={name: {**t, "rows": rows[name]} if name in rows else t for name, t in evaluator.tables.items()},
    )


# By hand: the months of a year have 7,800 calls; January to June 2,100, July to December 5,700.
BY_HAND = [
    Cell("i hånden", {"Dato.Måned": datetime(2023, 6, 1)}, {
        "Kald": 600, "Kald på 12 måneder": 7_800, "Kald på de 12 måneder før": 7_800, "Kald pr. indbygger": 600 / 10_000,
        "Kald pr. indbygger på 12 måneder": 7_800 / 10_000,
    }),
    Cell("i hånden", {"Dato.Måned": datetime(2022, 6, 1)}, {
        "Kald på 12 måneder": 7_800, "Kald på de 12 måneder før": 2_100, "Folketal i kommunerne": 8_000,
    }),
    Cell("i hånden", {"Dato.Måned": datetime(2022, 7, 1)}, {"Folketal i kommunerne": 10_000}),
    Cell("i hånden", {"Dato.År": 2022}, {"Kald": 7_800, "Kald på 12 måneder": 7_800, "Folketal i kommunerne": 10_000}),
]  # fmt: skip


def check(evaluator: Evaluator, grid: list[Cell]) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    faults: list[str] = []
    for cell in grid:
        compare(evaluator, cell, counts, faults)
    assert faults == [], f"{len(faults)} celler: " + "\n".join(faults[:20])
    return counts


def test_every_measure_equals_dbts_figure(
    evaluator: Evaluator, demo: duckdb.DuckDBPyConnection, model: Model, proof: Proof
) -> None:
    """The newest month, one municipality or system in eighty; `make test-all` takes more of them, and more months."""
    counts = check(evaluator, [*cells(demo, model, every=80, periods=1), *star_cells(demo, per_axis=1)])
    counts += check(thirty_months(evaluator), BY_HAND)
    compared = {name for name, kind in counts if kind == "ens"}
    assert {name for name, m in model.measures.items() if not m.hidden} - compared == {
        "Kald efter visning",
        "Udvikling på et helt år",
        "Gældens ændring",  # no month of the demo has as many behind it as the quarter before
        *OF_PAGES,
    }
    proof.cells(counts)


@pytest.mark.long
def test_every_measure_equals_dbts_figure_in_more_cells(
    evaluator: Evaluator, demo: duckdb.DuckDBPyConnection, model: Model, proof: Proof
) -> None:
    proof.cells(check(evaluator, [*cells(demo, model, every=5, periods=3), *star_cells(demo, per_axis=20)]))


def test_where_there_is_nothing_every_measure_is_blank(evaluator: Evaluator, model: Model) -> None:
    """A month before the first delivery. Only what does not depend on the month has a figure."""
    timeless = {"Serviceaftaler", "Aftalernes brug", "Leverancer", "Leverancekalender", "Dataområde", "IT-system"}
    before = {"Dato.Måned": datetime(2009, 1, 1)}
    figures = {
        m.name: evaluator.value(m.name, before)
        for t in model.tables
        if t.name not in timeless
        for m in t.measures
        if m.name != "Data til og med"
    }
    assert {name: value for name, value in figures.items() if value is not None} == {}


def test_the_reader_chooses_total_or_per_inhabitant(evaluator: Evaluator) -> None:
    aalborg = {"Myndighed.CVR-nummer": "29189420", "Dato.Måned": datetime(2023, 2, 1)}
    total, rate = (evaluator.value(m, aalborg) for m in ("Kald", "Kald pr. indbygger"))
    assert total > 1000 * rate > 0
    assert evaluator.value("Kald efter visning", aalborg) == total
    assert evaluator.value("Kald efter visning", {**aalborg, "Visning.Visning": "Pr. indbygger"}) == rate


def test_a_year_is_only_compared_with_a_whole_year(evaluator: Evaluator) -> None:
    """The demo has 14 months: two of the year before. With all of them the two measures are the same."""
    aalborg = {"Myndighed.CVR-nummer": "29189420"}
    assert evaluator.value("Udvikling på 12 måneder", aalborg) > 100
    assert evaluator.value("Udvikling på et helt år", aalborg) is None
    columns, rows = evaluator.tables["Benchmark"]["columns"], evaluator.tables["Benchmark"]["rows"]
    months = columns.index("_maaneder_12m_foer")
    whole = {"columns": columns, "rows": [[12 if n == months else v for n, v in enumerate(row)] for row in rows]}
    full = replace(evaluator, tables={**evaluator.tables, "Benchmark": whole})
    assert full.value("Udvikling på et helt år", aalborg) == full.value("Udvikling på 12 måneder", aalborg)


def test_calls_per_inhabitant_use_the_newest_quarter_that_has_begun(evaluator: Evaluator) -> None:
    """10,000 inhabitants from July, by hand: 600 calls in June over 8,000, 700 in July over 10,000."""
    small = thirty_months(evaluator)
    assert small.value("Kald pr. indbygger", {"Dato.Måned": datetime(2022, 6, 1)}) == 600 / 8_000
    assert small.value("Kald pr. indbygger", {"Dato.Måned": datetime(2022, 7, 1)}) == 700 / 10_000


def test_a_municipalitys_role_sees_its_own_rows_and_nothing_of_others(
    evaluator: Evaluator, model: Model, demo: duckdb.DuckDBPyConnection
) -> None:
    """The role's filter gives what the model would give if the other municipalities' rows were not in it at all."""
    (role,) = [r for r in model.roles if r.name == "Kommune Aalborg"]
    assert role.dax == f"'Myndighed'[_myndighed_id] = {AALBORG}"
    assert role.closed == ("Tavshed", "Timeprofil")
    assert role.closed_columns == (
        ("Benchmark", "_xyz_median"),
        ("Huller i udbredelsen", "_forventede_kald"),
        ("Klarmelding og kald", "_kald_12m"),
        ("Potentiale", "_forventede_kald"),
        ("Servicekonsekvens", "_kald_12m"),
        ("Servicekonsekvens", "_travleste_time"),
        ("Servicekonsekvens", "_andel_kl_8_16"),
    )
    reached = {t.name for t in model.tables if "Myndighed" in model.reaches(t.name)} | {"Myndighed"}
    with_authority = {t.name for t in model.tables if any(c.source in ("myndighed_id", "cvr") for c in t.columns)}
    assert with_authority - reached == {"Leverandør"}  # its CVR number is the supplier's
    alone = of_aalborg(evaluator)
    of_role = {"Myndighed._myndighed_id": AALBORG}
    for name, measure in model.measures.items():
        if not measure.hidden and name not in ANONYMOUS:
            assert kind_of_cell(evaluator.value(name, of_role), alone.value(name), False, 1e-12), name
    (kommuner,) = demo.execute("select count(*) from marts.dim_myndighed where type = 'kommune'").fetchall()[0:1]
    assert len(model.roles) == kommuner[0] + 1 == 99


def test_a_role_sees_figures_made_of_others_only_when_they_are_anonymous(
    evaluator: Evaluator, model: Model, demo: duckdb.DuckDBPyConnection
) -> None:
    """What is KOMBIT's is not in the model for the role, so no measure that others are shown may read it."""
    assert {m.name for m in model.measures.values() if "_anonym]" in m.dax} == set(ANONYMOUS)
    check(of_aalborg(evaluator), anonymous_cells(demo))
    (role,) = [r for r in model.roles if r.name == "Kommune Aalborg"]
    closed = {f"'{table}'[{column}]" for table, column in role.closed_columns}
    reading = {m.name for m in model.measures.values() if any(c in m.dax for c in closed)}
    assert reading and all(name.endswith("(kun KOMBIT)") for name in reading)
    pages = yaml.safe_load(REPORT_FILE.read_text("utf-8"))["sider"]
    used = {p["navn"] for p in pages for v in p["visualer"] for fields in v["felter"].values() for f in fields
            if f in reading or f.partition(".")[0] in role.closed}  # fmt: skip
    assert used == {"kombit"}


# Changes that change no figure here, by the reason.
_ONE_ROW = "En måned har én række, så summen og det største tal er det samme."
_GROWS = "I eksempeldata er det største tal også den nyeste måneds."
_NO_CASES = "Der er ingen eller kun én slags i eksempeldata."
_MARKED = "Dato er mærket som datotabel: et filter på dagen ophæver selv de andre filtre på den."
_LAST = "KEEPFILTERS væk"
EQUIVALENT = {
    **{("Folketal i kommunerne", "REMOVEFILTERS væk"): _MARKED},
    **{(m, "REMOVEFILTERS væk"): _MARKED for m in ("Kald på 12 måneder", "Kald på de 12 måneder før")},
    **{
        (m, "SUM ( -> MAX ("): _ONE_ROW
        for m in ("Kald pr. borger", "Mulige anvendelser i hele landet", "Anvendelser i brug i hele landet",
                  "Klar, men ikke i brug i hele landet", "Ikke klar i hele landet",
                  "Andel i brug i hele landet", "Forventede kald i det uudnyttede i hele landet")
    },
    **{(m, "MAX ( -> MIN ("): _ONE_ROW for m in ("Kald pr. borger", "Kald pr. borger på 12 måneder", "Kommuner med SKI-systemer")},
    **{
        (m, _LAST): _GROWS
        for m in ("Kald pr. borger på 12 måneder", "Kommuner med SKI-systemer", "IT-systemer, der kalder",
                  "Leverandører bag kaldene", "Berørte kommuner", "Berørte myndigheder", "Måneder uden opslag")
    },
    **{(m, "SUM ( -> MAX ("): _NO_CASES for m in ("Aldrig brugte serviceaftaler", "Andel aldrig brugt", "Rækker i karantæne")},
    **{(m, "MEDIAN ( -> MAX ("): _NO_CASES for m in ("Måneder til første kald", "Myndighedernes måneder til første kald")},
    ("Afviste leverancer", '= "afvist" -> = "andet"'): _NO_CASES,
    ("Publicering", "MAX ( -> MIN ("): _NO_CASES,
    ("Leverancer, der mangler", "+ væk"): "Der mangler leverancer i eksempeldata, så tallet er ikke nul.",
    ("KLE-dækningsgrad", _LAST): "Der er ét udtræk i eksempeldata.",
}  # fmt: skip
EQUIVALENT_RELATIONSHIPS = {
    "KLE-dækning[_udtraeksdato] -> Dato[Dato] mangler": "Der er ét udtræk i eksempeldata.",
    "KLE-huller[_udtraeksdato] -> Dato[Dato] mangler": "Der er ét udtræk i eksempeldata.",
    "Månedsstatus[_maaned] -> Dato[Dato] mangler": "Tabellen har ingen mål; den vises række for række.",
    "Tavshed[_myndighed_id] -> Myndighed[_myndighed_id] mangler": "Tabellen har ingen mål; den vises række for række.",
    "Klarmelding[_statusdato] -> Dato[Dato] mangler": "Alle statusdatoer har lige mange par.",
    "Systemanvendelse[_statusdato] -> Dato[Dato] mangler": "Alle statusdatoer har de samme systemer.",
}


@pytest.mark.long
def test_mutants_of_measures_are_killed(
    evaluator: Evaluator, demo: duckdb.DuckDBPyConnection, model: Model, proof: Proof
) -> None:
    """Each slip in each measure shows in some cell of the grid."""
    grid = [*cells(demo, model, every=40, periods=2), *star_cells(demo, per_axis=2)]
    by_measure = {name: [c for c in grid if name in c.expected] for name in evaluator.measures}
    mutants = [m for m in of_measures(evaluator) if by_measure[m.measure]]
    role = {name: [c for c in anonymous_cells(demo) if name in c.expected] for name in ANONYMOUS}
    survivors = [
        (m.measure, m.what)
        for m in mutants
        if not killed(m, by_measure[m.measure], [m.measure], role.get(m.measure, []))
    ]
    assert set(survivors) - set(EQUIVALENT) == set()
    proof.mutants("Målenes DAX", len(mutants) - len(survivors), len(mutants))


@pytest.mark.long
def test_mutants_of_relationships_are_killed(
    evaluator: Evaluator, demo: duckdb.DuckDBPyConnection, model: Model, proof: Proof
) -> None:
    """Each relationship that goes missing shows in some cell of the grid."""
    grid = [*cells(demo, model, every=40, periods=1), *star_cells(demo, per_axis=2)]
    mutants = list(of_relationships(evaluator))
    survivors = [m.what for m in mutants if not killed(m, [c for c in grid if crosses(c, m, model)], None)]
    assert set(survivors) - set(EQUIVALENT_RELATIONSHIPS) == set()
    proof.mutants("Relationer", len(mutants) - len(survivors), len(mutants))


def crosses(cell: Cell, mutant: Mutant, model: Model) -> bool:
    """Whether the cell's selection filters the cell's measures through the relationship."""
    many, one = mutant.missing
    filtering = {column.split(".")[0] for column in cell.selection}
    if not any(one == t or (one in model.reaches(many) and t in model.reaches(one)) for t in filtering):
        return False
    homes = {t.name for t in model.tables for m in t.measures if m.name in cell.expected}
    return any(many == home or many in model.reaches(home) for home in homes)


def killed(mutant: Mutant, grid: list[Cell], names: list[str] | None, role: Sequence[Cell] = ()) -> bool:
    """Whether any cell of the grid, by hand or of a role shows the fault; an engine that gives up shows it too."""
    long = replace(mutant, model=thirty_months(mutant.model))
    by_hand = [c for c in BY_HAND if not names or set(names) & set(c.expected)]
    of_role = replace(mutant, model=of_aalborg(mutant.model)) if role else mutant
    return _shows(mutant, grid, names) or _shows(long, by_hand, names) or _shows(of_role, role, names)


def _shows(mutant: Mutant, grid: Sequence[Cell], names: list[str] | None) -> bool:
    for cell in grid:
        for name in set(names or cell.expected) & set(cell.expected):
            try:
                found = mutant.model.value(name, cell.selection)
            except AssertionError:
                return True
            if kind_of_cell(found, cell.expected[name], name in BLANK_FOR_ZERO, ROUNDED.get(name, 1e-12)) is None:
                return True
    return False
