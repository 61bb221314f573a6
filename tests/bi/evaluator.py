"""The committed model on published data, evaluated by an engine that is neither Power BI's nor dbt's.

The engine answers blank to functions and tables it does not know. So every function must be in its list, and a cell
counts as compared only when both sides have a figure, or when the figure is zero or missing for a stated reason.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import duckdb
import yaml
from pbix_mcp.dax.engine import DAXContext, DAXEngine

from kdi.settings import PROJECT_ROOT
from powerbi.semantic import made_columns

from .tmdl_reader import Node, column_reference, read_folder

DEFINITION = PROJECT_ROOT / "powerbi" / "KDI i tal.SemanticModel" / "definition"
SPEC = yaml.safe_load((PROJECT_ROOT / "powerbi" / "model.yml").read_text(encoding="utf-8"))
Selection = dict[str, Any]
Tables = dict[str, dict[str, Any]]
# Three months of hours are a million rows, which this engine keeps as Python objects. Their one measure is a plain sum,
# and so is that of days.
_SAMPLE = {
    f"Kald pr. {grain}": f"dato_id between (select max(dato_id) - 6 from marts.fct_kald_{grain}) and 99999999"
    for grain in ("dag", "time")
}


@dataclass
class Evaluator:
    """Measures, relationships and rows of the model; change a copy of ``measures`` to make a mutant."""

    tables: Tables
    measures: dict[str, str]
    relationships: list[dict[str, Any]]
    homes: dict[str, str] = field(default_factory=dict)

    @cached_property
    def columns(self) -> dict[str, set[str]]:
        return {name: set(table["columns"]) for name, table in self.tables.items()}

    def value(self, measure: str, selection: Selection | None = None) -> Any:
        """A measure's value when each column of ``selection`` ('Table.Column') has one value.

        Raises:
            AssertionError: the engine met something it could not evaluate.
        """
        filters = {column: [value] for column, value in (selection or {}).items()}
        context = DAXContext(self.tables, self.measures, "Dato", "Dato", filters, self.relationships)
        context.date_tables = {"Dato": "Dato"}
        context.measure_tables = self.homes
        context.model_columns = self.columns
        engine = self._engine
        engine.eval_errors.clear()
        engine.unsupported_functions.clear()
        found = engine.evaluate_measure(measure, context)
        assert not engine.eval_errors, engine.eval_errors
        assert not engine.unsupported_functions, engine.unsupported_functions
        return found

    @cached_property
    def _engine(self) -> DAXEngine:
        return DAXEngine()


def load(connection: duckdb.DuckDBPyConnection) -> Evaluator:
    """The committed model over a published database."""
    nodes = read_folder(DEFINITION)
    model_tables = [n for n in nodes if n.kind == "table"]
    measures = {m.name: m.expression for t in model_tables for m in t.all("measure")}
    homes = {m.name: t.name for t in model_tables for m in t.all("measure")}
    relationships = []
    for node in nodes:
        if node.kind == "relationship":
            many, one = (column_reference(node.properties[p]) for p in ("fromColumn", "toColumn"))
            relationships.append(
                {"FromTable": many[0], "FromColumn": many[1], "ToTable": one[0], "ToColumn": one[1], "IsActive": True}
            )
    return Evaluator({t.name: rows_of(t, connection) for t in model_tables}, measures, relationships, homes)


def rows_of(table: Node, connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """A table's rows as Power Query would hand them over."""
    names = [c.name for c in table.all("column")]
    if table.name in SPEC["valgtabeller"]:
        return {"columns": names, "rows": [[row] for row in SPEC["valgtabeller"][table.name]["raekker"]]}
    return {"columns": names, "rows": [list(row) for row in connection.execute(sql_of(table)).fetchall()]}


def sql_of(table: Node) -> str:
    """SQL for a table's Power Query; what is made there stands as SQL beside it in model.yml."""
    spec = SPEC["tabeller"][table.name]
    made = {c: m["sql"] for c, m in made_columns(spec).items()}
    sources = [c.properties["sourceColumn"] for c in table.all("column")]
    # Power BI has one type for dates and times.
    dates = {c.properties["sourceColumn"] for c in table.all("column") if c.properties["dataType"] == "dateTime"}
    values = {s: f"cast({made.get(s, s)} as timestamp)" if s in dates else made.get(s, s) for s in sources}
    chosen = ", ".join(f"{value} as {source}" for source, value in values.items())
    condition = spec.get("filter", {}).get("sql") or _SAMPLE.get(table.name, "true")
    return f"select {'distinct' if 'distinkt' in spec else ''} {chosen} from {spec['kilde']} where {condition}"
