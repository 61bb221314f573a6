"""The published tables as Parquet: one file per table, the call facts and the funnel one per month.

A month that a build did not touch is not written again: its file is the same file as before. Rows are sorted, so that
the same rows are the same bytes however many threads made them.
"""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb

from kdi.machine.steps import step
from kdi.notation.sql import sql_text
from kdi.publish.extent import Extent

PUBLISHED_SCHEMAS = ("marts", "kpi")
# The call facts and the funnel are one file per month; the column tells which month a row belongs to.
_MONTH_OF_DAY = "dato_id // 100"
_MONTH_OF = "year(maaned) * 100 + month(maaned)"
MONTHLY_TABLES = {
    "fct_kald_time": _MONTH_OF_DAY,
    "fct_kald_dag": _MONTH_OF_DAY,
    "fct_kald_maaned": _MONTH_OF,
    "tilslutning_tragt": _MONTH_OF,
}
# Of a month as 202204, in DuckDB and in PostgreSQL.
DAYS_ARE = "dato_id between {m}01 and {m}31"
_MONTH_IS = "maaned = make_date({m} // 100, {m} % 100, 1)"
_RANGES = {
    "fct_kald_time": DAYS_ARE,
    "fct_kald_dag": DAYS_ARE,
    "fct_kald_maaned": _MONTH_IS,
    "tilslutning_tragt": _MONTH_IS,
}


class IncompleteRelease(Exception):
    """What was written is not what was built; nothing is published."""


@dataclass(frozen=True)
class Before:
    """The release whose files are taken over, and how much has been made anew since."""

    folder: Path
    hashes: Mapping[str, str]
    extent: Extent

    def may_be_kept(self, table: str, month: str) -> bool:
        """Whether the month's file of a table (``marts.fct_kald_time``) is what it was."""
        made = self.extent.months_of(table)
        return made is not None and month not in made


def write_tables(connection: duckdb.DuckDBPyConnection, target: Path, before: Before | None) -> dict[str, str]:
    """Write every published table under ``target/parquet``; returns the hashes of the files taken over."""
    taken_over: dict[str, str] = {}
    anew: list[tuple[str, Path]] = []
    for schema, table in tables(connection):
        folder = target / "parquet" / schema
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{schema}.{table}"
        if table not in MONTHLY_TABLES:
            anew.append((f"select * from {name} order by all", folder / f"{table}.parquet"))
            continue
        (folder / table).mkdir()
        for month in _months(connection, name, table):
            relative = f"parquet/{schema}/{table}/{month // 100}-{month % 100:02d}.parquet"
            old = before.folder / relative if before else None
            if before and old and before.may_be_kept(name, Path(relative).stem) and old.exists():
                os.link(old, target / relative)
                taken_over[relative] = before.hashes[relative]
                step("release: month taken over")
            else:
                where = _RANGES[table].format(m=month)
                anew.append((f"select * from {name} where {where} order by all", target / relative))
    # The end of one file, which keeps a single core busy, is written beside the next.
    with ThreadPoolExecutor(2) as threads:
        for _ in threads.map(lambda each: _copy(connection.cursor(), *each), anew):
            pass
    return taken_over


def verified_rows(connection: duckdb.DuckDBPyConnection, target: Path) -> dict[str, int]:
    """Row counts by table, after comparing them with the Parquet files.

    Raises:
        IncompleteRelease: a Parquet file does not hold the rows of its table.
    """
    rows: dict[str, int] = {}
    for schema, table in tables(connection):
        (expected,) = connection.execute(f"select count(*) from {schema}.{table}").fetchall()[0]
        pattern = f"{table}/*.parquet" if table in MONTHLY_TABLES else f"{table}.parquet"
        path = target / "parquet" / schema / pattern
        found = 0
        if list(path.parent.glob(path.name)):
            (found,) = connection.execute(
                f"select coalesce(sum(num_rows), 0) from parquet_file_metadata({sql_text(str(path))})"
            ).fetchall()[0]
        if found != expected:
            raise IncompleteRelease(f"{schema}.{table}: {found} rows in Parquet, {expected} in the table")
        rows[f"{schema}.{table}"] = int(expected)
    return rows


def tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Schema and name of every table that is published."""
    rows = connection.execute(
        "select schema_name, table_name from duckdb_tables() where not internal order by all"
    ).fetchall()
    return [(schema, table) for schema, table in rows if schema in PUBLISHED_SCHEMAS]


def _months(connection: duckdb.DuckDBPyConnection, name: str, table: str) -> list[int]:
    rows = connection.execute(f"select distinct {MONTHLY_TABLES[table]} as m from {name} order by m").fetchall()
    return [int(m) for (m,) in rows]


def _copy(connection: duckdb.DuckDBPyConnection, sql: str, target: Path) -> None:
    # The lowest level of compression takes a seventh less time than the usual one, and a twentieth more room.
    options = "format parquet, compression zstd, compression_level 1"
    connection.execute(f"copy ({sql}) to {sql_text(str(target))} ({options})")
    step("release: table written as Parquet", target)
