"""The statements that make PostgreSQL keep a decision of ``adgang.yml`` on one table, and nothing beside it.

Row-level security hides rows, but a reader can still ask the planner. Two things are therefore so here:

- No column of a protected table has statistics, except those of the calendar: estimates in ``EXPLAIN`` say the
  same of every municipality.
- The only index is on an expression that a reader's own condition can never use. PostgreSQL lets a condition go
  before a policy only when its functions are leakproof; ``+`` and ``||`` are not. So no index leads to rows that
  the policy then removes, which ``EXPLAIN ANALYZE`` would count.
"""

from psycopg import sql

from orchestration.publish.access import Decision

SCHEMA = "kdi_lager"

# Columns whose statistics tell of the calendar and the platforms, not of a municipality.
_TELL_NOTHING = {"maaned", "dato_id", "tidspunkt", "time_id", "statusdato", "udtraeksdato", "kvartal"}

TYPES = {
    "BIGINT": "bigint",
    "INTEGER": "integer",
    "DOUBLE": "double precision",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "VARCHAR": "text",
}

_EVERYTHING = sql.SQL("(select kdi_adgang.ser_alt())")
# The owner of a row as the policy and its index write it; see the head of this module.
_OWNER_OF_ROW = {"myndighed_id": sql.SQL("(myndighed_id + 0)"), "cvr": sql.SQL("(coalesce(cvr, '') || '')")}
_VISIBLE = {
    "myndighed_id": sql.SQL("(select kdi_adgang.synlige_id())::bigint[]"),
    "cvr": sql.SQL("(select kdi_adgang.synlige_cvr())::text[]"),
}


def create(name: str, columns: dict[str, str], check: str | None) -> sql.Composed:
    """The empty table, of columns with DuckDB's types.

    Args:
        check: what holds for all its rows, from which the planner knows what it need not read.
    """
    lines = [sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(TYPES[kind])) for name, kind in columns.items()]
    if check:
        lines.append(sql.SQL("check ({})").format(sql.SQL(check)))
    return sql.SQL("create table {} ({})").format(sql.Identifier(SCHEMA, name), sql.SQL(", ").join(lines))


def protect(name: str, columns: dict[str, str], decision: Decision) -> list[sql.Composed]:
    """What is done to a table after its rows are in: statistics, key or index, row-level security."""
    table = sql.Identifier(SCHEMA, name)
    statements = _without_telling_statistics(table, columns, decision)
    # Before the index: until PostgreSQL 17 a session does not see that an index of its own has statistics 0.
    statements.append(sql.SQL("analyze {}").format(table))
    statements += [
        *_key_or_index(name, decision),
        sql.SQL("alter table {} enable row level security, force row level security").format(table),
        sql.SQL("create policy adgang on {} for select using ({})").format(table, _rule(decision)),
    ]
    return statements


def _rule(decision: Decision) -> sql.Composable:
    if decision.myndighed:
        return sql.SQL("{} = any ({})").format(_OWNER_OF_ROW[decision.myndighed], _VISIBLE[decision.myndighed])
    return sql.SQL("true") if decision.adgang == "alle" else _EVERYTHING


def _without_telling_statistics(
    table: sql.Identifier, columns: dict[str, str], decision: Decision
) -> list[sql.Composed]:
    if decision.adgang == "alle":
        return []
    silent = [c for c in columns if c not in _TELL_NOTHING]
    alter = sql.SQL(", ").join(
        sql.SQL("alter column {} set statistics 0").format(sql.Identifier(column)) for column in silent
    )
    return [sql.SQL("alter table {} {}").format(table, alter)]


def _key_or_index(name: str, decision: Decision) -> list[sql.Composed]:
    table, index = sql.Identifier(SCHEMA, name), f"{name}_i"
    if not decision.myndighed:
        key = sql.SQL(", ").join(map(sql.Identifier, decision.noegle))
        return [sql.SQL("create unique index on {} ({})").format(table, key)] if decision.noegle else []
    parts: list[sql.Composable] = [_OWNER_OF_ROW[decision.myndighed]]
    parts += [sql.Identifier(column) for column in decision.noegle if column != decision.myndighed]
    return [
        sql.SQL("create {}index {} on {} ({})").format(
            sql.SQL("unique " if decision.noegle else ""), sql.Identifier(index), table, sql.SQL(", ").join(parts)
        ),
        sql.SQL("alter index {} alter column 1 set statistics 0").format(sql.Identifier(SCHEMA, index)),
    ]


def shown(columns: list[str], decision: Decision) -> sql.Composable:
    """The columns of the view: figures that are not anonymous only for KOMBIT."""
    # a release from before the column was made shows the figure to nobody else
    known = sql.SQL("er_anonym or ") if "er_anonym" in columns else sql.SQL("")
    hidden = sql.SQL("case when {2}{0} then {1} end as {1}")
    names = [(column, sql.Identifier(column)) for column in columns]
    return sql.SQL(", ").join(
        hidden.format(_EVERYTHING, name, known) if column in decision.anonym else name for column, name in names
    )
