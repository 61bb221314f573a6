"""Publishing a release to PostgreSQL, on a durable server of its own; ``python -m benchmarks.postgres HOME``.

Prints seconds for the whole release, for doing it again when all is there, and after the newest month was
replaced, beside bare PostgreSQL: COPY of the hourly facts' bytes into a table without any checks.
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import adbc_driver_postgresql.dbapi
import duckdb

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
    with postgres_server(18, parent=home, fast=False, **SERVER) as server:
        database = Database.new(server, "kdi", authorities(home / "published" / "current"))
        publication = Installation(Settings(home=home, postgres_dsn=database.loader)).publication
        with _timed("hele historien (højst 90 s)") as seconds:
            published = publication.publish()
        whole = seconds[0]
        print(f"    {published.tables} tabeller, {published.rows_written} rækker")
        with _timed("igen, intet nyt"):
            assert publication.publish().rows_written == 0
        _forget_newest_month(database)
        with _timed("den nyeste måned og det, der følger af den"):
            again: Published = publication.publish()
        print(f"    {again.rows_written} rækker")
        bare = _bare(home, database)
        rows = published.rows_written
        print(f"    forhold pr. række mod bar COPY: {whole / rows / bare:.2f}")


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
        _timed("bar COPY af fct_kald_time") as seconds,
        duckdb.connect() as connection,
        adbc_driver_postgresql.dbapi.connect(database.server.url(dbname=database.name)) as postgres,
    ):
        reader = connection.execute(f"select * from read_parquet('{files}')").to_arrow_reader(100_000)
        with postgres.cursor() as cursor:
            rows = cursor.adbc_ingest("bar", reader, mode="create")
        postgres.commit()
    return seconds[0] / rows


@contextmanager
def _timed(name: str) -> Iterator[list[float]]:
    seconds: list[float] = []
    start = time.perf_counter()
    yield seconds
    seconds.append(time.perf_counter() - start)
    print(f"{name:<45} {seconds[0]:>6.1f} s", flush=True)


if __name__ == "__main__":
    main()
