"""Every published number has a word on whose data it is, and the gate holds the release to it."""

import re

import duckdb
import pytest
from pipeline.test_release import contracts
from pydantic import ValidationError

from kdi.publish import declared
from kdi.publish.access import Decision, Decisions, decisions
from kdi.settings import PROJECT_ROOT

CONTRACTS = contracts()


def release(tables: dict[str, list[tuple[str, str]]]) -> duckdb.DuckDBPyConnection:
    """Tables of these columns and types, without rows, as the gate meets them."""
    connection = duckdb.connect()
    connection.execute(
        "attach ':memory:' as kdi; create schema kdi.marts; create schema kdi.kpi; create schema intermediate"
    )
    for table, columns in tables.items():
        connection.execute(f"create table kdi.{table} ({', '.join(f'{name} {kind}' for name, kind in columns)})")
    return connection


def test_every_number_of_every_mart_is_declared_and_no_declaration_is_left_over() -> None:
    assert declared.undeclared(release(CONTRACTS), "kdi") == []


def test_what_is_not_declared_is_named_with_what_to_do() -> None:
    tables = {"kpi.ny": [("antal", "bigint")], "kpi.sapa": [*CONTRACTS["kpi.sapa"], ("loen", "decimal(9,2)")]}
    with pytest.raises(declared.Undeclared) as error:
        declared.require(release(tables), "kdi")
    assert str(error.value).splitlines() == [
        "kpi.ny: tabellen står ikke i kdi/publish/adgang.yml. Skriv, hvem der må se den, og hvis data dens tal er.",
        "kpi.sapa: det er ikke erklæret, hvis data loen er. Skriv det under tal i kdi/publish/adgang.yml.",
    ]


def test_a_declaration_of_nothing_is_named() -> None:
    columns = [(name, kind) for name, kind in CONTRACTS["kpi.sapa"] if name != "opslag"]
    (line,) = declared.undeclared(release({"kpi.sapa": columns}), "kdi")
    assert line.startswith("kpi.sapa: opslag er erklæret i") and line.endswith("men findes ikke. Ret navnet.")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"adgang": "alle", "tal": {"egne": ["kald"]}}, "kun stå i tabeller, hvor adgang er egne"),
        ({"adgang": "alle", "tal": {"sager": ["antal"]}}, "kun stå i tabeller, hvor adgang er egne"),
        ({"adgang": "alle", "anonym": ["kald"], "tal": {"optalt": ["kald"]}}, "skal stå under tal: flere"),
        ({"adgang": "kombit", "tal": {"optalt": ["kald"], "ingens": ["kald"]}}, "kald står to gange"),
        ({"adgang": "kombit", "tal": {"andres": ["kald"]}}, "andres"),
        ({"adgang": "kombit", "tal": {"flere": {"kald": {}}}}, "kommuner"),
    ],
)
def test_a_declaration_that_contradicts_itself_is_refused(fields: dict, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Decision.model_validate({"grund": "Prøve", **fields})


def test_the_rules_are_those_of_the_models() -> None:
    macros = (PROJECT_ROOT / "dbt_project" / "macros" / "anonym.sql").read_text(encoding="utf-8")
    stated = dict(re.findall(r"macro (\w+)\(\) -%\} ([\d.]+) ", macros))
    assert float(stated["mindst_kommuner"]) == declared.FEWEST_MUNICIPALITIES
    assert float(stated["hoejeste_andel"]) == declared.LARGEST_SHARE


def shown(rows: str, *, kommuner: str = "t.kommuner", bidrag: str | None = None) -> list[str]:
    """What the gate says of a table with these rows: key, calls, municipalities, and whether others see the calls."""
    connection = release(
        {"kpi.prøve": [("noegle", "varchar"), ("kald", "bigint"), ("kommuner", "integer"), ("er_anonym", "boolean")]}
    )
    connection.execute(f"insert into kdi.kpi.prøve values {rows}")
    flere = {"kald": {"kommuner": kommuner} | ({"bidrag": bidrag} if bidrag else {})}
    decision = Decision.model_validate(
        {"adgang": "alle", "anonym": ["kald"], "grund": "Prøve", "tal": {"optalt": ["kommuner"], "flere": flere}}
    )
    return declared.betrayed(connection, Decisions(tabeller={"kpi.prøve": decision}))


def test_a_figure_of_four_municipalities_stops_the_release_if_others_see_it() -> None:
    assert shown("('a', 100, 5, true), ('b', 100, 4, false), ('c', 100, 4, null), ('d', null, 4, true)") == []
    assert shown("('a', 100, 4, true), ('b', 100, null, true)") == [
        "kpi.prøve: 2 rækker viser kald, som færre end 5 kommuner står bag."
    ]


def test_how_many_stand_behind_may_be_counted_over_the_rows() -> None:
    five = ", ".join(f"('a', {n}, 1, true)" for n in range(1, 6))
    counted = "count(*) over (partition by t.noegle)"
    assert shown(five, kommuner=counted) == []
    assert shown(f"{five}, ('b', 7, 1, true)", kommuner=counted) != []


def test_a_sum_of_which_one_has_more_than_half_stops_the_release() -> None:
    def sum_of(largest: int, key: str) -> list[str]:
        shares = f"select {key} as noegle, hvem, if(hvem = 1, {largest}, 10) as vaerdi from range(1, 7) as r(hvem)"
        return shown(f"({key}, {largest + 50}, 6, true)", bidrag=shares)

    assert sum_of(50, "'a'") == []
    assert sum_of(51, "'a'") == ["kpi.prøve: 1 rækker viser kald, som én myndighed har mere end halvdelen af."]
    assert sum_of(51, "null") != []  # a key may be unknown, as a service's version


def test_the_hours_of_a_service_are_seen_with_its_calls_alone() -> None:
    """A profile of the day of a service that one municipality calls is that municipality's."""
    assert {"kald_12m", "travleste_time", "andel_kl_8_16"} <= set(decisions().of("kpi.service_konsekvens").anonym)
