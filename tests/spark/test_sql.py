"""What Spark is told instead of DuckDB's SQL; each query is answered by both where Spark is installed."""

import datetime
import json
import math
from typing import Any

import duckdb
import pytest

sqlglot = pytest.importorskip("sqlglot", reason="sqlglot is not installed: it comes with dagster-dbt")
from kdi.building import project  # noqa: E402
from kdi.building.spark_sql import to_spark  # noqa: E402

CALLS = "(values ('a', 1, 0.1), ('a', 2, 0.7), ('a', 4, null), ('b', 7, 2.5), (null, 9, 1.25)) as t (k, n, x)"
DAYS = "(values (date '2022-03-31'), (date '2022-12-25'), (null)) as t (d)"
WORDS = r"(values ('Aarhus  Kommune'), (' Å b'), ('v12 x3'), (null)) as t (s)"

# the rule, the query, and a piece of what Spark is told
RULES = [
    ("division is of floating-point numbers", f"select n / 3, x / n from {CALLS}", "CAST("),
    ("whole division cuts off", "select 7 // 2, 9 // 32", "DIV"),
    ("a median is between the middle two", f"select k, median(n) as m from {CALLS} group by k", "PERCENTILE_DISC"),
    (
        "a median of some rows",
        f"select median(x) filter (where n < 9) as m from {CALLS}",
        "FILTER",
    ),
    ("round scales and scales back", f"select round(x, 1), round(x) from {CALLS}", "1e1"),
    ("an element that is not there is NULL", "select [1, 2][3] as e, [1, 2][1] as f", "GET("),
    ("arg_max passes over NULL", f"select arg_max(x, n) as y from {CALLS} where k = 'a'", "FILTER"),
    (
        "a window builds on another",
        f"select sum(n) over (w order by n) as s from {CALLS} window w as (partition by k)",
        "PARTITION BY k",
    ),
    ("NULL sorts last", f"select k, row_number() over (order by k) as r from {CALLS}", "NULLS LAST"),
    ("blanks as RE2 counts them", rf"select regexp_replace(s, '\s+', ' ', 'g') as r from {WORDS}", r"[\\t"),
    ("a group of a pattern", r"select regexp_replace(s, '^(\w)(\d+) .*$', '\2\1') as r from " + WORDS, "$2$1"),
    ("intervals", f"select d + interval (-1) month as f, d + interval 1 month as e from {DAYS}", "INTERVAL '-1' MONTH"),
    ("a month's last day", f"select cast(date_trunc('month', d) as date) as m from {DAYS}", "MONTH"),
    ("Sunday is 7", f"select extract(isodow from d) as w from {DAYS}", "dow_iso"),
    ("days between", f"select date_diff('day', date '2022-01-01', d) as n from {DAYS}", "DATEDIFF"),
    ("dates as texts", f"select strftime(d, '%Y%m%d') as t, strftime(d, '%Y-%m') as m from {DAYS}", "DATE_FORMAT"),
    ("stars with another column", f"select k, n, x from (select * replace (n + 1 as n) from {CALLS}) as u", "EXCEPT"),
    (
        "a table's star with another column",
        f"select k, n, x, m from (select t.* replace (t.n + 1 as n), 7 as m from {CALLS}) as u",
        "EXCEPT",
    ),
    ("qualify", f"select k, n from {CALLS} qualify row_number() over (partition by k order by n) = 1", "QUALIFY"),
    ("a series", "select n from generate_series(1, 3) as t (n)", "EXPLODE"),
    ("huge integers", f"select cast(sum(cast(n as hugeint)) as bigint) as s from {CALLS}", "DECIMAL(38, 0)"),
    ("a row's print", f"select count(distinct hash(t)) as n from {CALLS}", "XXHASH64(t.*)"),
    ("a print of columns", f"select count(distinct hash(k, n)) as n from {CALLS}", "XXHASH64(k, n)"),
    (
        "columns named as their table",
        "select count(distinct hash(t, n)) as n from (values (1, 2)) as t (t, n)",
        "XXHASH64(t, n)",
    ),
    ("what a list has not", "select list_filter([1, 2, 3], lambda i: not list_contains([2], i))[2] as e", "FILTER("),
    (
        "each text once, beside other sums",
        "select count(distinct n) as n, string_agg(distinct k, ', ' order by k) as k,"
        " string_agg(distinct k, ' og ' order by k) filter (where n = 7) as b,"
        f" string_agg(distinct k, ', ' order by k) filter (where n > 9) as none from {CALLS}",
        "COLLECT_SET",
    ),
    (
        "how alike two names are",
        "select jaro_winkler_similarity('KMD Nexus', 'Nexus KMD') as a, jaro_winkler_similarity('Fasit', 'Fasit') as b",
        "KDI_LIGHED",
    ),
]


@pytest.mark.parametrize(("sql", "piece"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_spark_is_told(sql: str, piece: str) -> None:
    assert piece in to_spark(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select interval (n) month from t",  # of a column
        "select regexp_replace(s, 'a', 'b') from t",  # only the first in DuckDB, all in Spark
        "select 1 as a union all by name select 2 as a",
        "with u as (select 1 as a union by name select 2 as a) select a from u",
        "select from where",
    ],
)
def test_what_has_no_translation_is_refused(sql: str) -> None:
    with pytest.raises(sqlglot.errors.SqlglotError):
        to_spark(sql)


@pytest.mark.parametrize("sql", [rule[1] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_both_engines_give_the_same_cells(session: Any, sql: str) -> None:
    with duckdb.connect() as connection:
        expected = connection.execute(sql).fetchall()
    found = [tuple(row) for row in session.sql(to_spark(sql)).collect()]
    assert sorted(map(_cells, found)) == sorted(map(_cells, expected))


def _cells(row: tuple[Any, ...]) -> list[str]:
    return [_cell(value) for value in row]


def _cell(value: Any) -> str:
    """Dates and moments of midnight are one, as are 2, 2.0 and a decimal; doubles to the last bit."""
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, datetime.date):
        return datetime.datetime.combine(value, datetime.time()).isoformat()
    if value is None or isinstance(value, str):
        return repr(value)
    return float(value).hex() if not math.isnan(value) else "nan"


def _compiled() -> dict[str, str]:
    nodes = json.loads(project.prepare().read_text(encoding="utf-8"))["nodes"].values()
    return {n["name"]: n["compiled_code"] for n in nodes if n["resource_type"] in ("model", "test")}


def test_every_model_and_test_has_a_translation() -> None:
    translated = {name: to_spark(sql) for name, sql in _compiled().items()}
    assert len(translated) > 150


def test_spark_reads_every_model_and_test(session: Any) -> None:
    read = session._jsparkSession.sessionState().sqlParser().parsePlan
    for sql in _compiled().values():
        read(to_spark(sql))
