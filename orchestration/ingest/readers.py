"""Reads a delivery's bytes as text columns under canonical names, whatever the format.

Headers are compared by name: DuckDB binds a given column list by position, so the list handed to
it is made from each file's own header. Typing and judging are left to :mod:`audit`.
"""

import gzip
import re
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import duckdb

from orchestration.ingest import cpr, csv_files, json_files, parquet_files, workbooks
from orchestration.ingest.findings import Finding, UnreadableDelivery
from orchestration.ingest.layout import ROWS_OF_A_SHEET, Layout, layout_from
from orchestration.ingest.profiles import Profile
from orchestration.ingest.rules import sql_text

_KINDS = {".parquet": "parquet", ".xlsx": "xlsx", ".json": "json"}
_FONT_CHANGE = re.compile(r"</t>\s*</r>\s*<r>.*?<t[^>]*>", re.DOTALL)


def layout_of(path: Path, profile: Profile) -> Layout:
    """Read a file's header and match it with the profile.

    Raises:
        UnreadableDelivery: empty, not decodable, wrong delimiter, a column missing or doubled.
    """
    if path.stat().st_size == 0:
        raise UnreadableDelivery(Finding("tom_fil"))
    kind = _KINDS.get(path.suffix.lower(), "csv")
    match kind:
        case "json":
            return Layout(kind, tuple(c.name for c in profile.columns), ())
        case "xlsx":
            return workbooks.read(path, path.stat().st_mtime_ns, profile)[0]
        case "parquet":
            layout = layout_from(kind, parquet_files.header(path), profile)
            return replace(layout, schema=parquet_files.schema_of(path))
        case _:
            return layout_from(kind, csv_files.header(path, profile), profile)


def source_sql(connection: duckdb.DuckDBPyConnection, paths: list[Path], layout: Layout, profile: Profile) -> str:
    """A table expression over files of one layout: ``fil`` and the layout's columns, all text.

    A workbook and a matrix also have ``linje``, the row's place (``Layout.place``); a matrix has the columns of the
    profile instead of its own.
    Broken CSV rows are left out of it; :func:`csv_files.broken_rows` returns them afterwards.
    """
    if layout.things:
        return _unpivoted(_rows_sql(connection, paths, layout, profile), layout, profile)
    return _rows_sql(connection, paths, layout, profile)


def _unpivoted(source: str, layout: Layout, profile: Profile) -> str:
    assert profile.matrix
    kept = [c for c in layout.columns if not c.startswith("ting_")]
    names = " ".join(f"when {sql_text(column)} then {sql_text(name)}" for column, name in layout.things)
    things = ", ".join(column for column, _ in layout.things)
    return f"""(
        select fil, linje, {", ".join(kept)}, case ting {names} end as {profile.matrix.name_column},
            celle as {profile.matrix.value_column}
        from {source if layout.kind == "xlsx" else f"(select *, row_number() over () as linje from {source})"}
        unpivot include nulls (celle for ting in ({things}))
        {_without_absent(layout)}
    )"""


def _without_absent(layout: Layout) -> str:
    """A sheet says nothing of the interfaces for which it has no column."""
    lacking = [f"(linje // {ROWS_OF_A_SHEET} = {number} and ting = '{column}')" for number, column in layout.absent]
    return f"where not ({' or '.join(lacking)})" if lacking else ""


def _rows_sql(connection: duckdb.DuckDBPyConnection, paths: list[Path], layout: Layout, profile: Profile) -> str:
    match layout.kind:
        case "parquet":
            return parquet_files.rows_sql(paths, layout)
        case "xlsx" | "json":
            (path,) = paths
            is_json = layout.kind == "json"
            rows = (
                json_files.table(path, profile)
                if is_json
                else workbooks.read(path, path.stat().st_mtime_ns, profile)[1]
            )
            connection.register("regneark", rows)
            return f"(select {sql_text(str(path))} as fil, * from regneark)"
        case _:
            return csv_files.rows_sql(paths, layout, profile)


def bytes_look_personal(path: Path) -> bool:
    """Whether something in a CSV file or workbook looks like a CPR number, wherever it stands.

    True as well when it cannot be searched.
    """
    name = path.name.lower()
    if not name.endswith((".csv", ".csv.gz", ".xlsx")):
        return True
    try:
        if name.endswith(".xlsx"):
            with zipfile.ZipFile(path) as book:
                parts = (book.read(part).decode("utf-8", "replace") for part in book.namelist())
                # A text of several fonts is cut where they change.
                return any(cpr.is_in_bytes(p) or cpr.is_in_bytes(_FONT_CHANGE.sub("", p)) for p in parts)
        with (gzip.open if name.endswith(".gz") else open)(path, "rb") as stream:
            # Without the zero bytes of UTF-16.
            return any(cpr.is_in_bytes(line.replace(b"\0", b"").decode("utf-8", "replace")) for line in stream)
    except (EOFError, OSError, RuntimeError, zlib.error, zipfile.BadZipFile):
        return True
