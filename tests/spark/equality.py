"""Whether two releases say the same: every cell of every table in marts and kpi."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb


@dataclass(frozen=True)
class Compared:
    """One table in both releases; ``differing`` counts rows that only one of them has."""

    table: str
    rows: int
    columns: int
    differing: int

    @property
    def cells(self) -> int:
        return self.rows * self.columns


def compare(one: Path, other: Path) -> list[Compared]:
    """Compare two databases table by table, without regard to the order of rows.

    No column is left out: of two installations with one lake even what a load remembers of deliveries is the same.
    Floating-point numbers must be the same to the last bit, and columns have the same types.

    Raises:
        AssertionError: the two have not the same tables and columns.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one}' as one (read_only); attach '{other}' as other (read_only)")
        tables = _columns(connection, "one")
        assert tables == _columns(connection, "other")
        return [_compared(connection, table, len(columns)) for table, columns in tables.items()]


def _columns(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for table, name, kind in connection.execute(
        f"""select schema_name || '.' || table_name, column_name, data_type from duckdb_columns()
        where database_name = '{database}' and schema_name in ('marts', 'kpi') order by 1, column_index"""
    ).fetchall():
        found.setdefault(table, []).append((name, kind))
    return found


def _compared(connection: duckdb.DuckDBPyConnection, table: str, columns: int) -> Compared:
    rows, differing = connection.execute(
        f"""select (select count(*) from one.{table}),
            (select count(*) from (from one.{table} except all from other.{table}))
            + (select count(*) from (from other.{table} except all from one.{table}))"""
    ).fetchall()[0]
    return Compared(table, rows, columns, differing)


def _lines(compared: Iterable[Compared]) -> list[tuple[str, str, str, str]]:
    compared = list(compared)
    return [
        ("table", "rows", "cells compared", "rows that differ"),
        *((c.table, f"{c.rows:,}", f"{c.cells:,}", f"{c.differing:,}") for c in compared),
        _total(compared),
    ]


def _total(compared: list[Compared]) -> tuple[str, str, str, str]:
    rows, cells = sum(c.rows for c in compared), sum(c.cells for c in compared)
    return f"{len(compared)} tables", f"{rows:,}", f"{cells:,}", f"{sum(c.differing for c in compared):,}"


def as_text(compared: Iterable[Compared]) -> str:
    """The table that ``make spark`` prints."""
    return "\n".join(f"{a:<34}{b:>12}{c:>16}{d:>18}" for a, b, c, d in _lines(compared))


def as_markdown(compared: Iterable[Compared]) -> str:
    """The same for docs/spark.md."""
    head, *rows = (f"| {' | '.join(line)} |" for line in _lines(compared))
    return "\n".join([head, "|---|---:|---:|---:|", *rows])


def in_a_line(compared: Iterable[Compared]) -> str:
    """Its last line as a sentence."""
    tables, rows, cells, differing = _total(list(compared))
    return f"{tables}, {rows} rows, {cells} cells, {differing} rows that differ."
