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
PLATFORM = ("Dataområde._platform", "platform")
OMRAADE = ("Dataområde.Dataområde", "dataomraade")
Axis = tuple[str, str]

# Period axis and the cuts of each KPI mart. A cut is one or more axes at once; () is the whole country.
_MONTH = ("Dato.Måned", "maaned")
CUTS: dict[str, tuple[Axis | None, list[tuple[Axis, ...]]]] = {
    "kpi.kald_pr_indbygger": (_MONTH, [(PLATFORM, OMRAADE, KOMMUNE), (KOMMUNE,)]),
    "kpi.kald_pr_borger_danmark": (_MONTH, [()]),
    "kpi.udbredelse": (_MONTH, [(), (SYSTEM,), (SNITFLADE,), (("Udbredelse.Kaldt service", "service"),)]),
    "kpi.udbredelse_huller": (_MONTH, [(), (KOMMUNE,), (SYSTEM,), (SNITFLADE,), (KOMMUNE, SYSTEM)]),
    "kpi.tilslutning": (("Dato.Dato", "statusdato"), [(), (SYSTEM,)]),
    "kpi.tilslutning_kommune": (("Dato.Dato", "statusdato"), [(), (KOMMUNE,), (KLASSE,)]),
    "kpi.klarmelding_reel": (_MONTH, [(), (SYSTEM,), (SNITFLADE,), (("Klarmelding og kald._vurdering", "vurdering"),)]),
    "kpi.potentiale": (_MONTH, [(), (KOMMUNE,), (SYSTEM,), (SNITFLADE,), (KOMMUNE, SYSTEM)]),
    "kpi.potentiale_kommune": (_MONTH, [(), (KOMMUNE,), (KLASSE,)]),
    "kpi.potentiale_k98": (_MONTH, [()]),
    "kpi.tilslutning_tragt": (
        _MONTH,
        [(), (KOMMUNE,), (SYSTEM,), (SNITFLADE,), (("Tilslutningstragt._trin", "trin"),)],
    ),
    "kpi.teknisk_gaeld": (_MONTH, [(), (KOMMUNE,), (SYSTEM,), (("Teknisk gæld._fase", "fase"),), (KOMMUNE, SYSTEM)]),
    "kpi.tilslutning_hovedtal": (_MONTH, [()]),
    "kpi.fund": (_MONTH, [(), (KOMMUNE,), (("Fund._slags", "slags"),)]),
    "kpi.skridt": (_MONTH, [(), (KOMMUNE,), (SYSTEM,), (("Skridt._valg", "valg"),)]),
    "kpi.belastning": (_MONTH, [()]),
    "kpi.kle_daekning": (
        ("Dato.Dato", "udtraeksdato"),
        [(), (KOMMUNE,), (KLASSE,), (("KLE-dækning.KLE-hovedgruppe", "hovedgruppe"), KOMMUNE)],
    ),
    "kpi.kle_sager": (
        ("Dato.Dato", "udtraeksdato"),
        [(("KLE-tal.KLE-niveau", "kle_niveau"), ("KLE-tal.Geografi", "geografi")), (KOMMUNE,)],
    ),
    "kpi.kle_huller": (
        ("Dato.Dato", "udtraeksdato"),
        [(), (KOMMUNE,), (("KLE-huller.KLE-nummer uden sager", "kle_nummer"),)],
    ),
    "kpi.service_konsekvens": (_MONTH, [(), (SNITFLADE,), (("Servicekonsekvens.Berørt service", "service"),)]),
    "kpi.serviceaftale_status": (None, [(), (KOMMUNE,), (SYSTEM,), (("Serviceaftaler._status", "status"),)]),
    "kpi.serviceaftale_brug": (None, [(), (KOMMUNE,)]),
    "kpi.sapa": (_MONTH, [(), (KOMMUNE,), (("SAPA.Organisationsenhed", "org_enhed"), KOMMUNE)]),
    "kpi.afvigelser": (
        None,
        [(), (KOMMUNE,), (SYSTEM, ("Afvigelser._type", "type")), (SNITFLADE,), (("Dato.Dato", "fra"),)],
    ),
    "kpi.driftsforstyrrelse": (None, [(), (KOMMUNE,), (SNITFLADE,), (("Dato.Dato", "cast(fra as date)"),)]),
    "kpi.timeprofil": (
        _MONTH,
        [
            (
                ("Timeprofil.Profilens service", "service"),
                ("Timeprofil._dagstype", "dagstype"),
                ("Time._time_id", "time_id"),
            ),
            (SNITFLADE,),
        ],
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
    """The grid: per KPI mart its newest ``periods`` periods and its first, and none chosen; of each cut one cell in
    ``every`` and the first two where a figure is 0; the whole always.

    The expected figures are the catalogue's formulas over the KPI mart's rows in the selection.
    """
    for table, (period, cuts) in CUTS.items():
        measures = measures_of(model, table)
        for cut in cuts:
            # Calls per inhabitant are not the formula's across data areas, where it would count people many times.
            valid = [m for m in measures if not (cut == (KOMMUNE,) and m.name == "Kald pr. indbygger")]
            if period:
                chosen = (
                    f"{period[1]} in (select distinct {period[1]} from {table} order by 1 desc limit {periods})"
                    f" or {period[1]} = (select min({period[1]}) from {table})"
                )
                yield from _of_cut(connection, table, [period, *cut], valid, chosen, every)
                # Where periods overlap, a measure without a chosen period is the newest one's.
                newest = f"{period[1]} = (select max({period[1]}) from {table})"
                valid = [m for m in valid if "NyestePeriode" in m.dax]
                yield from _of_cut(connection, table, list(cut), valid, newest, every)
            else:
                yield from _of_cut(connection, table, list(cut), valid, "true", every)


def _of_cut(
    connection: duckdb.DuckDBPyConnection, table: str, axes: list[Axis], measures: list[Measure], rows: str, every: int
) -> Iterator[Cell]:
    if not measures:
        return
    columns = [sql for _, sql in axes] + [m.catalogue.formula for m in measures if m.catalogue]
    keys = ", ".join(str(n + 1) for n in range(len(axes)))
    found = connection.execute(
        f"select {', '.join(columns)} from {table} where {rows}" + (f" group by {keys} order by {keys}" if axes else "")
    ).fetchall()
    zeros = 0
    for number, row in enumerate(found):
        figures = dict(zip((m.name for m in measures), row[len(axes) :], strict=True))
        zeros += 0 in figures.values()
        if number % every == 0 or (0 in figures.values() and zeros <= 2):
            yield Cell(table, {c: moment(v) for (c, _), v in zip(axes, row, strict=False)}, figures)


def moment(value: Any) -> Any:
    """Dates as the model has them."""
    return datetime(value.year, value.month, value.day) if type(value) is date else value


# The measures that no KPI mart has, against the star itself: the SQL, and the cuts that each of its relationships allows.
_FACT_AXES = {"maaned": "Dato.Måned", "dato_id": "Dato._dato_id", "statusdato": "Dato.Dato", "udtraeksdato": "Dato.Dato",
              "myndighed_id": "Myndighed._myndighed_id", "it_system_id": "IT-system._it_system_id",
              "service_id": "Service._service_id", "snitflade_id": "Snitflade._snitflade_id", "kle_id": "KLE._kle_id",
              "time_id": "Time._time_id", "coalesce(it_system_uuid, it_system)": "IT-system._systemnoegle"}  # fmt: skip
_HOURS = "(select * from marts.fct_kald_time where dato_id >= (select max(dato_id) - 6 from marts.fct_kald_time))"
_DAYS = "(select * from marts.fct_kald_dag where dato_id >= (select max(dato_id) - 6 from marts.fct_kald_dag))"
_NEWEST_STATUS = (
    "(select * from marts.fct_klarmelding where statusdato = (select max(statusdato) from marts.fct_klarmelding))"
)
_NEWEST_EXTRACT = (
    "(select * from marts.fct_kle_sager where udtraeksdato = (select max(udtraeksdato) from marts.fct_kle_sager))"
)
_NEWEST_POTENTIAL = "(select * from kpi.potentiale where maaned = (select max(maaned) from kpi.potentiale))"
_SYSTEM = "coalesce(it_system_uuid, it_system)"
_ALL = {
    _NEWEST_STATUS: "marts.fct_klarmelding",
    _NEWEST_EXTRACT: "marts.fct_kle_sager",
    "marts.fct_systemanvendelse": "marts.fct_systemanvendelse",
}
STAR: dict[str, tuple[str, str, list[str]]] = {
    "Kald, alle myndigheder": (
        "sum(antal_kald)", "marts.fct_kald_maaned", ["maaned", "myndighed_id", "it_system_id", "service_id"],
    ),
    "Kald i timen": ("sum(antal_kald)", _HOURS, ["dato_id", "time_id", "myndighed_id", "it_system_id", "service_id"]),
    "Kald på dagen": ("sum(antal_kald)", _DAYS, ["dato_id", "myndighed_id", "it_system_id", "service_id"]),
    "Klarmeldinger": ("count(*)", _NEWEST_STATUS, ["statusdato", "it_system_id", "snitflade_id"]),
    "Sager": ("sum(antal_sager)", _NEWEST_EXTRACT, ["udtraeksdato", "myndighed_id", "it_system_id", "kle_id"]),
    "Systemer i registrene": (
        "count(distinct it_system_id)", "marts.fct_systemanvendelse", ["statusdato", "myndighed_id", "it_system_id"],
    ),
    "Kald": (
        "sum(antal_kald) filter (where type = 'kommune')",
        "marts.fct_kald_maaned join marts.dim_myndighed using (myndighed_id)", ["maaned", "service_id"],
    ),
    "Folketal i kommunerne": (
        "sum(folketal)", "(select * from marts.fct_folketal where kvartal = (select max(kvartal) from marts.fct_folketal))",
        ["myndighed_id"],
    ),
    "Anvendelser i brug": ("count(*) filter (where status = 'realiseret')", _NEWEST_POTENTIAL, [_SYSTEM]),
    "Klar, men ikke i brug": ("count(*) filter (where status = 'udbredelse')", _NEWEST_POTENTIAL, [_SYSTEM]),
    "Ikke klar": ("count(*) filter (where status = 'tilslutning')", _NEWEST_POTENTIAL, [_SYSTEM]),
    "Andel i brug": (
        "avg(case when status = 'realiseret' then 1 else 0 end) filter (where status <> 'kan_ikke_maales')",
        _NEWEST_POTENTIAL, [_SYSTEM],
    ),
    "Kald i hele landet": ("sum(kald)", "kpi.kald_pr_borger_danmark", ["maaned"]),
    "Antal leverancer": ("count(*)", "marts.leverance_log", []),
    "Afviste leverancer": ("count(*) filter (where status = 'afvist')", "marts.leverance_log", []),
    "Leverancer i kalenderen": ("count(*)", "marts.leverance_status", []),
    "Leverancer, der mangler": ("count(*) filter (where status = 'mangler')", "marts.leverance_status", []),
    "Rækker i karantæne": ("sum(raekker_karantaene)", "marts.leverance_log", []),
    "Seneste indlæsning": ("max(modtaget)", "marts.leverance_log", []),
    "Publicering": ("max(publiceret_i)", "marts.leverance_log", []),
    "Data til og med": ("cast(max(maaned) as timestamp)", "marts.fct_kald_maaned", []),
}  # fmt: skip
_CALLS = "marts.fct_kald_maaned join marts.dim_it_system using (it_system_id) join marts.dim_service using (service_id)"
# Dimensions behind a dimension.
SNOWFLAKE: list[tuple[str, str]] = [
    ("Leverandør._leverandoer_id", "leverandoer_id"),
    ("Snitflade.Snitflade", "snitflade"),
    ("Dataområde.Dataområde", "dataomraade"),
]


def star_cells(connection: duckdb.DuckDBPyConnection, per_axis: int) -> Iterator[Cell]:
    """The whole of each measure of the star, and ``per_axis`` cells along each of its relationships."""
    for measure, (formula, source, axes) in STAR.items():
        ((whole,),) = connection.execute(f"select {formula} from {source}").fetchall()
        yield Cell(source, {}, {measure: whole})
        for axis in axes:
            dated = axis in ("statusdato", "udtraeksdato")
            yield from _along(
                connection, measure, formula, _ALL[source] if dated else source, _FACT_AXES[axis], axis, per_axis
            )
    ((last,),) = connection.execute("select cast(max(maaned) as timestamp) from marts.fct_kald_maaned").fetchall()
    yield Cell("marts.fct_kald_maaned", {"Dato.Måned": datetime(2022, 2, 1)}, {"Data til og med": last})
    for model_column, axis in SNOWFLAKE:
        formula = STAR["Kald, alle myndigheder"][0]
        yield from _along(connection, "Kald, alle myndigheder", formula, _CALLS, model_column, axis, per_axis)


def _along(
    connection: duckdb.DuckDBPyConnection, measure: str, formula: str, source: str, model_column: str, axis: str, n: int
) -> Iterator[Cell]:
    rows = connection.execute(
        f"select {axis}, {formula} as f from {source} group by 1 qualify f = 0 and row_number() over (order by f, 1) = 1"
        f" or row_number() over (order by hash({axis}) % 97, 1) <= {n}"
    ).fetchall()
    for value, expected in rows:
        yield Cell(source, {model_column: moment(value)}, {measure: expected})
