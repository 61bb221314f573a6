"""Where Dagster keeps runs and events: SQLite in DAGSTER_HOME, or PostgreSQL when a setting says so.

The SQLite event log keeps its connections open. Dagster opens, checkpoints and closes a database
for every event; a load records hundreds, a backfill thousands, and the waits for the disk were a
third of a day's load. Kept open, in the write-ahead log that Dagster itself chooses,
``synchronous = normal`` can lose the last events in a power cut but never harms the file
(sqlite.org/pragma.html#pragma_synchronous). What was loaded and published is not recorded here.

The many partitions of a run over a span are recorded together, in one statement per database, and each at a
millisecond of its own: the UI's list of events shows one per millisecond.
"""

import os
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import sqlalchemy as db
from dagster import AssetCheckEvaluation, DagsterEventType, EventLogEntry
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, SqlEventLogStorageTable
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData, serialize_value
from dagster_shared.record import replace

from kdi.faults import Unreachable
from kdi.settings import get_settings
from orchestration.partitions import PARTITIONED_CHECKS

# Dagster hands over events that belong together in batches of this size, when it is told one.
os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "1000")
_ALIKE = {DagsterEventType.ASSET_MATERIALIZATION, DagsterEventType.ASSET_MATERIALIZATION_PLANNED}
# The web server looks at many runs; only the newest few are still written.
_MOST_OPEN = 8


