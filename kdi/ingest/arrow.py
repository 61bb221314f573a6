"""Arrow tables as DuckDB sees them by name."""

import duckdb
import pyarrow as pa


def register(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table | pa.RecordBatchReader) -> None:
    """Let statements on ``connection`` read ``table`` as ``name``."""
    connection.execute("select 1").fetchall()  # DuckDB 2 registers nothing while a statement's answer is not read
    connection.register(name, table)
