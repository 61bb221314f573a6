"""The tables of ``kdi_lager``: one per file of a release, named after its content, written once and never changed.

Rows go from Parquet through DuckDB to PostgreSQL as Arrow batches. A table is created, filled, counted,
protected and registered in one transaction: a publication that is killed leaves none of it.
"""

import calendar
import hashlib
import secrets
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import duckdb
from adbc_driver_postgresql import dbapi
from psycopg import sql

from kdi.notation.sql import quoted, sql_text
from kdi.publish.access import Decision, decisions
from kdi.publish.parquet import DAYS_ARE, MONTHLY_TABLES
from kdi.publish.postgres import protection
from kdi.publish.postgres.connection import OWNER, PATIENT, checked
from kdi.publish.release import Manifest

SCHEMA = protection.SCHEMA
# Where the columns of a monthly table without any month are found.
_DATABASE = "kdi.duckdb"
# Raised when tables made before are no longer made as they were.
_MAKE = 2
_MONTH = {
    "fct_kald_time": DAYS_ARE,
    "fct_kald_dag": DAYS_ARE,
    "fct_kald_maaned": "maaned = date '{d}-01'",
    "tilslutning_tragt": "maaned = date '{d}-01'",
}
# What the planner is told that a function returns, whatever it returns. It takes a month's own condition for one that
# leaves 1 of 200, and a list of its days for one that leaves 1 of 6, so months are counted so much larger; told too
# little, it sorts a year's hours to add them up. As a range, days would have to be counted 200 times larger, and all
# else that a question costs be nothing beside them: it joined the calendar in a loop, 1.4 s instead of 0.1.
_ROWS = {
    "fct_kald_time": 10_000_000,
    "fct_kald_dag": 1_000_000,
    "fct_kald_maaned": 100_000,
    "tilslutning_tragt": 100_000,
}
_ROWS_OF_OTHERS = 1000
# Tables that are written at a time: while one waits for the server to sort its index, another is read and sent.
_AT_A_TIME = 2


class IncompletePublication(Exception):
    """A table in PostgreSQL does not hold the rows of its file; nothing is switched."""


@dataclass(frozen=True)
class Part:
    """One file of a release, and the table that holds it."""

    table: str
    file: str
    sha256: str
    salt: str

    @property
    def decision(self) -> Decision:
        return decisions().of(self.table)

    @property
    def month(self) -> str | None:
        """``2022-04`` for a file of a monthly table."""
        return Path(self.file).stem if Path(self.file).parent.name in MONTHLY_TABLES else None

    @property
    def name(self) -> str:
        """Name of the table: which data it is, and a hash of content, decision and way of making.

        Readers see the name. Without the salt somebody who knew all but one figure could try them out.
        """
        how = f"{_MAKE}|{self.salt}|{self.sha256}|{self.decision.model_dump_json(exclude={'grund', 'tal'})}"
        month = f"_{self.month.replace('-', '_')}" if self.month else ""
        return f"{self.table.split('.')[1]}{month}_{hashlib.sha256(how.encode()).hexdigest()[:12]}"

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(SCHEMA, self.name)

    @property
    def check(self) -> str | None:
        """What holds for every row of a month."""
        if self.month is None:
            return None
        return _MONTH[self.table.split(".")[1]].format(m=self.month.replace("-", ""), d=self.month)

    @property
    def listed(self) -> str | None:
        """The same of what a function returns, of which the planner knows nothing: days one by one, see ``_ROWS``."""
        if self.month is None or _MONTH[self.table.split(".")[1]] is not DAYS_ARE:
            return self.check
        year, month = map(int, self.month.split("-"))
        _, days = calendar.monthrange(year, month)
        return f"dato_id in ({', '.join(f'{year}{month:02}{day:02}' for day in range(1, days + 1))})"

    @property
    def planned_rows(self) -> int:
        """How many rows the planner is told of."""
        return _ROWS.get(self.table.split(".")[1], _ROWS_OF_OTHERS)


def parts_of(manifest: Manifest, salt: str) -> list[Part]:
    """The files of a release, one for most tables and one per month for the call facts and the funnel.

    Args:
        salt: what makes the tables' names say nothing of their content; the database's own.
    """
    found = []
    for file, sha256 in sorted(manifest.filer.items()):
        path = Path(file)
        if path.suffix == ".parquet":
            schema, *rest = path.parts[1:]
            found.append(Part(f"{schema}.{rest[0].removesuffix('.parquet')}", file, sha256, salt))
    without_files = manifest.raekker.keys() - {part.table for part in found}
    return found + [Part(table, _DATABASE, "", salt) for table in sorted(without_files)]


