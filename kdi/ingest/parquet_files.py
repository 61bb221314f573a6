"""Parquet: the header and the rows, each column as text.

pyarrow reads, by position: DuckDB finds a column by its name, and of two that are called alike sees but one.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from expectations.findings import Finding, UnreadableDelivery
from kdi.ingest import arrow
from kdi.ingest.layout import Layout

_UNREADABLE = (pa.ArrowException, OSError, UnicodeDecodeError)  # also names that are not UTF-8
_TABLE = "parquetraekker"
_BATCH = 1 << 16


def header(path: Path) -> list[str]:
    """The names of the columns.

    Raises:
        UnreadableDelivery: not a Parquet file.
    """
    return list(_opened(path).schema_arrow.names)


def schema_of(path: Path) -> str:
    """The file's own names and types."""
    return str(_opened(path).schema_arrow.remove_metadata().to_string())


def check(path: Path) -> None:
    """Read every value once.

    Raises:
        UnreadableDelivery: a part is broken, or a text is not UTF-8.
    """
    for _ in _batches(path):
        pass


def rows_sql(connection: duckdb.DuckDBPyConnection, path: Path, layout: Layout) -> str:
    """A table expression over one file, to be read once."""
    batches = _batches(path)
    schema = _named(_opened(path).schema_arrow)
    first = next(batches, None)
    if first is not None:
        schema = first.schema
    reader = pa.RecordBatchReader.from_batches(schema, _again(first, batches))
    arrow.register(connection, _TABLE, reader)
    columns = [f"{_text(field)} as {name}" for field, name in zip(schema, layout.columns, strict=True)]
    return f"(select {', '.join(columns)} from {_TABLE})"


def _again(first: pa.RecordBatch | None, others: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    if first is not None:
        yield first
    yield from others


def _opened(path: Path, int96_unit: str = "us") -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path, coerce_int96_timestamp_unit=int96_unit)
    except _UNREADABLE as error:
        raise UnreadableDelivery(Finding("ulaeselig_fil", detalje="ikke en gyldig Parquet-fil")) from error


def _named(schema: pa.Schema) -> pa.Schema:
    """The schema with each column called by its place."""
    return pa.schema([field.with_name(f"k{i}") for i, field in enumerate(schema)])


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The rows, columns called by their place and texts really text."""
    file = _opened(path)
    names = file.schema_arrow.names
    # INT96 has no unit of its own: it is what changes its type with the unit that is asked for.
    instants = {
        i
        for i, (one, other) in enumerate(zip(file.schema_arrow, _opened(path, "ms").schema_arrow, strict=True))
        if one.type != other.type
    }
    try:
        for batch in file.iter_batches(_BATCH, use_threads=False):
            columns = [_plain(column, names[i], i in instants) for i, column in enumerate(batch.columns)]
            made = pa.record_batch(columns, [f"k{i}" for i in range(len(columns))])
            made.validate(full=True)
            yield made
    except pa.ArrowInvalid as error:
        if "UTF8" in str(error) or "UTF-8" in str(error):
            raise UnreadableDelivery(Finding("ukendt_tegnsaet", detalje="UTF-8")) from error
        raise _broken() from error
    except _UNREADABLE as error:
        if isinstance(error, MemoryError):
            raise
        raise _broken() from error


def _broken() -> UnreadableDelivery:
    return UnreadableDelivery(Finding("ulaeselig_fil", detalje="Parquet-filen er beskadiget"))


def _plain(column: pa.Array, name: str, is_instant: bool) -> pa.Array:
    """A column in a type that DuckDB knows: texts that are declared as mere bytes are decoded.

    INT96, an older type of moments, holds instants in UTC, as Spark and Hive write it. A local time in it is found
    out by the day's first or last hours, which then belong to another day.
    """
    if isinstance(column, pa.DictionaryArray):
        column = column.dictionary_decode()
    if is_instant and pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("us")).cast(pa.timestamp("us", "UTC"))
    if pa.types.is_fixed_size_binary(column.type):
        column = column.cast(pa.binary())
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type) or pa.types.is_binary_view(column.type):
        try:
            return column.cast(pa.large_string())
        except pa.ArrowInvalid as error:
            raise UnreadableDelivery(Finding("ukendt_tegnsaet", kolonne=name, detalje="UTF-8")) from error
    if pa.types.is_float16(column.type):
        return column.cast(pa.float32())
    return column.cast(pa.string()) if pa.types.is_decimal256(column.type) else column


def _text(field: pa.Field) -> str:
    """A column as the text a CSV would have carried: the whole number 3 in a DOUBLE or DECIMAL is ``3``."""
    c, text = field.name, f"cast({field.name} as varchar)"
    if pa.types.is_floating(field.type):
        whole = f"isfinite({c}) and {c} = trunc({c}) and abs({c}) < 1e15"
        return f"case when {whole} then cast(cast({c} as bigint) as varchar) else {text} end"
    if pa.types.is_decimal(field.type):
        return f"case when {c} = trunc({c}) then cast(cast(trunc({c}) as hugeint) as varchar) else {text} end"
    return text
