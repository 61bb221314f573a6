"""What the releases that are kept said of hidden counts: the build hides what would tell one together with them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import duckdb

from kdi.notation.sql import sql_text
from kdi.publish.release import KeptRelease

_TABLES = """
    create or replace table plan.identitet_foer (publicering_id varchar, uuid varchar, it_system_id bigint);
    create or replace table plan.kle_foer (
        publicering_id varchar, udtraeksdato date, myndighed_id bigint, it_system_id bigint, kle_id bigint,
        antal_sager bigint, maskeret_ved_kilden boolean, diskretion_aarsag varchar
    )
"""
# A damaged release is named by kdi scrub, and an older platform's may lack a table: nothing is known of either.
UNREADABLE = (duckdb.BinderException, duckdb.CatalogException, duckdb.IOException, duckdb.SerializationException)


def write_earlier(
    connection: duckdb.DuckDBPyConnection, releases: Iterable[KeptRelease], has_extracts: bool
) -> list[str]:
    """Write ``plan.kle_foer`` and ``plan.identitet_foer``; empty when no extract is made anew.

    Returns:
        Ids of the releases that could not be read.
    """
    connection.execute(_TABLES)
    unread = []
    for release in releases if has_extracts else ():
        try:
            with attached(connection, release):
                _write(connection, release.publication_id)
        except UNREADABLE:
            unread.append(release.publication_id)
    return unread


@contextmanager
def attached(connection: duckdb.DuckDBPyConnection, release: KeptRelease) -> Iterator[None]:
    """A release is known as ``udgivet_foer`` and its private tables as ``arbejde_foer`` during a block, to be read."""
    try:
        for path, name in ((release.marts, "udgivet_foer"), (release.state, "arbejde_foer")):
            connection.execute(f"attach {sql_text(str(path))} as {name} (read_only)")
        yield
    finally:
        for name in ("udgivet_foer", "arbejde_foer"):
            connection.execute(f"detach database if exists {name}")


def _write(connection: duckdb.DuckDBPyConnection, publication_id: str) -> None:
    connection.begin()
    try:
        connection.execute(
            "insert into plan.identitet_foer select $1, uuid, it_system_id"
            " from arbejde_foer.intermediate.int_it_system__identitet",
            [publication_id],
        )
        connection.execute(
            """insert into plan.kle_foer
            select $1, f.udtraeksdato, f.myndighed_id, f.it_system_id, f.kle_id,
                s.antal_sager, s.maskeret_ved_kilden, f.diskretion_aarsag
            from udgivet_foer.marts.fct_kle_sager as f
            join arbejde_foer.intermediate.int_kle__sager as s using (udtraeksdato, myndighed_id, it_system_id, kle_id)
            where f.er_diskretioneret""",
            [publication_id],
        )
        connection.commit()
    except duckdb.Error:
        connection.rollback()
        raise
