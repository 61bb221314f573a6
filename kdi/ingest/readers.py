"""Reads a delivery's bytes as text columns under canonical names, whatever the format.

Headers are compared by name: DuckDB binds a given column list by position, so the list handed to
it is made from each file's own header. Typing and judging are left to :mod:`audit`.
"""

from dataclasses import replace
from pathlib import Path

import duckdb

from expectations.findings import Finding, UnreadableDelivery
from expectations.profiles import Profile
from kdi.ingest import arrow, csv_files, csv_rows, json_files, parquet_files, whole_file, workbooks
from kdi.ingest.layout import REASON, ROWS_OF_A_SHEET, Layout, layout_from
from kdi.notation.sql import sql_text

_KINDS = {".parquet": "parquet", ".xlsx": "xlsx", ".json": "json"}


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
            if whole_file.in_parquet_metadata(path):
                raise UnreadableDelivery(Finding("cpr_nummer"))
            return replace(layout, schema=parquet_files.schema_of(path))
        case _:
            return csv_files.layout_of(path, profile)


def source_sql(connection: duckdb.DuckDBPyConnection, path: Path, layout: Layout, profile: Profile) -> str:
    """A table expression over the file of a profile without a matrix: the layout's columns, all text.

    A workbook also has ``linje``, the row's place (``Layout.place``). CSV rows that DuckDB cannot read are left out;
    :func:`csv_files.rejected` tells which files have some.
    """
    match layout.kind:
        case "parquet":
            return parquet_files.rows_sql(connection, path, layout)
        case "xlsx":
            arrow.register(connection, "regneark", workbooks.read(path, path.stat().st_mtime_ns, profile)[1])
            return "(select * from regneark)"
        case "json":
            arrow.register(connection, "objekter", json_files.table(path, profile))
            return "(select * from objekter)"
        case _:
            return csv_files.rows_sql(path, layout, profile)


def numbered_rows(
    connection: duckdb.DuckDBPyConnection, path: Path, layout: Layout, profile: Profile, scratch: Path
) -> tuple[str, list[Finding]]:
    """A table expression over the rows with their number, ``linje``, and a finding per row that is broken.

    A matrix has the columns of the profile instead of the layout's.

    Raises:
        UnreadableDelivery: the file as a whole is broken.
    """
    broken: list[Finding] = []
    if layout.kind == "csv":
        target = scratch / f"{path.name}.raekker.parquet"
        broken = csv_rows.write_rows(path, layout, profile, target)
        source = f"(select * from read_parquet({sql_text(str(target))}, hive_partitioning = false))"
    elif layout.kind == "xlsx":
        source = source_sql(connection, path, layout, profile)
    else:
        if layout.kind == "parquet":
            parquet_files.check(path)
        source = f"(select row_number() over () as linje, * from {source_sql(connection, path, layout, profile)})"
    return (_unpivoted(source, layout, profile) if layout.things else source), broken


def _unpivoted(source: str, layout: Layout, profile: Profile) -> str:
    assert profile.matrix
    kept = [c for c in layout.columns if not c.startswith("ting_")]
    matrix, by_name = profile.matrix, {name: column for column, name in layout.things}
    things = {name: column for name, column in by_name.items() if not name.endswith(REASON)}
    names = " ".join(f"when {sql_text(column)} then {sql_text(name)}" for name, column in things.items())
    reason = ""
    if matrix.reason_column:
        given = [(c, by_name[n + REASON]) for n, c in things.items() if n + REASON in by_name]
        cases = " ".join(f"when {sql_text(column)} then {beside}" for column, beside in given)
        reason = f", case ting {cases} end" if given else ", cast(null as varchar)"
        reason += f" as {matrix.reason_column}"
    return f"""(
        select linje, {", ".join(kept)}, case ting {names} end as {matrix.name_column},
            celle as {matrix.value_column}{reason}
        from {source}
        unpivot include nulls (celle for ting in ({", ".join(things.values())}))
        {_without_absent(layout)}
    )"""


def _without_absent(layout: Layout) -> str:
    """A sheet says nothing of the interfaces for which it has no column."""
    lacking = [f"(linje // {ROWS_OF_A_SHEET} = {number} and ting = '{column}')" for number, column in layout.absent]
    return f"where not ({' or '.join(lacking)})" if lacking else ""