def write(dsn: str, release: Path, parts: Iterable[Part], memory_limit: str) -> int:
    """Write the tables of ``parts``, the largest files first; returns the number of rows.

    Args:
        memory_limit: of each DuckDB that reads; two do.

    Raises:
        IncompletePublication: a table does not hold the rows of its file.
        adbc_driver_manager.Error: PostgreSQL refused; the tables written before stay, and are found next time.
    """
    largest_first = sorted(parts, key=lambda part: -(release / part.file).stat().st_size)
    free: SimpleQueue[tuple[Any, duckdb.DuckDBPyConnection]] = SimpleQueue()

    def write_one(part: Part) -> int:
        writer = free.get()
        try:
            return _write_one(*writer, release, part)
        finally:
            free.put(writer)

    with ExitStack() as open_until_the_end:
        for _ in range(min(_AT_A_TIME, len(largest_first))):
            connection = open_until_the_end.enter_context(_arrow_connection(dsn))
            engine = open_until_the_end.enter_context(duckdb.connect(config={"memory_limit": memory_limit}))
            free.put((connection, engine))
        threads = open_until_the_end.enter_context(ThreadPoolExecutor(_AT_A_TIME))
        tasks = [threads.submit(write_one, part) for part in largest_first]
        try:
            return sum(task.result() for task in tasks)
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise


@contextmanager
def _arrow_connection(dsn: str) -> Iterator[Any]:
    connection = dbapi.connect(checked(dsn))
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"set role {OWNER}")
            # No wait for the disk here: the switch's own commit also makes everything before it durable.
            cursor.execute("set synchronous_commit = off")
            cursor.execute("set maintenance_work_mem = '256MB'")
            for setting in PATIENT.split(";"):
                cursor.execute(setting)
        connection.commit()
        yield connection
    finally:
        connection.close()


def _without_nul(columns: dict[str, str]) -> str:
    """PostgreSQL has no NUL in texts (postgresql.org/docs/18/datatype-character.html); a lake from before intake
    refused them may. There it is a visible sign, as in reports, and stops nothing."""
    texts = [quoted(name) for name, kind in columns.items() if kind == "VARCHAR"]
    return f"replace ({', '.join(f'replace({c}, chr(0), chr(65533)) as {c}' for c in texts)})" if texts else ""


def _write_one(connection: Any, engine: duckdb.DuckDBPyConnection, release: Path, part: Part) -> int:
    source = f"read_parquet({sql_text(str(release / part.file))})"
    if part.file == _DATABASE:
        engine.execute(f"attach if not exists {sql_text(str(release / _DATABASE))} as udgivelse (read_only)")
        source = f"udgivelse.{part.table}"
    columns = {name: kind for name, kind, *_ in engine.execute(f"describe from {source}").fetchall()}
    # An authority's rows lie together, among neighbours drawn anew: nobody knows with whom it shares a page.
    order = f"order by hash({part.decision.myndighed}, {secrets.randbits(60)})" if part.decision.myndighed else ""
    with connection.cursor() as cursor:
        cursor.execute(protection.create(part.name, columns, part.check).as_string())
        batches = engine.execute(f"select * {_without_nul(columns)} from {source} {order}").to_arrow_reader(100_000)
        cursor.adbc_ingest(part.name, batches, mode="append", db_schema_name=SCHEMA)
        (expected,) = engine.execute(f"select count(*) from {source}").fetchall()[0]
        cursor.execute(sql.SQL("select count(*) from {}").format(part.identifier).as_string())
        (found,) = cursor.fetchone()
        if found != expected:
            raise IncompletePublication(f"{part.table}: {found} rækker i PostgreSQL, {expected} i {part.file}")
        for statement in protection.protect(part.name, columns, part.decision, part.planned_rows):
            cursor.execute(statement.as_string())
        cursor.execute(
            sql.SQL("insert into kdi_lager.del (navn, tabel, fil, raekker) values ({}, {}, {}, {})")
            .format(part.name, part.table, part.file, expected)
            .as_string()
        )
    connection.commit()
    return int(expected)
