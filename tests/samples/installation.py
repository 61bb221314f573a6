"""An installation of the platform in a folder of its own, used the way its operator uses it."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import kdi_command
import pyarrow as pa
import pyarrow.parquet as pq
from typer.testing import Result

from kdi.commands.load import LoadResult, load
from kdi.installation import here
from kdi.machine.files import sha256_of
from kdi.settings import Settings, get_settings

from .deliveries import Delivery, Row
from .files import csv_bytes

Table = list[tuple[Any, ...]]

# When a delivery came and with which release depends on the loads, not on what was delivered.
_WITHOUT = {"marts.leverance_log": "exclude (modtaget, publiceret_i, afgjort)"}


@dataclass
class Installation:
    """Home and inbox under ``folder``; Dagster's storage beside it or elsewhere."""

    folder: Path
    dagster_home: Path
    # The world's day: all its months are past their grace, and none but the oldest are closed.
    as_of: str = "2022-06-15"
    postgres_dsn: str = ""
    settings: dict[str, str] = field(default_factory=dict)  # others, as the operator would write them
    _delivered: int = field(default=0, init=False)

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def environment(self) -> dict[str, str]:
        """What the operator would write in ``.env``."""
        return {
            "KDI_HOME": str(self.home),
            "KDI_INBOX": str(self.inbox),
            "KDI_SETTLE_SECONDS": "0",
            "KDI_AS_OF": self.as_of,
            "KDI_MEMORY_LIMIT": "500MB",
            "KDI_POSTGRES_DSN": self.postgres_dsn,
            "DAGSTER_HOME": str(self.dagster_home),
            "DAGSTER_DISABLE_TELEMETRY": "1",
            **self._lake_in_store(),
            **self.settings,
        }

    def _lake_in_store(self) -> dict[str, str]:
        """A place of its own in the store of ``object_storage.everywhere``, when that plugin is in use."""
        store = os.environ.get("KDI_TEST_STORE")
        return {"KDI_LAKE": f"{store}{self.folder.resolve()}"} if store else {}

    @contextmanager
    def in_force(self) -> Iterator[Settings]:
        """Make this the installation that the process works on."""
        before = dict(os.environ)
        os.environ.update(self.environment)
        get_settings.cache_clear()
        try:
            yield get_settings()
        finally:
            os.environ.clear()
            os.environ.update(before)
            get_settings.cache_clear()

    def deliver(self, *deliveries: Delivery) -> None:
        """Put files in the inbox, each a second younger than the one before."""
        for delivery in deliveries:
            path = self.inbox / delivery.source / delivery.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(delivery.content)
            self._delivered += 1
            moment = time.time() - 10_000 + self._delivered
            os.utime(path, (moment, moment))

    def replace_reference(self, name: str, rows: Iterable[Row]) -> Path:
        """Let a reference file of the user's own win over the built-in one."""
        path = self.inbox / "reference" / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(csv_bytes(list(rows)))
        return path

    def tamper_reference(self, name: str, rows: Iterable[Row]) -> None:
        """Put rows into the set in force behind the intake's back; `kdi load --rebuild` then builds on them."""
        rows = list(rows)
        with self.in_force():
            folder = here().lake.reference_folder(str(here().lake.log.reference()))
        columns = {c: pa.array([row.get(c) or None for row in rows], pa.string()) for c in rows[0]}
        pq.write_table(pa.table(columns), folder / f"{name}.parquet")
        hashes = json.loads((folder / "sha256.json").read_text(encoding="utf-8"))
        hashes[name] = sha256_of(folder / f"{name}.parquet")
        (folder / "sha256.json").write_text(json.dumps(hashes), encoding="utf-8")

    def load(self, rebuild: bool = False) -> LoadResult:
        with self.in_force():
            return load(rebuild=rebuild)

    def kdi(self, *arguments: str, status: int = 0) -> Result:
        """Run the ``kdi`` command; any other exit status than ``status`` is an error of the test's."""
        with self.in_force():
            return kdi_command.invoke(*arguments, status=status)

    def process(self, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        """The same in a process of its own."""
        return kdi_command.run(*arguments, environment=self.environment, status=status)

    def copy(self, name: str) -> "Installation":
        """The same installation in another folder; what is done to one does not touch the other."""
        other = Installation(self.folder.with_name(name), self.dagster_home.with_name(name), self.as_of)
        shutil.copytree(self.folder, other.folder, symlinks=True)
        shutil.copytree(self.dagster_home, other.dagster_home)
        other._delivered = self._delivered
        return other

    @property
    def releases(self) -> list[str]:
        return sorted(p.name for p in (self.home / "published" / "releases").iterdir())

    @property
    def current(self) -> Path:
        """The folder of the release in force."""
        return (self.home / "published" / "current").resolve()

    def release(self, name: str | None = None) -> Path:
        """The folder of a release; the one in force unless another is named."""
        return self.home / "published" / "releases" / name if name else self.current

    def reader(self, release: str | None = None) -> duckdb.DuckDBPyConnection:
        """The published database, opened as a consumer opens it."""
        return duckdb.connect(str(self.release(release) / "kdi.duckdb"), read_only=True)

    def query(self, sql: str, *parameters: object) -> Table:
        with self.reader() as connection:
            return connection.execute(sql, list(parameters)).fetchall()

    def records(self, sql: str, *parameters: object) -> list[dict[str, Any]]:
        """The same as dictionaries by column."""
        with self.reader() as connection:
            return connection.execute(sql, list(parameters)).to_arrow_table().to_pylist()

    def months(self) -> dict[str, bool]:
        """Whether each month of the release in force is complete, as it says itself."""
        return dict(
            self.query(
                "select strftime(maaned, '%Y-%m'), status = 'komplet' from marts.maaned_status where platform = 'alle'"
            )
        )

    def tables(self) -> list[str]:
        """Names of the published tables with their schema."""
        return [
            f"{schema}.{table}"
            for schema, table in self.query(
                "select schema_name, table_name from duckdb_tables() where not internal order by all"
            )
        ]

    def content(self, release: str | None = None) -> dict[str, Table]:
        """Every published table's rows in a fixed order."""
        with self.reader(release) as connection:
            return {
                name: connection.execute(f"select * {_WITHOUT.get(name, '')} from {name} order by all").fetchall()
                for name in self.tables()
            }

    def private_content(self, release: str | None = None) -> dict[str, Table]:
        """The tables kept with a release for the next build to start from."""
        state = self.home / "state" / f"{self.release(release).name}.duckdb"
        with duckdb.connect(str(state), read_only=True) as connection:
            names = connection.execute(
                "select table_name from duckdb_tables()"
                " where schema_name = 'intermediate'"
                " and (ends_with(table_name, '__set') or table_name = 'int_kald__service_time') order by all"
            ).fetchall()
            return {
                name: connection.execute(f"select * from intermediate.{name} order by all").fetchall()
                for (name,) in names
            }

    def inodes(self, release: str | None = None) -> dict[str, int]:
        """Which file on disk each published Parquet file is."""
        parquet = self.release(release) / "parquet"
        return {str(p.relative_to(parquet)): p.stat().st_ino for p in sorted(parquet.rglob("*.parquet"))}

    def parquet_of(self, table: str) -> str:
        """Where a table's Parquet lies, as DuckDB reads it."""
        path = self.current / "parquet" / table.replace(".", "/")
        return str(path / "*.parquet" if path.is_dir() else path.with_suffix(".parquet"))
