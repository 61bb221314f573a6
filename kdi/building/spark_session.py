"""The Spark session of dbt's process: its workers, the tables it reads, and the one place where SQL is translated.

dbt-spark's method ``session`` takes whatever session the process has. The catalogue is in memory: a
build starts from the folders that kdi/building/spark.py laid out and leaves folders behind.
"""

import functools
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from kdi.building.spark import BASE, PARTITIONED, SOURCES, TABLES
from kdi.building.spark_sql import SIMILARITY, to_spark


@contextmanager
def spark_session(build: Path, master: str, options: dict[str, str]) -> Iterator[SparkSession]:
    """A session with all sources as tables; its processes end with the block.

    Args:
        build: the build folder, with the sources laid out.
        master: as Spark writes it, ``local-cluster[workers,cores,MB]`` or a cluster's address.
        options: Spark's own settings, which win over those here.
    """
    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": str(build / TABLES),
        "spark.local.dir": str(build / "spark" / "spild"),
        "spark.worker.dir": str(build / "spark" / "arbejdere"),
        # Days and hours mean the same as in DuckDB, and a period is a text.
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
        # What is small needs few tasks, and Spark itself joins or splits them by what it sees.
        "spark.sql.shuffle.partitions": "8",
        # dbt's process holds what is sent whole to all workers: several joins at a time, some megabytes packed each.
        "spark.driver.memory": "2g",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        **options,
    }
    builder = SparkSession.builder.appName("kdi").master(master)
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    try:
        session.sparkContext.setLogLevel("ERROR")
        session.udf.register(SIMILARITY, _similarity, "double")
        _register_sources(session, build / SOURCES)
        _take_over(session, build / BASE, build / TABLES)
        yield session
    finally:
        _leave_columns(session, build / TABLES)
        session.stop()


def translate_what_dbt_compiles() -> None:
    """Let dbt hand Spark's SQL to the engine for what the project wrote; what the adapter writes is Spark's already."""
    from dbt.compilation import Compiler

    compile_code = Compiler._compile_code

    @functools.wraps(compile_code)
    def compile_and_translate(self: Any, node: Any, *args: Any, **kwargs: Any) -> Any:
        node = compile_code(self, node, *args, **kwargs)
        if node.resource_type in ("model", "test"):
            node.compiled_code = to_spark(node.compiled_code)
        return node

    Compiler._compile_code = compile_and_translate  # type: ignore[method-assign]


def _register_sources(session: SparkSession, folder: Path) -> None:
    for place in sorted(folder.glob("*/*")):
        name = f"{place.parent.name}.{place.name}"
        session.sql(f"create database if not exists {place.parent.name}")
        session.sql(f"create table {name} using parquet location '{place}'")
        if any(place.glob("periode=*")):
            session.sql(f"alter table {name} recover partitions")


def _take_over(session: SparkSession, base: Path, tables: Path) -> None:
    """Make the tables of the last release Spark's own: partitions can then be dropped with their files."""
    for name, columns in json.loads((base / PARTITIONED).read_text(encoding="utf-8")).items():
        schema, table = name.split(".")
        fields = session.read.parquet(str(base / schema / f"{table}.parquet")).schema.fields
        declared = ", ".join(f"`{field.name}` {field.dataType.simpleString()}" for field in fields)
        session.sql(f"create database if not exists {schema}")
        session.sql(f"create table {name} ({declared}) using parquet partitioned by ({', '.join(columns)})")
        for partition in (base / schema / table).glob("*=*"):
            os.replace(partition, tables / f"{schema}.db" / table / partition.name)
        session.sql(f"alter table {name} recover partitions")


def _leave_columns(session: SparkSession, tables: Path) -> None:
    """A partitioned table without rows has no files; one without rows tells its columns."""
    for place in tables.glob("*.db/*"):
        if next(place.rglob("*.parquet"), None) is None:
            name = f"{place.parent.stem}.{place.name}"
            session.table(name).limit(0).write.mode("append").parquet(str(place))


@functools.cache
def _engine() -> Any:
    import duckdb

    return duckdb.connect()


def _similarity(left: str | None, right: str | None) -> float | None:
    """Jaro-Winkler as DuckDB computes it; Spark's own function of that name gives other numbers."""
    found = _engine().execute("select jaro_winkler_similarity(?, ?)", [left, right]).fetchone()
    return found[0] if found else None
