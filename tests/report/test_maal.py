"""The catalogue of measures fits the published tables: no measure without a column, no figure without a measure."""

from typing import Any

import duckdb
import pytest
import yaml

from kdi.settings import PROJECT_ROOT

META = yaml.safe_load((PROJECT_ROOT / "dbt_project" / "models" / "marts" / "_maal.yml").read_text(encoding="utf-8"))[
    "models"
][0]["config"]["meta"]
NUMERIC = ("INTEGER", "BIGINT", "HUGEINT", "DOUBLE")


@pytest.fixture(scope="module")
def columns(demo: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    """Type of every published KPI column, by table and name."""
    rows = demo.execute(
        "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns()"
        " where schema_name = 'kpi'"
    ).fetchall()
    return {(table, column): kind for table, column, kind in rows}


def published(demo: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    return demo.execute("select * from marts.maal").to_arrow_table().to_pylist()


def test_every_measure_names_a_published_column(demo: duckdb.DuckDBPyConnection, columns: dict[Any, str]) -> None:
    measures = published(demo)
    assert {m["maal"] for m in measures} == {m["maal"] for m in META["maal"]}
    assert [m["maal"] for m in measures if (m["tabel"], m["kolonne"]) not in columns] == []


def test_every_figure_is_a_measure_or_left_out_for_a_reason(
    demo: duckdb.DuckDBPyConnection, columns: dict[Any, str]
) -> None:
    known = {(m["tabel"], m["kolonne"]) for m in published(demo)}
    figures = {key for key, kind in columns.items() if kind in NUMERIC}
    reasons = META["ikke_maal"]
    # a table of sums has one reason for all of its figures
    left_out = {(t, c) for t, c in figures if {t, c, f"{t}.{c}"} & reasons.keys()}
    assert figures - known - left_out == set()
    assert known & left_out == set()
    assert set(reasons) == {name for t, c in left_out for name in (t, c, f"{t}.{c}")} & reasons.keys()


def test_a_formula_on_one_row_gives_its_column(demo: duckdb.DuckDBPyConnection, columns: dict[Any, str]) -> None:
    for m in published(demo):
        table, column, formula = m["tabel"], m["kolonne"], m["formel"]
        if columns[table, column] not in NUMERIC:
            demo.execute(f"select {formula} from {table}")
            continue
        differing = demo.execute(
            f"""select count(*) from (
                select any_value({column}) as fra_kolonnen, {formula} as fra_formlen from {table} group by rowid
            ) where fra_kolonnen is distinct from fra_formlen
                and not coalesce(abs(fra_kolonnen - fra_formlen) <= 1e-9 * (1 + abs(fra_kolonnen)), false)"""
        ).fetchall()
        assert differing == [(0,)], (m["maal"], table)


def test_a_label_means_one_figure(demo: duckdb.DuckDBPyConnection, columns: dict[Any, str]) -> None:
    """What two tables call the same is the same over the whole of a period: readers see the label alone."""
    periods = {
        "maaned": "(select max(maaned) from kpi.potentiale_k98)",
        "statusdato": "(select max(statusdato) from kpi.tilslutning)",
        "udtraeksdato": "(select max(udtraeksdato) from kpi.kle_daekning)",
    }
    by_label: dict[str, list[dict[str, Any]]] = {}
    for m in published(demo):
        by_label.setdefault(m["etiket"], []).append(m)
    for label, measures in by_label.items():
        found = []
        for m in measures:
            period = next((p for p in reversed(periods) if (m["tabel"], p) in columns), None)
            where = f"where {period} = {periods[period]}" if period else ""
            found += demo.execute(f"select {m['formel']} from {m['tabel']} {where}").fetchone() or ()
        assert found == pytest.approx(len(found) * found[:1]), (label, [m["tabel"] for m in measures])
