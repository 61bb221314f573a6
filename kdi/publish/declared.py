"""Every published number is declared in ``adgang.yml``: whose data it is, from how many it may stand, by which rule.

What is not declared is not published. Of what is declared to be several authorities' figures, every row that others
than KOMBIT would see is tried: enough municipalities stand behind it, and of a sum none has too much of it.
"""

from collections.abc import Iterator

import duckdb

from kdi.publish.access import Decision, Decisions, Several, decisions

# As the macros of the same names in dbt_project/macros/anonym.sql; a test compares them.
FEWEST_MUNICIPALITIES = 5
LARGEST_SHARE = 0.5
_NUMERIC = r"(TINY|SMALL|BIG|HUGE|U|)INT.*|DOUBLE|FLOAT|DECIMAL.*"


class Undeclared(Exception):
    """Tables or numbers that nobody has declared; the message names each and says what to do."""


def undeclared(connection: duckdb.DuckDBPyConnection, database: str, decided: Decisions | None = None) -> list[str]:
    """A Danish sentence for each published table whose decision or numbers are not declared, or declared and not there.

    Args:
        database: the name under which what would be published is attached.
    """
    rows = connection.execute(
        "select schema_name || '.' || table_name, list(column_name order by column_index),"
        f" list(column_name order by column_index) filter (regexp_full_match(data_type, '{_NUMERIC}'))"
        " from duckdb_columns() where database_name = ? and schema_name in ('marts', 'kpi') and not internal"
        " group by all order by all",
        [database],
    ).fetchall()
    known = (decided or decisions()).tabeller
    return [
        text for table, columns, numbers in rows for text in _faults(table, columns, numbers or [], known.get(table))
    ]


def _faults(table: str, columns: list[str], numbers: list[str], decision: Decision | None) -> Iterator[str]:
    where = "kdi/publish/adgang.yml"
    if decision is None:
        yield f"{table}: tabellen står ikke i {where}. Skriv, hvem der må se den, og hvis data dens tal er."
        return
    of_names = {c for c in columns if c.endswith("_id")} | set(decision.noegle)
    missing = [c for c in numbers if c not in of_names and c not in decision.tal.all()]
    if missing and decision.adgang != "kombit":
        yield f"{table}: det er ikke erklæret, hvis data {', '.join(missing)} er. Skriv det under tal i {where}."
    if gone := [c for c in decision.tal.all() if c not in columns]:
        yield f"{table}: {', '.join(gone)} er erklæret i {where}, men findes ikke. Ret navnet."


def require(connection: duckdb.DuckDBPyConnection, database: str) -> None:
    """Nothing is published past a number that nobody has declared.

    Raises:
        Undeclared: there is one.
    """
    if found := undeclared(connection, database):
        raise Undeclared("\n".join(found))


def betrayed(connection: duckdb.DuckDBPyConnection, decided: Decisions | None = None) -> list[str]:
    """A Danish sentence for each number of several authorities that others than KOMBIT would see and may not.

    Args:
        connection: to the build, with what would be published attached as ``kdi``.
    """
    rows = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'kdi'"
    ).fetchall()
    here = {name for (name,) in rows}
    found = []
    for table, decision in (decided or decisions()).tabeller.items():
        for column, several in decision.tal.flere.items() if table in here else ():
            sql = _rows_that_may_not_stand(connection, table, column, several, column in decision.anonym)
            few, large = connection.execute(sql).fetchall()[0]
            if few:
                found.append(
                    f"{table}: {few} rækker viser {column}, som færre end {FEWEST_MUNICIPALITIES} kommuner står bag."
                )
            if large:
                found.append(f"{table}: {large} rækker viser {column}, som én myndighed har mere end halvdelen af.")
    return found


def _rows_that_may_not_stand(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, several: Several, may_be_hidden: bool
) -> str:
    """SQL that counts the rows shown on too few municipalities, and those of which one has too much."""
    hidden = "not t.er_anonym" if may_be_hidden else "false"
    shown = (
        f"select t.*, t.{column} is not null and t.{column} <> 0 and not coalesce({hidden}, true) as vises,"
        f" {several.kommuner} as kommuner_bag from kdi.{table} as t"
    )
    few = f"select count(*) from ({shown}) where vises and coalesce(kommuner_bag, 0) < {FEWEST_MUNICIPALITIES}"
    if several.bidrag is None:
        return f"select ({few}), 0"
    parts = "select * exclude (hvem, vaerdi), sum(vaerdi) as i_alt, max(vaerdi) as stoerste from bidrag group by all"
    columns = [name for name, *_ in connection.execute(f"describe {several.bidrag}").fetchall()]
    same = " and ".join(f"v.{c} is not distinct from d.{c}" for c in columns if c not in ("hvem", "vaerdi"))
    too_large = f"vises and stoerste > {LARGEST_SHARE} * i_alt"
    large = f"select count(*) from ({shown}) as v join dele as d on {same} where {too_large}"
    return f"with bidrag as ({several.bidrag}), dele as ({parts}) select ({few}), ({large})"
