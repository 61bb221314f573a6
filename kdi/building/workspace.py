"""The private folder of a build: two DuckDB files and the views that dbt reads as its sources.

``kdi.duckdb`` holds what will be published and starts as a copy of the current release;
``arbejde.duckdb`` holds what stays private (staging, intermediate tables, the plan) and starts as
the state kept with that release. A build that fails leaves both behind for the next to delete.
"""

import secrets
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pyarrow as pa

from expectations.profiles import Profile, profiles
from kdi.building import pieces, project
from kdi.building.earlier import write_earlier
from kdi.building.plan import Plan, make_full
from kdi.building.status import Status
from kdi.building.status_tables import write_status
from kdi.ingest.rules import counting_code
from kdi.lake.delivery import Delivery
from kdi.lake.reference import files_of, is_intact
from kdi.lake.store import Lake
from kdi.machine.disk_space import demand_room
from kdi.machine.files import Damaged, begin_to_sync, copy_verified
from kdi.machine.lock import file_lock
from kdi.machine.steps import step
from kdi.notation.sql import quoted, sql_list, sql_text
from kdi.publish.release import KeptRelease

# Readable by DuckDB 1.2 and later, whatever version wrote it: Power BI's and other ODBC drivers
# lag behind.
STORAGE_VERSION = "v1.2.0"

# A build needs the size of the release it starts from for its copy, for what dbt makes anew beside
# the old, and for the Parquet files and what dbt spills.
_ROOM = 3

_SQL_TYPES = {"antal": "bigint", "antal_maskeret": "bigint", "dato": "date"}


class DamagedBase(Damaged):
    """The release a build starts from is not what was published; a build from the lake needs none of it."""


