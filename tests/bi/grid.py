"""Which cells each measure is compared in: its period, and what else its KPI mart can be cut by."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb

from powerbi.semantic import Measure, Model

from .evaluator import Selection

KOMMUNE = ("Myndighed.CVR-nummer", "cvr")
KLASSE = ("Myndighed.Størrelsesklasse", "xyz_klasse")
SYSTEM = ("IT-system._systemnoegle", "coalesce(it_system_uuid, it_system)")
SNITFLADE = ("Snitflade.Snitflade", "snitflade")
PLATFORM = ("Dataområde.Platform", "platform")
OMRAADE = ("Dataområde.Dataområde", "dataomraade")
Axis = tuple[str, str]

# Period axis and the cuts of each KPI mart. A cut is one or more axes at once; () is the whole country.
_MONTH = ("Dato.Måned", "maaned")
CUTS: dict[str, tuple[Axis | None, list[tuple[Axis, ...]]]] = {
    "kpi.kald_pr_indbygger": (_MONTH, [(PLATFORM, OMRAADE, KOMMUNE)]),
    "kpi.kald_pr_borger_danmark": (_MONTH, [()]),
    "kpi.udbredelse": (_MONTH, [(), (SYSTEM,), (SNITFLADE,), (("Udbredelse.Kaldt service", "service"),)]),
    "kpi.udbredelse_huller": (_MONTH, [(), (KOMMUNE,), (SYSTEM,), (SNITFLADE,), (KOMMUNE, SYSTEM)]),
    "kpi.tilslutning": (("Dato.Dato", "statusdato"), [(), (SYSTEM,)]),
    "kpi.tilslutning_kommune": (("Dato.Dato", "statusdato"), [(), (KOMMUNE,), (KLASSE,)]),
    "kpi.klarmelding_reel": (_MONTH, [(), (SYSTEM,), (SNITFLADE,), (("Klarmelding og kald.Vurdering", "vurdering"),)]),
    "kpi.potentiale": (_MONTH, [(), (KOMMUNE,), (SYSTEM,), (SNITFLADE,), (KOMMUNE, SYSTEM)]),
    "kpi.potentiale_kommune": (_MONTH, [(), (KOMMUNE,), (KLASSE,)]),
    "kpi.potentiale_k98": (_MONTH, [()]),
    "kpi.kle_daekning": (
        ("Dato.Dato", "udtraeksdato"),
        [(), (KOMMUNE,), (KLASSE,), (("KLE-dækning.KLE-hovedgruppe", "hovedgruppe"), KOMMUNE)],
    ),
    "kpi.kle_huller": (("Dato.Dato", "udtraeksdato"), [(), (KOMMUNE,), (("KLE-huller.KLE-nummer uden sager", "kle_nummer"),)]),
    "kpi.service_konsekvens": (_MONTH, [(), (SNITFLADE,), (("Servicekonsekvens.Berørt service", "service"),)]),
    "kpi.serviceaftale_status": (None, [(), (KOMMUNE,), (SYSTEM,), (("Serviceaftaler.Aftalens status", "status"),)]),
    "kpi.serviceaftale_brug": (None, [(), (KOMMUNE,)]),
    "kpi.sapa": (_MONTH, [(), (KOMMUNE,), (("SAPA.Organisationsenhed", "org_enhed"), KOMMUNE)]),
    "kpi.afvigelser": (("Dato.Dato", "fra"), [(), (KOMMUNE,), (SYSTEM, ("Afvigelser.Slags afvigelse", "type"))]),
    "kpi.driftsforstyrrelse": (("Dato.Dato", "cast(fra as date)"), [(), (KOMMUNE,), (SNITFLADE,)]),
    "kpi.timeprofil": (
        _MONTH,
        [(("Timeprofil.Profilens service", "service"), ("Timeprofil.Dagstype", "dagstype"), ("Time._time_id", "time_id"))],
    ),
}


@dataclass(frozen=True)
class Cell:
    """A selection, and what the KPI mart says of each measure there."""

    table: str
    selection: Selection
    expected: dict[str, Any]


def measures_of(model: Model, table: str) -> list[Measure]:
    """The model's measures of one KPI mart."""
    return [m for m in model.measures.values() if m.catalogue and m.catalogue.table == table]


def cells(connection: duckdb.DuckDBPyConnection, model: Model, every: int, periods: int) -> Iterator[Cell]:
    """The grid: per KPI mart its newest ``periods`` periods and, of each cut, one cell in ``every``; the whole always.

    The expected figures are the catalogue's formulas over the KPI mart's rows in the selection.
    """
    for table, (period, cuts) in CUTS.items():
        measures = measures_of(model, table)
        formulas = ", ".join(f"{m.catalogue.formula} as m{n}" for n, m in enumerate(measures) if m.catalogue)
        for cut in cuts:
            axes = [*([period] if period else []), *cut]
            chosen = ", ".join(f"{sql} as a{n}" for n, (_, sql) in enumerate(axes))
            newest = (
                f"where {period[1]} in (select distinct {period[1]} from {table} order by 1 desc limit {periods})"
                if period
                else ""
            )
            rows = connection.execute(
                f"select {chosen + ', ' if axes else ''}{formulas} from {table} {newest} "
                + (f"group by {', '.join(str(n + 1) for n in range(len(axes)))} " if axes else "")
                + (f"order by {', '.join(str(n + 1) for n in range(len(axes)))}" if axes else "")
            ).fetchall()
            for number, row in enumerate(rows):
                if cut and number % every:
                    continue
                selection = {column: moment(value) for (column, _), value in zip(axes, row, strict=False)}
                figures = dict(zip((m.name for m in measures), row[len(axes) :], strict=True))
                yield Cell(table, selection, figures)


def moment(value: Any) -> Any:
    """Dates as the model has them."""
    return datetime(value.year, value.month, value.day) if type(value) is date else value
