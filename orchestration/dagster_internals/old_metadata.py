"""Takes metadata out of events that are stored already: Dagster keeps what an older version of the platform wrote.

Dagster has no public way to change an event. Only the entries named go; the event, its time and its version stay, so
nothing becomes stale or missing.
"""

import json
from collections.abc import Collection
from typing import Any

import dagster as dg
import sqlalchemy as db
from dagster._core.storage.event_log.schema import AssetKeyTable, SqlEventLogStorageTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage

_EVENTS = SqlEventLogStorageTable
_ASSETS = AssetKeyTable


def forget_metadata(instance: dg.DagsterInstance, keys: Collection[dg.AssetKey], labels: Collection[str]) -> int:
    """Remove metadata with these labels from all events of some assets; returns of how many events."""
    storage = instance.event_log_storage
    assert isinstance(storage, SqlEventLogStorage)  # SQLite and PostgreSQL both are
    names = [key.to_string() for key in keys]
    told = _of_assets(_EVENTS, _EVENTS.c.event, names, labels)
    with storage.index_connection() as index:
        runs: list[str] = list(index.execute(db.select(_EVENTS.c.run_id).where(told).distinct()).scalars())
    for run_id in runs:
        with storage.run_connection(run_id) as connection:
            # a step's output says the same again, and names no asset
            of_run = db.and_(_EVENTS.c.run_id == run_id, _EVENTS.c.asset_key.is_(None), _has(_EVENTS.c.event, labels))
            _forget(connection, _EVENTS, _EVENTS.c.event, db.or_(told, of_run), labels)
    with storage.index_connection() as index:  # of SQLite a copy of every event of an asset, in PostgreSQL the same
        left = _forget(index, _EVENTS, _EVENTS.c.event, told, labels)
        newest = _of_assets(_ASSETS, _ASSETS.c.last_materialization, names, labels)
        _forget(index, _ASSETS, _ASSETS.c.last_materialization, newest, labels)
    return max(left, len(runs))


def _of_assets(
    table: db.Table, column: db.Column[Any], names: Collection[str], labels: Collection[str]
) -> db.ColumnElement[bool]:
    return db.and_(table.c.asset_key.in_(names), _has(column, labels))


def _has(column: db.Column[Any], labels: Collection[str]) -> db.ColumnElement[bool]:
    return db.or_(*(column.contains(f'"{label}"') for label in labels))


def _forget(
    connection: db.Connection,
    table: db.Table,
    column: db.Column[Any],
    where: db.ColumnElement[bool],
    labels: Collection[str],
) -> int:
    if connection.dialect.name == "sqlite":  # what stood there is written over, not only freed
        connection.exec_driver_sql("pragma secure_delete = on")
    changed = 0
    for number, text in connection.execute(db.select(table.c.id, column).where(where)).fetchall():
        kept = json.dumps(_without(json.loads(str(text)), labels))
        changed += connection.execute(db.update(table).where(table.c.id == number).values({column: kept})).rowcount
    return changed


def _without(value: Any, labels: Collection[str]) -> Any:
    match value:
        case dict():
            return {key: _without(one, labels) for key, one in value.items()}
        case list():
            return [
                _without(one, labels) for one in value if not (isinstance(one, dict) and one.get("label") in labels)
            ]
    return value
