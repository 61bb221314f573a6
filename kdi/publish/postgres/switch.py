"""The release in force in PostgreSQL: views in ``marts`` and ``kpi``, made beside those in use and switched at once.

Renaming a schema takes no lock on what is in it. A query that has begun keeps the views it began with; the next
finds the new ones. What nobody can find any more is dropped afterwards, without waiting for those who still read it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import psycopg
from psycopg import sql

from kdi.publish.access import DECISIONS, Decision, decisions
from kdi.publish.agreements import Agreement
from kdi.publish.catalogue import TableText, descriptions
from kdi.publish.parquet import PUBLISHED_SCHEMAS
from kdi.publish.postgres import protection
from kdi.publish.postgres.store import SCHEMA, Part
from kdi.publish.purposes import Purposes
from kdi.publish.release import Manifest
from kdi.settings import PROJECT_ROOT

_LAYOUT = PROJECT_ROOT / "kdi" / "publish" / "postgres" / "layout.sql"
_BEFORE = "_foer_"
_WHO = {
    "alle": "Alle læsere ser alle rækker.",
    "egne": "En læser ser sin egen myndigheds rækker og dem, der er delt med den; KOMBIT ser alle.",
    "kombit": "Kun KOMBIT.",
}


@dataclass(frozen=True)
class InForce:
    """What PostgreSQL says of itself."""

    publicering_id: str
    state: str


def state_of(manifest: Manifest, agreements: Iterable[Agreement]) -> str:
    """A hash of everything beside the files that decides what PostgreSQL holds."""
    parts = [manifest.publicering_id, *(repr(a) for a in agreements)]
    contents = [DECISIONS.read_bytes(), _LAYOUT.read_bytes()]
    return hashlib.sha256("\n".join(parts).encode() + b"".join(contents)).hexdigest()[:16]


def in_force(connection: psycopg.Connection) -> InForce | None:
    """The release that readers of this database see; None before the first."""
    found = connection.execute(
        "select to_regclass('kdi_adgang.publicering') is not null and to_regnamespace('marts') is not null"
        " and to_regnamespace('kpi') is not null"
    ).fetchone()
    if found != (True,):
        return None
    row = connection.execute(
        "select publicering_id, tilstand from kdi_adgang.publicering order by nummer desc limit 1"
    ).fetchone()
    return InForce(*row) if row else None


def lay_out(connection: psycopg.Connection) -> None:
    """Make or renew the schemas beside the tables; nothing happens when they are as ``layout.sql`` says."""
    text = _LAYOUT.read_text(encoding="utf-8")
    mark = hashlib.sha256(text.encode()).hexdigest()[:16]
    row = connection.execute("select obj_description(to_regnamespace('kdi_adgang'), 'pg_namespace')").fetchone()
    if row == (mark,):
        return
    with connection.transaction():
        connection.execute(text)  # type: ignore[call-overload]
        connection.execute(sql.SQL("comment on schema kdi_adgang is {}").format(mark))


def salt(connection: psycopg.Connection) -> str:
    """What makes the names of this database's tables say nothing of what is in them."""
    ((found,),) = connection.execute("select salt from kdi_lager.salt").fetchall()
    return str(found)


def put_agreements_in_force(connection: psycopg.Connection, agreements: Iterable[Agreement]) -> None:
    """Replace who shares with whom. By itself, so that an agreement's end does not wait for new numbers.

    Transactions that began before may still see the former ones, and are told to use none (``layout.sql``). That is
    told after the replacement and what it is told by is kept with it, so that a killed publication is made up for.
    """
    wanted = [(a.cvr, a.deler_med_cvr, a.fra, a.til) for a in agreements]
    ask = "select cvr, deler_med_cvr, fra, til from kdi_adgang.aftale"
    if sorted(map(repr, connection.execute(ask).fetchall())) != sorted(map(repr, wanted)):
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute("delete from kdi_adgang.aftale; delete from kdi_adgang.aftaler_skrevet")
            cursor.executemany("insert into kdi_adgang.aftale values (%s, %s, %s, %s)", wanted)
            cursor.execute("insert into kdi_adgang.aftaler_skrevet values (clock_timestamp())")
    connection.execute(
        "select setval('kdi_adgang.aftaler_aendret', ceil(extract(epoch from clock_timestamp()) * 1000)::bigint)"
        " from kdi_adgang.aftaler_skrevet"
        " where extract(epoch from tid) * 1000 > (select last_value from kdi_adgang.aftaler_aendret)"
    )


def end_old_sessions(connection: psycopg.Connection) -> None:
    """End readers' connections that have been idle or in one transaction for too long (``roles.sql`` says how long)."""
    connection.execute("select kdi_drift.luk_gamle_forbindelser()")


def existing(connection: psycopg.Connection) -> set[str]:
    """Names of the tables that are whole."""
    return {name for (name,) in connection.execute("select navn from kdi_lager.del").fetchall()}


