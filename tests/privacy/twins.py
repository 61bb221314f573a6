"""Two databases that differ in hidden rows alone. Whoever gets different answers from them has learned something.

In the twin, one municipality's numbers are larger and a third of its rows are gone, and every figure with too few
behind it is another. Names, numbers of objects and all that a reader may see are the same.
"""

import psycopg

from demo.postgres.database import Database
from kdi.publish.access import Decision, decisions

_NUMBERS = ("bigint", "integer", "double precision")


def make(database: Database, name: str, cvr: str) -> Database:
    """A twin of ``database`` on the same server; both are written anew, so that nothing but the rows differs."""
    with psycopg.connect(database.server.dsn(), autocommit=True) as connection:
        connection.execute(f"create database {name} template {database.name}")  # type: ignore[call-overload]
        # what the database itself says is no part of the template
        for (setting,) in connection.execute(
            "select unnest(setconfig) from pg_db_role_setting join pg_database d on d.oid = setdatabase"
            " where datname = %s and setrole = 0",
            (database.name,),
        ).fetchall():
            key, value = setting.split("=", 1)
            connection.execute(f"alter database {name} set {key} = '{value}'")  # type: ignore[call-overload]
        connection.execute(  # type: ignore[call-overload]
            f"revoke all on database {name} from public; grant connect on database {name} to kdi_laeser, kdi_indlaeser;"
            f" grant connect, create on database {name} to kdi_ejer"
        )
    twin = Database(database.server, name, database._secrets)
    for one, changed in ((database, False), (twin, True)):
        for part, table in one.admin("select navn, tabel from kdi_lager.del"):
            _write_anew(one, part, decisions().of(table), cvr if changed else None)
        # so that autovacuum has nothing to do in one of them; of all rows, for a sample differs by itself
        one.admin(f"alter database {one.name} set default_statistics_target = 10000")
        one.admin("vacuum analyze")
        one.admin(f"alter database {one.name} reset default_statistics_target")
    return twin


def _write_anew(database: Database, part: str, decision: Decision, cvr: str | None) -> None:
    """All rows again, in the order of their owners; those that ``cvr`` hides are changed."""
    if not decision.myndighed and not decision.anonym:
        return
    columns = dict(
        database.admin(
            "select attname, format_type(atttypid, null) from pg_attribute where attnum > 0 and not attisdropped"
            f" and attrelid = 'kdi_lager.{part}'::regclass order by attnum"
        )
    )
    owner = decision.myndighed
    hidden = f"coalesce({owner}::text = '{cvr}', false)" if owner and cvr else "false"
    few = "not er_anonym" if cvr and "er_anonym" in columns else "false"
    chosen = [
        f"case when {hidden if name not in decision.anonym else f'{hidden} or {few}'} then {name} + 17 else {name} end"
        if kind in _NUMBERS and not name.endswith("_id")
        else name
        for name, kind in columns.items()
    ]
    order = f"{owner}, " if owner else ""
    with psycopg.connect(database.server.dsn(dbname=database.name)) as connection, connection.cursor() as cursor:
        # several processes, or a scan that joins another half way, would read rows in an order of their own
        cursor.execute("set max_parallel_workers_per_gather = 0; set synchronize_seqscans = off")
        cursor.execute(  # type: ignore[call-overload]
            f"""
            create temp table nye as
            select {", ".join(f"{expression} as {name}" for expression, name in zip(chosen, columns, strict=True))}, nr
            from (select *, {hidden} as skjult, row_number() over () as nr from kdi_lager.{part}) as raekker
            where not (skjult and nr % 3 = 0)
            """
        )
        with cursor.copy(  # type: ignore[call-overload]
            f"copy (select {', '.join(columns)} from nye order by {order} nr) to stdout (format binary)"
        ) as copied:
            blocks = list(copied)
        # As a publication does it, each row behind the one before: an INSERT puts it where a page has room for it, and
        # that hangs on the rows of others.
        cursor.execute(f"truncate kdi_lager.{part}")  # type: ignore[call-overload]
        with cursor.copy(f"copy kdi_lager.{part} from stdin (format binary)") as into:  # type: ignore[call-overload]
            for block in blocks:
                into.write(block)