class Workspace:
    """The build folder's files."""

    def __init__(self, folder: Path, lake: Lake, memory_limit: str) -> None:
        self.folder, self._lake, self.memory_limit = folder, lake, memory_limit
        self.marts = self.folder / "kdi.duckdb"
        self.private = self.folder / "arbejde.duckdb"

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A connection to the private file with the one to be published attached as ``kdi``."""
        connection = duckdb.connect(
            str(self.private),
            config={
                "memory_limit": self.memory_limit,
                "temp_directory": str(self.folder / "spild"),
                "preserve_insertion_order": False,
            },
        )
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach {sql_text(str(self.marts))} as kdi (storage_version {sql_text(STORAGE_VERSION)})")
        return connection

    def prepare(
        self,
        plan: Plan,
        publication_id: str,
        status: Status,
        published: Mapping[str, str],
        base: KeptRelease | None,
        earlier: Sequence[KeptRelease] = (),
    ) -> None:
        """Make the folder anew and lay out everything dbt reads.

        Args:
            status: deliveries, periods and months on the status date.
            published: publication in which each delivery first came.
            base: None for a full build.
            earlier: the releases that are kept.

        Raises:
            Damaged: a file of the lake is not what was stored.
            DamagedBase: one of the base is not.
            NoRoom: the disk is too full for a build.
        """
        with file_lock(Path(f"{self.folder}.lock")):  # dbt of a load that was killed may live for an instant
            shutil.rmtree(self.folder, ignore_errors=True)
        if base:
            sizes = base.marts.stat().st_size + base.state.stat().st_size
            demand_room(self.folder.parent, _ROOM * sizes)
        self.folder.mkdir(parents=True)
        step("build: folder made")
        if base:
            with ThreadPoolExecutor(2) as pool:
                marts = pool.submit(copy_verified, base.marts, self.marts, base.marts_sha256)
                state = pool.submit(copy_verified, base.state, self.private, base.state_sha256)
                try:
                    marts.result()
                    state.result()
                except Damaged as damage:
                    raise DamagedBase(str(damage)) from damage
            step("build: database copied", self.marts)
            step("build: state copied", self.private)
            begin_to_sync(self.marts, self.private)
        with self.connect() as connection:
            for schema in ("lake", "plan", "staging", "intermediate"):
                connection.execute(f"create schema if not exists {schema}")
            if base:
                pieces.remember(connection, pieces.Graph.read(project.prepare()))
            self._write_plan(connection, plan)
            write_earlier(connection, earlier, bool(plan.extracts))
            write_status(connection, status, published, publication_id)
            self._make_source_views(connection, wanted(plan, status.active))
            self._make_reference_views(connection, str(status.reference))
        step("build: sources laid out", self.private)

    def lay_out_whole(
        self, active: Iterable[Delivery], sources: Collection[str], earlier: Sequence[KeptRelease]
    ) -> None:
        """Let every period be touched, and lay out all that ``sources`` have delivered; call after a build.

        Args:
            earlier: the releases that are kept, as for :meth:`prepare`.
        """
        everything = make_full(active, "")
        deliveries = {s: found for s, found in wanted(everything, active).items() if s in sources}
        with self.connect() as connection:
            self._write_plan(connection, everything)
            write_earlier(connection, earlier, bool(everything.extracts))
            self._make_source_views(connection, deliveries)

    def published_tables(self) -> list[str]:
        """Names of the tables that would be published, with their schema."""
        with self.connect() as connection:
            rows = connection.execute(
                "select schema_name || '.' || table_name from duckdb_tables()"
                " where database_name = 'kdi' and not internal order by all"
            ).fetchall()
        return [name for (name,) in rows]

    def kpi_months(self) -> list[str]:
        """Months (``2022-04``) whose KPIs dbt has made anew, and the later ones, whose funnel it has."""
        with self.connect() as connection:
            rows = connection.execute(
                "select distinct strftime(maaned, '%Y-%m') from intermediate.int_tragt__beroerte order by 1"
            ).fetchall()
        return [month for (month,) in rows]

    def close_marts(self) -> None:
        """Fold the write-ahead log into ``kdi.duckdb`` so that the file is whole by itself.

        Raises:
            RuntimeError: a write-ahead log is left; the file must not be published.
        """
        for path in (self.marts, self.private):
            with duckdb.connect(str(path)) as connection:
                connection.execute("force checkpoint")
            if Path(f"{path}.wal").exists():
                raise RuntimeError(f"{path} still has a write-ahead log")
            step("checkpoint: log folded in", path)

    def _write_plan(self, connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
        periods = [(s, p) for s, ps in sorted(plan.touched.items()) for p in sorted(ps)]
        tables = {
            # The file's hash is published with the release, and must say nothing of the hidden counts in it.
            "salt": pa.table({"salt": [secrets.token_hex(32)]}),
            "perioder": pa.table(
                {
                    "kilde": pa.array([s for s, _ in periods], pa.string()),
                    "periode": pa.array([p for _, p in periods], pa.string()),
                }
            ),
            "maaneder": pa.table({"maaned": pa.array(plan.months, pa.string())}),
        }
        for name, table in tables.items():
            connection.register(name, table)
        connection.execute(
            """
            create or replace table plan.salt as select * from salt;
            create or replace table plan.beroerte_perioder as select * from perioder;
            create or replace table plan.beroerte_dage as
                select cast(strftime(cast(periode as date), '%Y%m%d') as integer) as dato_id
                from perioder where kilde = 'stoettesystemerne';
            create or replace table plan.nyeste_dage as
                select dato_id from plan.beroerte_dage order by dato_id desc limit 62;
            create or replace table plan.beroerte_maaneder as
                select cast(maaned || '-01' as date) as maaned from maaneder;
            create or replace table plan.beroerte_dages_maaneder as
                select distinct cast(date_trunc('month', cast(periode as date)) as date) as maaned
                from perioder where kilde = 'stoettesystemerne';
            create or replace table plan.beroerte_udtraek as
                select cast(periode as date) as udtraeksdato from perioder where kilde = 'kle';
            create or replace table plan.beroerte_sapa_maaneder as
                select cast(periode || '-01' as date) as maaned from perioder where kilde = 'sapa';
            create or replace table plan.beroerte_kpi_maaneder as
                select distinct cast(maaned + to_months(cast(frem as integer)) as date) as maaned
                from plan.beroerte_maaneder cross join generate_series(0, 23) as serie (frem);
            """
        )

    def _make_source_views(
        self, connection: duckdb.DuckDBPyConnection, deliveries: Mapping[str, list[Delivery]]
    ) -> None:
        for source, chosen in deliveries.items():
            self._lake.verify(chosen)
            sql = self._source_sql(profiles()[source], chosen)
            connection.execute(f"create or replace view lake.{source} as {sql}")

    def _source_sql(self, profile: Profile, deliveries: list[Delivery]) -> str:
        if not deliveries:
            columns = ["cast(null as varchar) as periode"]
            if profile.moment:
                columns += [
                    "cast(null as timestamp) as tidspunkt, cast(null as date) as dato, cast(null as tinyint) as time"
                ]
            columns += [
                f"cast(null as {_SQL_TYPES.get(c.type, 'varchar')}) as {quoted(c.name)}"
                for c in profile.columns
                if c is not profile.moment
            ]
            if profile.measure and profile.measure.type == "antal_maskeret":
                columns.append("cast(null as boolean) as maskeret_ved_kilden")
            return _with_codes(f"select {', '.join(columns)} where false", profile)
        files = sql_list([str(self._lake.folder / d.parquet) for d in deliveries])
        if profile.rhythm != "udtraek":
            return f"select * from read_parquet({files})"
        parquet = f"read_parquet({files}, union_by_name = {bool(profile.vocabularies)}, filename = 'fil')"
        return _with_codes(f"select parse_path(fil)[-2] as periode, * exclude (fil) from {parquet}", profile)

    def _make_reference_views(self, connection: duckdb.DuckDBPyConnection, fingerprint: str) -> None:
        folder = self._lake.reference_folder(fingerprint)
        if not is_intact(folder):
            raise Damaged(f"lake/reference/{fingerprint}: sættet er ikke helt. Kør kdi load, som danner det igen.")
        for name, path in files_of(folder).items():
            view = "kle_emner" if name == "kle" else name
            connection.execute(f"create or replace view lake.{view} as from read_parquet({sql_text(str(path))})")


def _with_codes(rows: str, profile: Profile) -> str:
    """Rows of the lake, where wordings stand as they were delivered, with each vocabulary's codes of today.

    A column of the vocabulary that deliveries from before it lack is empty.
    """
    if not profile.vocabularies:
        return rows
    empty = ", ".join(f"cast(null as varchar) as {c.name}" for c in profile.vocabularies)
    codes = ", ".join(f"{counting_code(c, profile)} as {c.name}_kode" for c in profile.vocabularies)
    return f"select *, {codes} from ({rows} union all by name select {empty} where false)"


def wanted(plan: Plan, active: Iterable[Delivery]) -> dict[str, list[Delivery]]:
    """The deliveries that a build reads, by source, as their profiles say (``build_reads``)."""
    active, months = list(active), set(plan.months)

    def is_read(profile: Profile, period: str) -> bool:
        match profile.build_reads:
            case "all":
                return True
            case "months":
                return period[:7] in months
            case "touched":
                return period in plan.touched.get(profile.source, ())

    return {
        source: [d for d in active if d.kilde == source and is_read(profile, d.periode)]
        for source, profile in profiles().items()
    }
