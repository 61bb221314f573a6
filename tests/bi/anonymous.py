"""What a municipality's role sees of figures that are made of other municipalities'."""

from dataclasses import replace

import duckdb

from .evaluator import Evaluator
from .grid import Cell

# What a role sees of figures made of others': SQL over the rows that the mart calls er_anonym. In the country's tables
# all rows, in the others Aalborg's.
AALBORG = 29189420
ANONYMOUS = {
    "Median i størrelsesklassen": ("max(xyz_median)", "kpi.kald_pr_indbygger"),
    "Forventede kald i hullerne": ("sum(forventede_kald)", "kpi.udbredelse_huller"),
    "Forventede kald i det mulige": ("sum(forventede_kald)", "kpi.potentiale"),
    "Forventede kald i det uudnyttede": (
        "sum(forventede_kald) filter (where status <> 'realiseret')", "kpi.potentiale",
    ),
    "Kald på 12 måneder på snitfladen": ("sum(kald_12m)", "kpi.klarmelding_reel"),
    "Kald på 12 måneder på servicen": ("sum(kald_12m)", "kpi.service_konsekvens"),
}  # fmt: skip


def of_aalborg(evaluator: Evaluator) -> Evaluator:
    """The model as it is when no other authority's rows were ever loaded."""
    own = {}
    for name, table in evaluator.tables.items():
        position = table["columns"].index("_myndighed_id") if "_myndighed_id" in table["columns"] else None
        rows = table["rows"] if position is None else [r for r in table["rows"] if r[position] == AALBORG]
        own[name] = {**table, "rows": rows}
    return replace(evaluator, tables=own)


def anonymous_cells(demo: duckdb.DuckDBPyConnection) -> list[Cell]:
    """What Aalborg's role sees of each figure made of others'."""
    grid = []
    for name, (formula, table) in ANONYMOUS.items():
        own = "true" if table in ("kpi.klarmelding_reel", "kpi.service_konsekvens") else f"cvr = '{AALBORG}'"
        newest = f"maaned = (select max(maaned) from {table})"
        of_rows = f"select {formula} from {table} where {own} and {newest}"
        ((every,),) = demo.execute(of_rows).fetchall()
        ((seen,),) = demo.execute(f"{of_rows} and er_anonym").fetchall()
        assert seen is not None and (seen < every or name == "Median i størrelsesklassen"), name
        grid.append(Cell(table, {}, {name: seen}))
    # An area in which fewer than five of Aalborg's size make calls.
    ((area,), *_) = demo.execute(
        f"select dataomraade from kpi.kald_pr_indbygger where cvr = '{AALBORG}' group by 1"
        " having count(xyz_median) > 0 and not bool_or(er_anonym) order by 1"
    ).fetchall()
    return [*grid, Cell("kpi.kald_pr_indbygger", {"Dataområde.Dataområde": area}, {"Median i størrelsesklassen": None})]
