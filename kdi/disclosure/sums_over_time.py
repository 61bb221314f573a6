"""Hides a sum of several authorities' calls where the release before tells, by subtraction, what one of them has.

A sum grows as deliveries come, are corrected or withdrawn. The change is a sum too, and obeys the same rule as any:
enough authorities stand behind it, and none has too much of it. Else the new figure is not shown to others than KOMBIT.
Systems that were one and are two, or were two and are one, have sums that lie beside those of before in other ways than
these; theirs are not shown for the months that both releases have a part of.
"""

from collections.abc import Iterable

import duckdb

from kdi.building.earlier import UNREADABLE, attached
from kdi.disclosure.over_time import divided_otherwise, read_systems
from kdi.publish.access import Decisions, decisions
from kdi.publish.declared import FEWEST_MUNICIPALITIES, LARGEST_SHARE
from kdi.publish.release import KeptRelease


def hide_telling_changes(
    connection: duckdb.DuckDBPyConnection, releases: Iterable[KeptRelease], decided: Decisions | None = None
) -> dict[str, int]:
    """Set ``er_anonym`` to false where a change since a release that is kept may not be seen; how many rows, by table.

    Args:
        connection: to the build, with what would be published attached as ``kdi``.
    """
    hidden: dict[str, int] = {}
    for release in releases:
        for table, decision in (decided or decisions()).tabeller.items():
            for column, several in decision.tal.flere.items():
                if not several.bidrag or column not in decision.anonym:
                    continue
                try:
                    with attached(connection, release):
                        (rows,) = connection.execute(_hide(connection, table, column, several.bidrag)).fetchall()[0]
                except UNREADABLE:  # an older platform's: it had other tables
                    continue
                if rows:
                    hidden[table] = hidden.get(table, 0) + rows
    return hidden


def hide_divided_otherwise(
    connection: duckdb.DuckDBPyConnection, releases: Iterable[KeptRelease], private: str = "arbejde"
) -> dict[str, int]:
    """Set ``er_anonym`` to false for systems that a release which is kept made of other systems; how many rows."""
    table, hidden = "kpi.klarmelding_reel", 0
    now = read_systems(connection, private)
    for release in releases:
        try:
            with attached(connection, release):
                touched = divided_otherwise([now, read_systems(connection, "arbejde_foer")])
                ((rows,),) = connection.execute(
                    f"""update kdi.{table} set er_anonym = false
                    where er_anonym and it_system_uuid in (select unnest(?::varchar[]))
                        and maaned < (select max(maaned) from udgivet_foer.{table}) + interval 12 month""",
                    [sorted(touched)],
                ).fetchall()
                hidden += rows
        except UNREADABLE:
            continue
    return {table: hidden} if hidden else {}


def _hide(connection: duckdb.DuckDBPyConnection, table: str, column: str, parts: str) -> str:
    columns = [name for name, *_ in connection.execute(f"describe {parts}").fetchall()]
    keys = [name for name in columns if name not in ("hvem", "vaerdi")]
    by_key = ", ".join(keys)
    parts_before = parts.replace("kdi.marts.", "udgivet_foer.marts.")
    same = " and ".join(f"t.{key} is not distinct from {{0}}.{key}" for key in keys)
    return f"""
        with begge as (
            select {by_key}, hvem, vaerdi from ({parts})
            union all select {by_key}, hvem, -vaerdi from ({parts_before})
        ),
        forskelle as (
            select {by_key}, hvem, abs(sum(vaerdi)) as forskel from begge group by all having sum(vaerdi) <> 0
        ),
        roeber as (
            select {by_key} from forskelle group by all
            having count(*) < {FEWEST_MUNICIPALITIES} or max(forskel) > {LARGEST_SHARE} * sum(forskel)
        )
        update kdi.{table} as t set er_anonym = false
        where t.er_anonym
            and exists (select 1 from roeber where {same.format("roeber")})
            and exists (
                select 1 from udgivet_foer.{table} as foer
                where foer.er_anonym and foer.{column} is not null and {same.format("foer")}
            )"""
