"""dbt on Spark instead of DuckDB: what it reads is laid out as Parquet, and what it makes is brought home.

Only the one step of the graph changes engine. Before it, the sources of the workspace become
folders that Spark reads; after it, Spark's tables become the two DuckDB files of the workspace, with
the types of the contract. So gates, publishing and rollback know of one engine only.
"""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from expectations.profiles import profiles
from kdi.building.workspace import Workspace
from kdi.lake.delivery import Delivery
from kdi.notation.sql import quoted, sql_list, sql_text

# Folders below the build folder; kdi/building/spark_session.py reads the first two and fills the third.
SOURCES = "spark/kilder"
BASE = "spark/forrige"
TABLES = "spark/tabeller"
# The columns that each table below BASE is partitioned by.
PARTITIONED = "partitioneret.json"

_SCHEMAS = ["lake", "plan"]
_PUBLISHED = ("marts", "kpi")
# What models are partitioned by. Names of folders are texts, and DuckDB would take a period for a date.
_PARTITION_TYPES = {
    "dato_id": "integer",
    "maaned": "date",
    "udtraeksdato": "date",
    "kilde": "varchar",
    "periode": "varchar",
}


def lay_out(
    workspace: Workspace, lake: Path, deliveries: Mapping[str, Iterable[Delivery]], manifest_file: Path
) -> None:
    """Make a folder of Parquet per source of dbt, and per table that the build goes on with.

    Sources are ``<build>/spark/kilder/<schema>/<table>``. The rows of deliveries are not copied: links lead to
    the lake, a folder per period. What is small (lists with a vocabulary, reference data, the plan, names of the last
    release) is written from the workspace, and so are the tables of incremental models, a folder per partition.

    Args:
        workspace: as the plan laid it out.
        lake: the folder of the lake.
        deliveries: those to read, by source.
        manifest_file: dbt's ``manifest.json``, which says what is incremental.
    """
    folder = workspace.folder / SOURCES
    shutil.rmtree(folder.parent, ignore_errors=True)
    for source, chosen in deliveries.items():
        for delivery in chosen if not profiles()[source].vocabularies else ():
            place = folder / "lake" / source / f"periode={delivery.periode}"
            place.mkdir(parents=True, exist_ok=True)
            file = lake / delivery.parquet
            (place / file.name).symlink_to(file)
    with workspace.connect() as connection:
        for schema, table in _sources(connection):
            place = folder / schema / table
            if place.exists():
                continue
            place.mkdir(parents=True)
            connection.execute(
                f"copy (select * from {schema}.{quoted(table)}) to {sql_text(str(place / 'alle.parquet'))}"
            )
        _lay_out_base(connection, workspace.folder / BASE, manifest_file)


def bring_home(workspace: Workspace, manifest_file: Path) -> None:
    """Put the tables that Spark made into the workspace's DuckDB files.

    Args:
        workspace: the build's; what was in its files of these tables is replaced.
        manifest_file: dbt's ``manifest.json`` of the run on Spark.
    """
    with workspace.connect() as connection:
        connection.execute("create schema if not exists kdi.marts; create schema if not exists kdi.kpi")
        for node in _models(manifest_file):
            source = _from_parquet(workspace.folder / TABLES, node)
            connection.execute(f"create or replace table {_home(node)} as {source}")


def _sources(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute(
        f"""
        select schema_name, table_name from duckdb_tables()
        where database_name = current_database() and schema_name in {sql_list(_SCHEMAS)}
        union all
        select schema_name, view_name from duckdb_views()
        where database_name = current_database() and schema_name in {sql_list(_SCHEMAS)}
        order by all
        """
    ).fetchall()


def _lay_out_base(connection: duckdb.DuckDBPyConnection, folder: Path, manifest_file: Path) -> None:
    """The rows of each incremental table, and beside them an empty file with its columns."""
    existing = {
        f"{schema}.{table}"
        for schema, table in connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    }
    found = {}
    for node in _models(manifest_file):
        name, columns = f"{node['schema']}.{node['alias']}", _partitioned_by(node)
        if not columns or name not in existing:
            continue
        place = folder / node["schema"] / node["alias"]
        place.mkdir(parents=True)
        connection.execute(f"copy (select * from {_home(node)} limit 0) to {sql_text(f'{place}.parquet')}")
        connection.execute(
            f"copy (select * from {_home(node)}) to {sql_text(str(place))}"
            f" (format parquet, partition_by ({', '.join(columns)}), overwrite_or_ignore)"
        )
        found[name] = columns
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PARTITIONED).write_text(json.dumps(found), encoding="utf-8")


def _models(manifest_file: Path) -> Iterator[dict[str, Any]]:
    for node in json.loads(manifest_file.read_text(encoding="utf-8"))["nodes"].values():
        if node["resource_type"] == "model" and node["config"]["materialized"] != "view":
            yield node


def _home(node: Mapping[str, Any]) -> str:
    """The name of a model's table in the workspace."""
    database = "kdi." if node["schema"] in _PUBLISHED else ""
    return f"{database}{node['schema']}.{quoted(node['alias'])}"


def _partitioned_by(node: Mapping[str, Any]) -> list[str]:
    columns = node["config"].get("partition_by") or []
    return [columns] if isinstance(columns, str) else columns


def _from_parquet(folder: Path, node: Mapping[str, Any]) -> str:
    """The select that reads a model's files, with the columns and types of its contract where it has one."""
    place = folder / f"{node['schema']}.db" / node["alias"]
    types = ", ".join(f"{quoted(column)}: {_PARTITION_TYPES[column]}" for column in _partitioned_by(node))
    is_partitioned = next(place.glob("*=*"), None) is not None
    hive = f", hive_partitioning = true, hive_types = {{{types}}}" if is_partitioned else ""
    files = f"read_parquet({sql_text(f'{place}/**/*.parquet')}{hive})"
    if node["schema"] not in _PUBLISHED:
        return f"select * from {files}"
    typed = {name: column["data_type"] for name, column in node["columns"].items() if column["data_type"]}
    columns = [f"cast({quoted(name)} as {data_type}) as {quoted(name)}" for name, data_type in typed.items()]
    return f"select {', '.join(columns)} from {files}"
