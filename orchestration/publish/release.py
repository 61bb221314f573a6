"""Release folders under ``published/releases/``, and ``current``, the link that names the one in force.

A release is written beside the others under a temporary name, read back, made read-only, renamed
once, and only then pointed to. Its name is never used again; readers of an earlier one keep it.
"""

import json
import os
import secrets
import shutil
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.build.workspace import Base, Workspace
from orchestration.ingest.rules import sql_text
from orchestration.lake.reference import reference_folder
from orchestration.lake.store import sha256_of
from orchestration.publish import register
from orchestration.publish.purposes import Purposes
from orchestration.settings import Settings

PUBLISHED_SCHEMAS = ("marts", "kpi")
# The call facts are one file per month; the column tells which month a row belongs to.
MONTHLY_TABLES = {"fct_kald_time": "dato_id // 100", "fct_kald_maaned": "year(maaned) * 100 + month(maaned)"}
_RANGES = {
    "fct_kald_time": "dato_id between {m}01 and {m}31",
    "fct_kald_maaned": "maaned = make_date({m} // 100, {m} % 100, 1)",
}


class IncompleteRelease(Exception):
    """What was written is not what was built; nothing is published."""


@dataclass(frozen=True)
class Manifest:
    """What a release is made of. ``files`` maps relative paths to SHA-256 hashes."""

    publicering_id: str
    udgivet: str
    forgaenger: str | None
    inputs: dict[str, str]
    leverancer: dict[str, str]
    raekker: dict[str, int] = field(default_factory=dict)
    filer: dict[str, str] = field(default_factory=dict)


