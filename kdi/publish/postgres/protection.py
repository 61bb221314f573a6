"""The statements that make PostgreSQL keep a decision of ``adgang.yml`` on one table, and nothing beside it.

A reader's question never meets a hidden row. Row-level security would hide the rows, but PostgreSQL then evaluates a
reader's own condition first when it is cheap, and ``EXPLAIN ANALYZE``, times and counts tell what it met. So the rows
that a reader may see come out of a function (``egne_<table>``), into which the planner cannot look: it says the same
of every municipality, and it alone reads the table. KOMBIT, who may see all, reads the table itself. Which of the two
a question gets is decided while it is planned (``kdi_adgang.alt_nu``), so that nobody's plan shows the other one.

What a function reads, and how, depends on none of the reader's settings: those that matter are its own.
"""

from psycopg import sql

from kdi.publish.access import Decision

SCHEMA = "kdi_lager"

TYPES = {
    "BIGINT": "bigint",
    "INTEGER": "integer",
    "DOUBLE": "double precision",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "VARCHAR": "text",
}

# A reader could otherwise ask for messages about the plan, or make the function read the whole table.
_SETTINGS = {
    "search_path": "pg_catalog, pg_temp",
    "client_min_messages": "warning",
    "debug_print_parse": "off",
    "debug_print_rewritten": "off",
    "debug_print_plan": "off",
    "debug_parallel_query": "off",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_indexscan": "on",
    "seq_page_cost": "1",
    "random_page_cost": "1",
    "cpu_tuple_cost": "0.01",
    "cpu_index_tuple_cost": "0.005",
    "cpu_operator_cost": "0.0025",
}
_VISIBLE = {
    "myndighed_id": sql.SQL("(select kdi_adgang.synlige_id())::bigint[]"),
    "cvr": sql.SQL("(select kdi_adgang.synlige_cvr())::text[]"),
}
_EVERYTHING = sql.SQL("(select kdi_adgang.ser_alt())")


def create(name: str, columns: dict[str, str], check: str | None) -> sql.Composed:
    """The empty table, of columns with DuckDB's types.

    Args:
        check: what holds for all its rows, from which the planner knows what it need not read.
    """
    lines = [sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(TYPES[kind])) for name, kind in columns.items()]
    if check:
        lines.append(sql.SQL("check ({})").format(sql.SQL(check)))
    return sql.SQL("create table {} ({})").format(sql.Identifier(SCHEMA, name), sql.SQL(", ").join(lines))


def protect(name: str, columns: dict[str, str], decision: Decision, rows: int) -> list[sql.Composed]:
    """What is done to a table after its rows are in: statistics, key or index, and the function for readers.

    Row-level security without a policy is a second lock: a right given by mistake shows nothing.

    Args:
        rows: how many the planner is to expect of the function; the same for every authority.
    """
    table = sql.Identifier(SCHEMA, name)
    statements = [
        sql.SQL("analyze {}").format(table),
        *_key_or_index(name, decision),
        sql.SQL("alter table {} enable row level security").format(table),
    ]
    return [*statements, *_function(name, columns, decision, rows)] if has_function(decision) else statements


def has_function(decision: Decision) -> bool:
    """Whether others than KOMBIT see a part of the table: some rows, or rows without some figures."""
    return bool(decision.myndighed or (decision.adgang == "alle" and decision.anonym))


def function(name: str) -> sql.Identifier:
    """The function through which others than KOMBIT read a table."""
    return sql.Identifier(SCHEMA, f"egne_{name}")


def _key_or_index(name: str, decision: Decision) -> list[sql.Composed]:
    own = (decision.myndighed,) if decision.myndighed else ()
    columns = [*own, *(column for column in decision.noegle if column not in own)]
    if not columns:
        return []
    return [
        sql.SQL("create {}index on {} ({})").format(
            sql.SQL("unique " if decision.noegle else ""),
            sql.Identifier(SCHEMA, name),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
        )
    ]


def _function(name: str, columns: dict[str, str], decision: Decision, rows: int) -> list[sql.Composed]:
    body = sql.SQL("select {} from {}").format(_shown(columns, decision), sql.Identifier(SCHEMA, name))
    if decision.myndighed:
        owner = sql.Identifier(decision.myndighed)
        body += sql.SQL(" where {} = any ({})").format(owner, _VISIBLE[decision.myndighed])
    settings = sql.SQL(" ").join(sql.SQL(f"set {setting} = {value}") for setting, value in _SETTINGS.items())
    return [
        sql.SQL(
            "create function {}() returns setof {} language sql stable security definer parallel restricted"
            " rows {} {} as {}"
        ).format(
            function(name), sql.Identifier(SCHEMA, name), sql.Literal(rows), settings, sql.Literal(body.as_string())
        ),
        sql.SQL("revoke all on function {}() from public").format(function(name)),
        sql.SQL("grant execute on function {}() to kdi_laeser").format(function(name)),
    ]


def _shown(columns: dict[str, str], decision: Decision) -> sql.Composable:
    """The columns as others than KOMBIT see them: without figures that are not anonymous."""
    # a release from before the column was made shows the figure to nobody else
    known = sql.SQL("er_anonym" if "er_anonym" in columns else "false")
    return sql.SQL(", ").join(
        sql.SQL("case when {} then {} end").format(known, sql.Identifier(column))
        if column in decision.anonym
        else sql.Identifier(column)
        for column in columns
    )


def branches(
    name: str, columns: list[str], decision: Decision, check: str | None, listed: str | None
) -> list[sql.Composed]:
    """What a view takes from one table: the questions of which one is answered, the reader's or KOMBIT's.

    Args:
        check: what holds for all rows, so that the planner leaves out the months that a question is not about.
        listed: the same, in the words in which it is said of what the function returns.
    """
    shown = sql.SQL(", ").join(map(sql.Identifier, columns))
    table = sql.Identifier(SCHEMA, name)
    of_month, of_own = (sql.SQL(f" and {said}") if said else sql.SQL("") for said in (check, listed))
    if decision.adgang == "alle" and not decision.anonym:
        return [sql.SQL("select {} from {} where true{}").format(shown, table, of_month)]
    own = sql.SQL("select {} from {}() where not kdi_adgang.alt_nu(){}").format(shown, function(name), of_own)
    everything = sql.SQL("select {} from {} where kdi_adgang.alt_nu() and {}{}").format(
        shown, table, _EVERYTHING, of_month
    )
    return [own, everything] if has_function(decision) else [everything]
