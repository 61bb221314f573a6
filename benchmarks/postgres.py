"""Publishing a release to PostgreSQL, on a durable server of its own; ``python -m benchmarks.postgres HOME``.

Seconds for the whole release, for doing it again when all is there, and after the newest month was replaced, beside
bare PostgreSQL: COPY of the hourly facts' bytes into a table without any checks. And how long readers wait.
"""

import argparse
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import adbc_driver_postgresql.dbapi
import duckdb
import psycopg

from benchmarks.figures import Figures, queries
from demo.postgres.database import Database
from demo.postgres.server import postgres_server
from kdi.installation import Installation
from kdi.publish.postgres.publication import Published
from kdi.publish.postgres.roles import authorities
from kdi.settings import Settings

# A server for analysis: what its handbook recommends for loads, and nothing that risks data.
SERVER = {"shared_buffers": "'512MB'", "max_wal_size": "'8GB'", "checkpoint_timeout": "'15min'"}


def main() -> None:
    """Measure the release in force in HOME."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    home = parser.parse_args().home
    figures = Figures("postgresql")
    with postgres_server(18, parent=home, fast=False, **SERVER) as server:
        database = Database.new(server, "kdi", authorities(home / "published" / "current"))
        publication = Installation(Settings(home=home, postgres_dsn=database.loader)).publication
        with _timed() as whole:
            published = publication.publish()
        figures.add(f"{published.tables} tables, {published.rows_written:,} rows", f"{whole[0]:.1f} s", "≤ 90 s")
        _ask(database, figures)
        with _timed() as nothing:
            assert publication.publish().rows_written == 0
        figures.add("again, nothing new", f"{nothing[0]:.1f} s")
        _forget_newest_month(database)
        with _timed() as newest:
            again: Published = publication.publish()
        figures.add(f"the newest month and what follows: {again.rows_written:,} rows", f"{newest[0]:.1f} s")
        ratio = whole[0] / published.rows_written / _bare(home, database)
        figures.add("seconds per row, to a bare COPY of the hourly facts", f"{ratio:.2f}")
    figures.write()


def _ask(database: Database, figures: Figures) -> None:
    """Power BI's queries as KOMBIT and as a municipality, each three times: the median and the worst of the medians."""
    database.admin("vacuum analyze")  # as autovacuum does some time
    for who, role, goal in (
        ("KOMBIT", "kdi_kombit", "≤ 100 ms, ≤ 1,000 ms"),
        ("a municipality", "kdi_laeser_29189420", "≤ 20 ms, ≤ 100 ms"),
    ):
        taken = {}
        with psycopg.connect(database.login(role.removeprefix("kdi_"), role), autocommit=True) as reader:
            for name, sql in queries().items():
                times = []
                for _ in range(3):
                    start = time.perf_counter()
                    reader.execute(sql).fetchall()  # type: ignore[call-overload]
                    times.append(1000 * (time.perf_counter() - start))
                taken[name] = statistics.median(times)
        worst = max(taken, key=lambda name: taken[name])
        middle = statistics.median(taken.values())
        figures.add(f"ten queries as {who}", f"median {middle:.0f} ms, worst {taken[worst]:,.0f} ms ({worst})", goal)


def _forget_newest_month(database: Database) -> None:
    """As if the newest month, and every table that is one file, had been published with other content."""
    database.admin(
        """
        create temp table borte as select navn from kdi_lager.del where fil not like '%/%/%/%' or fil like (
            select '%' || max(substring(fil from '\\d{4}-\\d{2}')) || '%' from kdi_lager.del);
        drop schema marts cascade; drop schema kpi cascade;
        do $$ declare hver text; begin
            for hver in select navn from borte loop
                execute format('drop table kdi_lager.%I cascade', hver);
                delete from kdi_lager.del where navn = hver;
            end loop;
        end $$
        """
    )


def _bare(home: Path, database: Database) -> float:
    """Seconds per row of a bare COPY of the hourly facts, in one table, without checks or rights."""
    files = home / "published" / "current" / "parquet" / "marts" / "fct_kald_time" / "**" / "*.parquet"
    with (
        _timed() as seconds,
        duckdb.connect() as connection,
        adbc_driver_postgresql.dbapi.connect(database.server.url(dbname=database.name)) as postgres,
    ):
        reader = connection.execute(f"select * from read_parquet('{files}')").to_arrow_reader(100_000)
        with postgres.cursor() as cursor:
            rows = cursor.adbc_ingest("bar", reader, mode="create")
        postgres.commit()
    return seconds[0] / rows


@contextmanager
def _timed() -> Iterator[list[float]]:
    seconds: list[float] = []
    start = time.perf_counter()
    yield seconds
    seconds.append(time.perf_counter() - start)


if __name__ == "__main__":
    main()
