"""How a sample delivery is written: one CSV file, whole or not at all, from a DuckDB query or from rows."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

BLEND_MACRO = """
CREATE OR REPLACE MACRO blend_step(x, shift, factor) AS (xor(x, x >> shift) * factor) & 2147483647;
"""
"""One step of mixing a 31-bit integer; plain integer arithmetic, because DuckDB's own hash may change."""


def connect() -> duckdb.DuckDBPyConnection:
    """An in-memory database with the mixing macro."""
    con = duckdb.connect()
    con.execute(BLEND_MACRO)
    return con


def copy_to_csv(con: duckdb.DuckDBPyConnection, query: str, target: Path) -> int:
    """Write the query's rows as a semicolon-separated CSV file; return their number."""
    partial = target.with_suffix(".partial")
    path = str(partial).replace("'", "''")
    result = con.execute(f"COPY ({query}) TO '{path}' (FORMAT csv, DELIMITER ';', HEADER)").fetchone()
    partial.replace(target)
    return int(result[0]) if result else 0


def write_csv(target: Path, header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> int:
    """Write the rows as a semicolon-separated CSV file; return their number."""
    partial = target.with_suffix(".partial")
    count = 0
    with partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow(row)
            count += 1
    partial.replace(target)
    return count
