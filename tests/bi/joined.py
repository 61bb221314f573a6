"""Which combinations of columns occur together in the data: what Power BI would put on the rows of a visual."""

from typing import Any

import duckdb

from powerbi.semantic import Model

from .evaluator import DEFINITION, SPEC, Selection, sql_of
from .tmdl_reader import read_folder


def combinations(
    connection: duckdb.DuckDBPyConnection, model: Model, columns: list[str], measures: list[str], selection: Selection
) -> list[dict[str, Any]]:
    """Distinct values of ``columns`` ('Table.Column') in the table of the first measure, within the selection."""
    if not columns:
        return [{}]
    homes = {m.name: t.name for t in model.tables for m in t.measures}
    needed = {c.split(".", 1)[0] if c.split(".", 1)[0] in model.by_name else c.rsplit(".", 1)[0] for c in columns}
    candidates = [homes[m] for m in measures] or sorted(needed)
    root = next(t for t in candidates if needed <= model.reaches(t) | {t})
    joins, seen, wanted = [f"{_source(root)} as t0"], {root: "t0"}, [root]
    while wanted:
        here = wanted.pop()
        for r in model.relationships:
            if r.from_table == here and r.to_table not in seen:
                seen[r.to_table] = f"t{len(seen)}"
                wanted.append(r.to_table)
                joins.append(
                    f"left join {_source(r.to_table)} as {seen[r.to_table]}"
                    f' on {seen[here]}."{r.from_column}" = {seen[r.to_table]}."{r.to_column}"'
                )

    def sql(column: str) -> str:
        table = next(t for t in seen if column.startswith(f"{t}."))
        return f'{seen[table]}."{column[len(table) + 1 :]}"'

    limits = [(c, v) for c, v in selection.items() if any(c.startswith(f"{t}.") for t in seen)]
    where = " and ".join(f"{sql(c)} = ?" for c, _ in limits) or "true"
    rows = connection.execute(
        f"select distinct {', '.join(sql(c) for c in columns)} from {' '.join(joins)} where {where} order by all",
        [v for _, v in limits],
    ).fetchall()
    return [dict(zip(columns, row, strict=True)) for row in rows]


_TABLES = {n.name: n for n in read_folder(DEFINITION) if n.kind == "table" and n.name not in SPEC["valgtabeller"]}


def _source(table: str) -> str:
    """The table with the model's column names."""
    names = [c.name for c in _TABLES[table].all("column")]
    return (
        f"({sql_of(_TABLES[table])}) as s{abs(hash(table)) % 10**6}"
        if not names
        else (
            "(select "
            + ", ".join(f'"{c.properties["sourceColumn"]}" as "{c.name}"' for c in _TABLES[table].all("column"))
            + f" from ({sql_of(_TABLES[table])}))"
        )
    )
