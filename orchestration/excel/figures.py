"""The key figures of a workbook: measures of the catalogue over the reader's own rows, in the month shown."""

from collections.abc import Callable
from dataclasses import dataclass

from orchestration.excel.contents import shown
from orchestration.excel.reader import Reader


@dataclass(frozen=True)
class Figure:
    """A headline figure: a measure of the catalogue and its value in the month shown."""

    measure: str
    sql: Callable[[Reader], str]


def _of_reader(table: str, formula: str, column: str = "maaned") -> Callable[[Reader], str]:
    """The figure over the municipality's own rows (KOMBIT: all), never over those shared with it."""
    return lambda reader: (
        f"select {formula} from {table} where {shown(table, column)}"
        + (f" and cvr = '{reader.cvr}'" if reader.cvr else "")
    )


def _per_inhabitant(reader: Reader) -> str:
    own = f" and cvr = '{reader.cvr}'" if reader.cvr else ""
    return (
        "select sum(kald) / max(folketal) from ("
        " select sum(kald) as kald from kpi.kald_pr_indbygger"
        f" where {shown('kpi.kald_pr_indbygger')}{own}), ("
        " select sum(folketal) as folketal from marts.fct_folketal"
        " inner join marts.dim_myndighed using (myndighed_id)"
        f" where {shown('marts.fct_folketal', 'kvartal')}{own})"
    )


FIGURES = (
    Figure("kald", _of_reader("kpi.kald_pr_indbygger", "sum(kald)")),
    Figure("kald_pr_indbygger", _per_inhabitant),
    Figure("kald_12m", _of_reader("kpi.kald_pr_indbygger", "sum(kald_12m)")),
    Figure("mulige", _of_reader("kpi.potentiale_kommune", "sum(mulige)")),
    Figure(
        "realiseringsgrad",
        _of_reader("kpi.potentiale_kommune", "sum(realiseret) / nullif(sum(mulige) - sum(kan_ikke_maales), 0)"),
    ),
    Figure("udbredelsespotentiale", _of_reader("kpi.potentiale_kommune", "sum(udbredelse)")),
    Figure("tilslutningspotentiale", _of_reader("kpi.potentiale_kommune", "sum(tilslutning)")),
    Figure(
        "tilslutningsgrad",
        _of_reader("kpi.tilslutning_kommune", "sum(klarmeldte) / nullif(sum(obligatoriske), 0)", "statusdato"),
    ),
    Figure("udbredelse_huller", _of_reader("kpi.udbredelse_huller", "count(*)")),
    Figure(
        "daekningsgrad",
        _of_reader("kpi.kle_daekning", "sum(emner_daekket) / nullif(sum(emner_med_sager_xyz), 0)", "udtraeksdato"),
    ),
    Figure("sapa_opslag", _of_reader("kpi.sapa", "sum(opslag)")),
)