class OpenSqliteEventLogStorage(SqliteEventLogStorage):
    """As its parent, which makes an engine and a connection anew for every event."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, db.Engine] = OrderedDict()
        self._has_index_columns: bool | None = None
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> "OpenSqliteEventLogStorage":
        return cls(str(Path(os.environ["DAGSTER_HOME"]) / "history" / "runs"), inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[db.Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection
            # The UI follows a run by watching this file, which else changes at checkpoints only.
            os.utime(self.path_for_shard(shard))

    def _engine(self, shard: str) -> db.Engine:
        if shard not in self._engines:
            engine = db.create_engine(
                self.conn_string_for_shard(shard),
                poolclass=db.pool.QueuePool,
                pool_size=1,
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
            db.event.listen(engine, "connect", lambda connection, _: connection.execute("pragma synchronous = normal"))
            self._engines[shard] = engine
        self._engines.move_to_end(shard)
        while len(self._engines) > _MOST_OPEN:
            _, oldest = self._engines.popitem(last=False)
            oldest.dispose()
        return self._engines[shard]

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store partitions of one asset or check together, as Dagster does in PostgreSQL, and others one by one."""
        events = list(_at_moments_of_their_own(events))
        for (kind, _), some in groupby(events, lambda e: (e.dagster_event_type, e.get_dagster_event().asset_key)):
            alike = list(some)
            if kind in _ALIKE:
                self._store_alike(alike)
            elif kind is DagsterEventType.ASSET_CHECK_EVALUATION:
                self._store_evaluations(alike)
            else:
                super().store_event_batch(alike)

    def _store_alike(self, events: Sequence[EventLogEntry]) -> None:
        with self._stored(events) as (connection, ids):
            self._store_asset_event_tags(connection, events, ids)
            self._store_asset_event(connection, events[-1], ids[-1])

    def _store_evaluations(self, events: Sequence[EventLogEntry]) -> None:
        """As the parent does for one: an answer takes the place of the row that its run planned."""
        table = AssetCheckExecutionsTable
        names = ("asset_key", "check_name", "run_id", "partition")
        is_planned = db.and_(*(table.c[name].is_(db.bindparam(f"its_{name}")) for name in names))
        with self._stored(events) as (connection, ids):
            rows = [_execution(event, event_id) for event, event_id in zip(events, ids, strict=True)]
            connection.execute(table.delete().where(is_planned), [{f"its_{n}": row[n] for n in names} for row in rows])
            connection.execute(table.insert(), rows)

    @contextmanager
    def _stored(self, events: Sequence[EventLogEntry]) -> Iterator[tuple[db.Connection, Sequence[int]]]:
        """Write to the run's own database and the index of all runs; a transaction there, and the ids in it."""
        insert = self.prepare_insert_event_batch(events)
        with self.run_connection(events[0].run_id) as connection:
            connection.execute(insert)
        with self.index_transaction() as index:
            yield index, index.execute(insert.returning(SqlEventLogStorageTable.c.id)).scalars().all()

    def has_table(self, table_name: str) -> bool:
        """A table that is there stays: the parent opens the file anew to ask, twice for every event of an asset."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def _has_asset_key_index_cols_on_connection(self, conn: db.Connection) -> bool:
        """Asked once: the parent reads the table's definition anew for every event, a fourth of its time."""
        if self._has_index_columns is None:
            self._has_index_columns = super()._has_asset_key_index_cols_on_connection(conn)
        return self._has_index_columns

    def _store_asset_check_evaluation_planned(self, event: EventLogEntry, event_id: int | None) -> None:
        """Plans a check that is not partitioned once. Dagster 1.13 plans it for every partition of the run.

        A backfill of three years would write thousands of rows that no evaluation ever fills.
        """
        planned = event.get_dagster_event()
        if planned.asset_check_planned_data.check_name not in PARTITIONED_CHECKS:
            once = replace(planned.asset_check_planned_data, partitions_subset=None)
            event = event._replace(dagster_event=planned._replace(event_specific_data=once))
        super()._store_asset_check_evaluation_planned(event, event_id)

    def dispose(self) -> None:
        """Close what is open."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()


def _at_moments_of_their_own(events: Sequence[EventLogEntry]) -> Iterator[EventLogEntry]:
    last = 0.0
    for event in events:
        last = max(event.timestamp, last + 0.001)
        yield event._replace(timestamp=last)


def _execution(event: EventLogEntry, event_id: int) -> dict[str, Any]:
    evaluation = event.get_dagster_event().event_specific_data
    assert isinstance(evaluation, AssetCheckEvaluation)
    status = AssetCheckExecutionRecordStatus.SUCCEEDED if evaluation.passed else AssetCheckExecutionRecordStatus.FAILED
    target = evaluation.target_materialization_data
    return {
        "asset_key": evaluation.asset_key.to_string(),
        "check_name": evaluation.check_name,
        "partition": evaluation.partition,
        "run_id": event.run_id,
        "execution_status": status.value,
        "evaluation_event": serialize_value(event),
        "evaluation_event_timestamp": datetime.fromtimestamp(event.timestamp, UTC).replace(tzinfo=None),
        "evaluation_event_storage_id": event_id,
        "materialization_event_storage_id": target.storage_id if target else None,
    }


class StorageUnreachable(Unreachable):
    """PostgreSQL does not answer, so no run can begin."""


class ChosenStorage(DagsterSqliteStorage):
    """Dagster's whole storage, as the settings say.

    The address of PostgreSQL holds a password. It is read here, from the settings, so that it
    stands neither in ``dagster.yaml`` nor in what Dagster hands from process to process.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage.dispose()
        self._event_log_storage = OpenSqliteEventLogStorage(str(Path(base_dir) / "history" / "runs"))

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config_value(  # type: ignore[override]
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> DagsterStorage:
        dsn = get_settings().dagster_postgres_dsn.get_secret_value()
        if not dsn:
            return cls.from_local(os.environ["DAGSTER_HOME"], inst_data)
        from dagster_postgres import DagsterPostgresStorage
        from dagster_postgres.utils import DagsterPostgresException

        try:
            return DagsterPostgresStorage(_address(dsn), inst_data=inst_data)
        except DagsterPostgresException:  # after some ten seconds of trying
            raise StorageUnreachable(
                "Dagsters database (KDI_DAGSTER_POSTGRES_DSN) kan ikke nås. Intet er indlæst eller ændret. Tjek, at"
                " PostgreSQL kører, og at brugeren har adgang, og prøv igen."
            ) from None


def _address(dsn: str) -> str:
    """A PostgreSQL address, in words or as a URL, as Dagster needs it.

    The driver must be named: SQLAlchemy 2.1 else takes psycopg 3, with which dagster-postgres 0.29.27
    fails at its first event (``NOTIFY`` takes no parameters there).
    """
    from psycopg.conninfo import conninfo_to_dict

    found = {name: str(value) for name, value in conninfo_to_dict(dsn).items() if value is not None}
    url = db.URL.create(
        "postgresql+psycopg2",
        username=found.pop("user", None),
        password=found.pop("password", None),
        host=found.pop("host", None),
        port=int(found.pop("port", 5432)),
        database=found.pop("dbname", None),
        query=found,
    )
    return url.render_as_string(hide_password=False)
