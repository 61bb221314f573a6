"""A figure is decided in dbt: reports and workbooks choose rows of one table, and add nothing up themselves."""

import ast
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import duckdb
import pytest
from test_sql_strings import filled_in, statements

from kdi.settings import PROJECT_ROOT

PRODUCTS = ("kdi/report/", "kdi/excel/")
# A workbook's pivots add up the rows of their own sheet, as Excel does; and a sheet has a row for what it shows.
ADDS_UP = {
    "kdi/excel/contents.py": "the fact of calls, of which a sheet shows the year, or months, by service",
    "kdi/excel/pivots.py": "a pivot's cells over the rows of its sheet, as Excel will fill them",
    "kdi/excel/sheets.py": "whether a sheet has more rows than one can read",
}
# Beside the dimensions, which give names.
SEVERAL_TABLES = {
    ("kpi.benchmark_fordeling", "kpi.kald_pr_indbygger"): "a municipality beside the middle of its class",
    ("kpi.klarmelding_reel", "kpi.tilslutning_tragt"): "declarations of the systems that the reader uses",
    ("kpi.potentiale", "kpi.service_konsekvens"): "which interfaces have a page",
}
# Python that makes one figure of several, and what of.
ADDS_UP_IN_PYTHON = {
    "kdi/report/lists.py": "the rows of a list that stands right below; the other modules ask here",
    "kdi/report/line_chart.py": "the lowest and highest point of the line that is drawn, and the axes",
    "kdi/report/sources.py": "days of deliveries, of which none is a figure",
    "kdi/report/file_names.py": "names, of which several may be alike",
    "kdi/excel/pivot_xml.py": "the first and last month of a pivot's items",
}
_AGGREGATES = ("sum", "fsum", "Counter", "mean", "fmean", "median", "quantiles", "groupby", "reduce")
_CALENDAR = ("to_days", "to_months", "to_years", "to_quarters", "to_weeks")


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


@pytest.fixture(scope="module")
def aggregates(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    sql = "select distinct function_name from duckdb_functions() where function_type = 'aggregate'"
    return frozenset(name for (name,) in connection.execute(sql).fetchall())


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every node of what DuckDB's parser made of a statement."""
    if isinstance(tree, dict):
        yield tree
    for part in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from nodes(part)


def parsed(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    for attempt in filled_in(sql):
        ((text,),) = connection.execute("select json_serialize_sql(?::varchar)", [attempt]).fetchall()
        tree: dict[str, Any] = json.loads(text)
        if not tree["error"]:
            return tree
    raise AssertionError(sql)


def decided(tree: dict[str, Any], aggregates: frozenset[str]) -> set[str]:
    """What a statement decides that a mart should: sums, windows, spans of time and thresholds."""
    found = set()
    for node in nodes(tree):
        name = str(node.get("function_name", "")).lower()
        if node.get("class") == "FUNCTION" and name in aggregates:
            found.add(name)
        if node.get("class") == "WINDOW":
            found.add("over")
        if node.get("group_expressions") or node.get("aggregate_handling", "STANDARD_HANDLING") != "STANDARD_HANDLING":
            found.add("group by")
        if name in _CALENDAR or (node.get("cast_type") or {}).get("id") == "INTERVAL":
            found.add("interval")
        if node.get("class") == "COMPARISON":
            sides = [node[side]["value"]["value"] for side in ("left", "right") if node[side]["class"] == "CONSTANT"]
            # none is no threshold
            found |= {f"threshold {v}" for v in sides if isinstance(v, int | float) and v and not isinstance(v, bool)}
    return found


def tables(tree: dict[str, Any]) -> set[str]:
    named = {f"{n['schema_name']}.{n['table_name']}" for n in nodes(tree) if n.get("type") == "BASE_TABLE"}
    return {table for table in named if table.startswith(("kpi.", "marts.")) and not table.startswith("marts.dim_")}


@cache
def of_products() -> list[tuple[str, str]]:
    return [(place, sql) for place, sql in statements() if place.startswith(PRODUCTS)]


def test_statements_of_every_product_are_found() -> None:
    read = {place.split(":")[0].rsplit("/", 1)[-1] for place, _ in of_products()}
    assert {"kditl.py", "k98_analyse.py", "tilslutning.py", "sapa.py", "letter_news.py", "contents.py"} <= read
    assert len(of_products()) > 80


def test_reports_decide_no_figure(connection: duckdb.DuckDBPyConnection, aggregates: frozenset[str]) -> None:
    found = {place: decided(parsed(connection, sql), aggregates) for place, sql in of_products()}
    wrong = {place: what for place, what in found.items() if what}
    assert {place: what for place, what in wrong.items() if place.split(":")[0] not in ADDS_UP} == {}
    # an exception that is none any more goes
    assert {place.split(":")[0] for place in wrong} == ADDS_UP.keys()
    assert {name for what in wrong.values() for name in what} == {"sum", "min", "count_star", "group by"}


def test_a_report_reads_one_table_at_a_time(connection: duckdb.DuckDBPyConnection) -> None:
    several = {tuple(sorted(found)) for _, sql in of_products() if len(found := tables(parsed(connection, sql))) > 1}
    assert several == SEVERAL_TABLES.keys()


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("select sum(kald) from kpi.sapa", {"sum"}),
        ("select median(kald) from (select * from kpi.sapa)", {"median"}),
        ("select cvr from kpi.sapa group by cvr", {"group by"}),
        ("select cvr, rank() over (order by kald) from kpi.sapa", {"over"}),
        ("select * from kpi.sapa where maaned > $maaned - interval 12 month", {"interval"}),
        ("select * from kpi.sapa where brugere >= 5", {"threshold 5"}),
        ("select * from kpi.sapa where opslag > 0 and er_stille order by maaned limit 3", set()),
    ],
)
def test_what_is_decided_is_seen(
    sql: str, what: set[str], connection: duckdb.DuckDBPyConnection, aggregates: frozenset[str]
) -> None:
    assert decided(parsed(connection, sql), aggregates) == what


def added_up(source: str) -> set[str]:
    """The calls in Python that make one figure of several.

    ``max(a, b)`` limits one, and ``max(rows, key=…)`` chooses one.
    """
    found = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        chooses = len(node.args) != 1 or any(keyword.arg == "key" for keyword in node.keywords)
        if name in _AGGREGATES or (name in ("max", "min") and not chooses):
            found.add(name)
    return found


def test_reports_add_nothing_up_in_python() -> None:
    files = [path for folder in PRODUCTS for path in sorted((PROJECT_ROOT / folder).glob("*.py"))]
    found = {path.relative_to(PROJECT_ROOT).as_posix(): added_up(path.read_text(encoding="utf-8")) for path in files}
    wrong = {path: what for path, what in found.items() if what}
    assert {path: what for path, what in wrong.items() if path not in ADDS_UP_IN_PYTHON} == {}
    # an exception that is none any more goes
    assert wrong.keys() == ADDS_UP_IN_PYTHON.keys()


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("total = sum(r['kald'] for r in rows)", {"sum"}),
        ("states = Counter(r['tilstand'] for r in rows)", {"Counter"}),
        ("most = max(r['kald'] for r in rows)", {"max"}),
        ("middle = statistics.median(values)", {"median"}),
        ("most = max(rows, key=lambda r: r['kald'])", set()),
        ("width = max(6, len(rows))", set()),
    ],
)
def test_what_is_added_up_is_seen(source: str, what: set[str]) -> None:
    assert added_up(source) == what