def switch(
    connection: psycopg.Connection, manifest: Manifest, parts: list[Part], purposes: Purposes, state: str
) -> None:
    """Make the release's views and let readers see them, in one transaction."""
    by_table: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        by_table[part.table].append(part)
    with connection.transaction():
        connection.execute("lock table kdi_adgang.publicering in exclusive mode")
        for schema in PUBLISHED_SCHEMAS:
            connection.execute(sql.SQL("create schema {}").format(sql.Identifier(f"{schema}_ny")))
        for table, own in by_table.items():
            connection.execute(_view(connection, table, own, purposes))
        number = _record(connection, manifest, parts, state)
        connection.execute(
            "create view marts_ny.publicering as select publicering_id, udgivet, skiftet_ind"
            " from kdi_adgang.publicering order by nummer desc limit 1;"
            "comment on view marts_ny.publicering is 'Den publicering, der gælder her.'"
        )
        connection.execute(
            "insert into kdi_adgang.myndighed select cvr from marts_ny.dim_myndighed where cvr is not null"
            " on conflict do nothing"
        )
        for schema in PUBLISHED_SCHEMAS:
            connection.execute(_change_places(connection, schema, f"{schema}{_BEFORE}{number}"))


def _record(connection: psycopg.Connection, manifest: Manifest, parts: list[Part], state: str) -> int:
    row = connection.execute(
        "insert into kdi_adgang.publicering (publicering_id, udgivet, tilstand, dele)"
        " values (%s, %s, %s, %s) returning nummer",
        (manifest.publicering_id, manifest.udgivet, state, [part.name for part in parts]),
    ).fetchone()
    assert row is not None
    return int(row[0])


def _change_places(connection: psycopg.Connection, schema: str, former: str) -> sql.Composed:
    own, new = sql.Identifier(schema), sql.Identifier(f"{schema}_ny")
    rename = sql.SQL("alter schema {} rename to {};").format(own, sql.Identifier(former))
    there = connection.execute("select to_regnamespace(%s) is not null", (schema,)).fetchone() == (True,)
    return sql.SQL("{}alter schema {} rename to {};grant usage on schema {} to kdi_laeser;"
                   "grant select on all tables in schema {} to kdi_laeser").format(
        rename if there else sql.SQL(""), new, own, own, own
    )  # fmt: skip


def _view(connection: psycopg.Connection, table: str, parts: list[Part], purposes: Purposes) -> sql.Composed:
    """The view on a table's parts, with what it is, what it is for and who sees it as comments."""
    schema, name = table.split(".")
    view = sql.Identifier(f"{schema}_ny", name)
    decision = decisions().of(table)
    columns = _columns(connection, parts[0].name)
    body = sql.SQL(" union all ").join(
        branch
        for part in parts
        for branch in protection.branches(part.name, columns, decision, part.check, part.listed)
    )
    statements = [sql.SQL("create view {} as {}").format(view, body)]
    text = descriptions().get(table) or TableText("", {})
    statements.append(sql.SQL("comment on view {} is {}").format(view, _table_comment(table, text, decision, purposes)))
    statements += [
        sql.SQL("comment on column {}.{} is {}").format(
            view, sql.Identifier(column), _column_comment(table, column, text, purposes)
        )
        for column in columns
    ]
    return sql.SQL(";").join(statements)


def _columns(connection: psycopg.Connection, part: str) -> list[str]:
    rows = connection.execute(
        "select attname from pg_attribute where attrelid = format('%%I.%%I', %s::text, %s::text)::regclass"
        " and attnum > 0 order by attnum",
        (SCHEMA, part),
    ).fetchall()
    return [name for (name,) in rows]


def _table_comment(table: str, text: TableText, decision: Decision, purposes: Purposes) -> str:
    purpose = purposes.of(table)
    return (
        f"{text.description}\nFormål: {purpose.formaal}\nHjemmel: {purpose.hjemmel}"
        f"\nAdgang: {_WHO[decision.adgang]} {decision.grund}"
    )


def _column_comment(table: str, column: str, text: TableText, purposes: Purposes) -> str:
    own = purposes.columns.get((table, column))
    described = text.columns.get(column, "")
    return f"{described}\nFormål: {own.formaal}\nHjemmel: {own.hjemmel}" if own else described


def sweep(connection: psycopg.Connection) -> list[str]:
    """Drop what no reader can find: former views, and tables of neither this nor the last publication.

    Returns:
        What somebody still reads and is left for the next time.
    """
    connection.execute("set lock_timeout = '500ms'")
    former = connection.execute(
        "select nspname from pg_namespace where nspname ~ %s", (f"^({'|'.join(PUBLISHED_SCHEMAS)}){_BEFORE}[0-9]+$",)
    ).fetchall()
    drop = sql.SQL("drop schema {} cascade")
    left = [name for (name,) in former if not _dropped(connection, drop.format(sql.Identifier(name)))]
    unused = connection.execute(
        "select navn from kdi_lager.del where navn not in (select unnest(dele) from"
        " (select dele from kdi_adgang.publicering order by nummer desc limit 2) as seneste)"
    ).fetchall()
    left += [name for (name,) in unused if not _dropped(connection, *_table_and_function(name))]
    connection.execute("reset lock_timeout")
    return left


def _table_and_function(part: str) -> list[sql.Composed]:
    """A function stands on its table's row type. Readers of either lock the table, so that is waited for first."""
    table = sql.Identifier(SCHEMA, part)
    return [
        sql.SQL("lock table {} in access exclusive mode").format(table),
        sql.SQL("drop function if exists {}() restrict").format(protection.function(part)),
        sql.SQL("drop table {} restrict").format(table),
        sql.SQL("delete from kdi_lager.del where navn = {}").format(part),
    ]


def _dropped(connection: psycopg.Connection, *statements: sql.Composed) -> bool:
    """Whether it could be done at once, all or nothing."""
    try:
        with connection.transaction():
            for statement in statements:
                connection.execute(statement)
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DependentObjectsStillExist):
        return False
    return True