def new_publication_id() -> str:
    """A name that sorts by time and is never used twice."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


class Releases:
    """The releases of one installation."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.folder = settings.published / "releases"
        self._link = settings.published / "current"
        self._held_back = settings.published / "rullet_tilbage"

    def current(self) -> Manifest | None:
        """The manifest of the release in force; None before the first."""
        return self.manifest(self._link.resolve().name) if self._link.is_symlink() else None

    def manifest(self, publication_id: str) -> Manifest:
        """The manifest of a release.

        Raises:
            FileNotFoundError: there is no such release.
        """
        text = (self.folder / publication_id / "manifest.json").read_text(encoding="utf-8")
        return Manifest(**json.loads(text))

    def all(self) -> list[str]:
        """Ids of the releases that can be switched to, oldest first."""
        return sorted(p.parent.name for p in self.folder.glob("[0-9]*/manifest.json"))

    def base(self, manifest: Manifest) -> Base | None:
        """The files from which an incremental build can start; None if its state is gone."""
        marts = self.folder / manifest.publicering_id / "kdi.duckdb"
        state = self._state(manifest.publicering_id)
        return Base(marts, state) if marts.exists() and state.exists() else None

    def _state(self, publication_id: str) -> Path:
        return self._settings.state / f"{publication_id}.duckdb"

    def publish(self, workspace: Workspace, manifest: Manifest, touched_months: list[str] | None) -> Manifest:
        """Turn the workspace into a release and switch ``current`` to it.

        Args:
            manifest: what the release is made of; row counts and hashes are filled in here.
            touched_months: months (``2022-04``) whose fact files must be written; the others are
                taken over from the current release. None for all.

        Raises:
            IncompleteRelease: a Parquet file does not hold the rows of its table.
            WithoutPurpose: a table has no purpose or legal basis; nothing is published.
        """
        before = self.current()
        partial = self.folder / f".{manifest.publicering_id}"
        for leftover in self.folder.glob(".[0-9]*"):
            shutil.rmtree(leftover)
        partial.mkdir(parents=True)
        workspace.close_marts()
        taken_over = self._write_parquet(workspace.marts, partial, before, touched_months)
        rows = self._verify(workspace.marts, partial)
        purposes = Purposes.read(reference_folder(self._settings, manifest.inputs["reference"]))
        purposes.require(rows)
        register.write(partial / "fortegnelse.md", manifest.publicering_id, manifest.udgivet, rows, purposes)
        os.replace(workspace.marts, partial / "kdi.duckdb")
        files = {
            path: taken_over.get(path) or sha256_of(partial / path)
            for path in sorted(str(p.relative_to(partial)) for p in partial.rglob("*") if p.is_file())
        }
        complete = Manifest(**{**asdict(manifest), "raekker": rows, "filer": files})
        (partial / "manifest.json").write_text(
            json.dumps(asdict(complete), ensure_ascii=False, indent=1), encoding="utf-8"
        )
        for path in partial.rglob("*"):
            path.chmod(0o555 if path.is_dir() else 0o444)
        self._settings.state.mkdir(parents=True, exist_ok=True)
        os.replace(workspace.private, self._state(manifest.publicering_id))
        os.sync()
        os.replace(partial, self.folder / manifest.publicering_id)
        self.switch(manifest.publicering_id)
        self._held_back.unlink(missing_ok=True)
        self.prune()
        return complete

    def switch(self, publication_id: str) -> None:
        """Point ``current`` at a release, in one step."""
        partial = self._link.with_name(f".current-{os.getpid()}")
        partial.unlink(missing_ok=True)
        partial.symlink_to(Path("releases") / publication_id)
        os.replace(partial, self._link)

    def roll_back(self, lake_state: str) -> str | None:
        """Switch to the release before the current one, and hold this state of the lake back.

        Returns:
            The id of the release now in force; None when there is none to go back to.
        """
        earlier = self.previous()
        if earlier:
            self.switch(earlier)
            self._held_back.write_text(lake_state, encoding="utf-8")
        return earlier

    def is_held_back(self, lake_state: str) -> bool:
        """Whether a release of exactly this state was rolled back: nothing builds it again by itself."""
        return self._held_back.exists() and self._held_back.read_text(encoding="utf-8") == lake_state

    def previous(self) -> str | None:
        """The release before the one in force, if it is still kept."""
        now = self.current()
        earlier = [r for r in self.all() if now and r < now.publicering_id]
        return earlier[-1] if earlier else None

    def _write_parquet(
        self, marts: Path, target: Path, before: Manifest | None, touched: list[str] | None
    ) -> dict[str, str]:
        """Write every table; returns the hashes of the files taken over unchanged."""
        taken_over: dict[str, str] = {}
        with duckdb.connect(str(marts), read_only=True, config=self._engine()) as connection:
            for schema, table in _tables(connection):
                folder = target / "parquet" / schema
                folder.mkdir(parents=True, exist_ok=True)
                name = f"{schema}.{table}"
                if table not in MONTHLY_TABLES:
                    _copy(connection, f"select * from {name}", folder / f"{table}.parquet")
                    continue
                (folder / table).mkdir()
                for month in _months(connection, name, table):
                    relative = f"parquet/{schema}/{table}/{month // 100}-{month % 100:02d}.parquet"
                    old = self.folder / before.publicering_id / relative if before else None
                    if touched is not None and Path(relative).stem not in touched and old and old.exists():
                        os.link(old, target / relative)
                        taken_over[relative] = before.filer[relative] if before else ""
                    else:
                        where = _RANGES[table].format(m=month)
                        _copy(connection, f"select * from {name} where {where}", target / relative)
        return taken_over

    def _verify(self, marts: Path, partial: Path) -> dict[str, int]:
        """Row counts by table, after comparing them with the Parquet files."""
        rows: dict[str, int] = {}
        with duckdb.connect(str(marts), read_only=True, config=self._engine()) as connection:
            for schema, table in _tables(connection):
                (expected,) = connection.execute(f"select count(*) from {schema}.{table}").fetchall()[0]
                pattern = f"{table}/*.parquet" if table in MONTHLY_TABLES else f"{table}.parquet"
                path = partial / "parquet" / schema / pattern
                found = 0
                if list(path.parent.glob(path.name)):
                    (found,) = connection.execute(
                        f"select coalesce(sum(num_rows), 0) from parquet_file_metadata({sql_text(str(path))})"
                    ).fetchall()[0]
                if found != expected:
                    raise IncompleteRelease(f"{schema}.{table}: {found} rows in Parquet, {expected} in the table")
                rows[f"{schema}.{table}"] = int(expected)
        return rows

    def _engine(self) -> dict[str, Any]:
        return {"memory_limit": self._settings.memory_limit}

    def prune(self) -> int:
        """Delete the oldest releases and states beyond the number to keep, never the current one; returns how many."""
        before = self.all()
        current = self._link.resolve().name
        for publication_id in self.all()[: -self._settings.keep_releases]:
            if publication_id != current:
                shutil.rmtree(self.folder / publication_id)
                self._state(publication_id).unlink(missing_ok=True)
        kept = set(self.all())
        for state in self._settings.state.glob("*.duckdb"):
            if state.stem not in kept:
                state.unlink()
        return len(before) - len(kept)


def _tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    rows = connection.execute(
        "select schema_name, table_name from duckdb_tables() where not internal order by all"
    ).fetchall()
    return [(schema, table) for schema, table in rows if schema in PUBLISHED_SCHEMAS]


def _months(connection: duckdb.DuckDBPyConnection, name: str, table: str) -> list[int]:
    rows = connection.execute(f"select distinct {MONTHLY_TABLES[table]} as m from {name} order by m").fetchall()
    return [int(m) for (m,) in rows]


def _copy(connection: duckdb.DuckDBPyConnection, sql: str, target: Path) -> None:
    connection.execute(f"copy ({sql}) to {sql_text(str(target))} (format parquet, compression zstd)")
