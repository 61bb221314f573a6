"""Parquet: the header and the rows, each column as text."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.ingest.findings import Finding, UnreadableDelivery
from orchestration.ingest.layout import Layout
from orchestration.ingest.rules import quoted, sql_list


def header(path: Path) -> list[str]:
    """The names of the columns.

    Raises:
        UnreadableDelivery: not a Parquet file.
    """
    try:
        return pq.read_schema(path).names
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:  # also names that are not UTF-8
        raise UnreadableDelivery(Finding("ulaeselig_fil", detalje="ikke en gyldig Parquet-fil")) from error


def schema_of(path: Path) -> str:
    """The file's own names and types."""
    return str(pq.read_schema(path).remove_metadata().to_string())


def rows_sql(paths: list[Path], layout: Layout) -> str:
    """A table expression over files of one layout."""
    names = pq.read_schema(paths[0]).names
    columns = [f"cast({quoted(n)} as varchar) as {c}" for n, c in zip(names, layout.columns, strict=True)]
    # Not just ``fil``: the file may have a column of that name.
    files = sql_list([str(p) for p in paths])
    return f"(select __fil as fil, {', '.join(columns)} from read_parquet({files}, filename = '__fil'))"
