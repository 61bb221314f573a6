"""What a workbook shows: headline figures, tables behind the pivots, and the pivots themselves. SQL over the release.

Only three kinds of rows are read: the reader's own and shared ones (``Reader.rows``), those that name no municipality,
and anonymous distributions (``kpi.benchmark_fordeling``). Figures made of others' (expected calls) are shown to others
than KOMBIT only in rows that the mart calls ``er_anonym``.
"""

from collections.abc import Callable
from dataclasses import dataclass

from orchestration.excel.reader import Reader


@dataclass(frozen=True)
class Figure:
    """A headline figure: a measure of the catalogue and its value in the month shown."""

    measure: str
    sql: Callable[[Reader], str]


@dataclass(frozen=True)
class Column:
    """A column of a data sheet: what the reader sees, its SQL, width and number format ('' is text)."""

    label: str
    sql: str
    width: int
    format: str = ""


@dataclass(frozen=True)
class Pivot:
    """A pivot over a data sheet, by labels of its columns; ``data`` is summed."""

    sheet: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    data: tuple[str, ...]
    slicers: tuple[str, ...]


@dataclass(frozen=True)
class Data:
    """A data sheet, its rows and the pivots on them."""

    sheet: str
    table: str
    explanation: str
    columns: tuple[Column, ...]
    source: Callable[[Reader], str]
    pivots: tuple[Pivot, ...] = ()


# The marts' codes in words.
_WORDS = {
    "status": {
        "realiseret": "Realiseret",
        "udbredelse": "Mangler udbredelse",
        "tilslutning": "Mangler tilslutning",
        "kan_ikke_maales": "Kan ikke måles",
    },
    "vurdering": {
        "bekraeftet": "Bekræftet",
        "klarmeldt_uden_kald": "Klarmeldt uden kald",
        "kald_uden_klarmelding": "Kald uden klarmelding",
        "kan_ikke_maales": "Kan ikke måles",
        "ikke_tilsluttet": "Ikke tilsluttet",
        "ikke_relevant": "Ikke relevant",
    },
    "platform": {"serviceplatformen": "Serviceplatformen", "stoettesystemerne": "Støttesystemerne"},
}


def _in_words(column: str) -> str:
    cases = " ".join(f"when '{code}' then '{word}'" for code, word in _WORDS[column].items())
    return f"case {column} {cases} else {column} end"


def _shown(table: str, column: str = "maaned") -> str:
    """The rows of the month shown (the variable ``maaned``), or of the register in force at its end."""
    if column == "maaned":
        return "maaned = getvariable('maaned')"
    before = f"where {column} <= last_day(getvariable('maaned'))"
    return f"{column} = (select coalesce(max({column}) filter ({before}), min({column})) from {table})"


def _of_reader(table: str, formula: str, column: str = "maaned") -> Callable[[Reader], str]:
    """The figure over the municipality's own rows (KOMBIT: all), never over those shared with it."""
    return lambda reader: (
        f"select {formula} from {table} where {_shown(table, column)}"
        + (f" and cvr = '{reader.cvr}'" if reader.cvr else "")
    )


def _per_inhabitant(reader: Reader) -> str:
    own = f" and cvr = '{reader.cvr}'" if reader.cvr else ""
    return (
        "select sum(kald) / max(folketal) from ("
        " select sum(kald) as kald from kpi.kald_pr_indbygger"
        f" where {_shown('kpi.kald_pr_indbygger')}{own}), ("
        " select sum(folketal) as folketal from marts.fct_folketal"
        " inner join marts.dim_myndighed using (myndighed_id)"
        f" where {_shown('marts.fct_folketal', 'kvartal')}{own})"
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

_MONTH = Column("Måned", "strftime(maaned, '%Y-%m')", 10)
_AUTHORITY = Column("Kommune", "myndighed.navn", 22)
_CALLS_FORMAT, _SHARE = "#,##0", "0.0 %"
_SYSTEM = Column("IT-system", "it_system", 30)
_SERVICE = Column("Service", "service || coalesce(' ' || version, '')", 38)


def _expected(reader: Reader) -> str:
    """The median of the active municipalities' calls, if the reader may see it."""
    return f"case when {'true' if reader.sees is None else 'er_anonym'} then round(forventede_kald) end as forventede"


CALLS = Data(
    "Data kald",
    "Kald",
    "Kald i de 12 måneder til og med den viste, pr. måned, service og IT-system.",
    (
        _MONTH,
        Column("Kommune", "kommune", 22),
        Column("Dataområde", "dataomraade", 18),
        Column("Service", "service", 38),
        Column("IT-system", "it_system", 44),
        Column("Leverandør", "leverandoer", 24),
        Column("Kald", "kald", 14, _CALLS_FORMAT),
    ),
    lambda reader: (
        f"""
        select
            fct.maaned, myndighed.navn as kommune, svc.dataomraade,
            svc.service || coalesce(' ' || svc.version, '') as service,
            sys.navn as it_system,
            lev.navn as leverandoer, cast(sum(fct.antal_kald) as bigint) as kald
        from marts.fct_kald_maaned as fct
        inner join marts.dim_myndighed as myndighed using (myndighed_id)
        inner join marts.dim_service as svc using (service_id)
        inner join (
            select
                it_system_id, leverandoer_id,
                navn || if(count(*) over (partition by navn) > 1, coalesce(' ' || uuid, ''), '') as navn
            from marts.dim_it_system
        ) as sys using (it_system_id)
        inner join marts.dim_leverandoer as lev using (leverandoer_id)
        where fct.maaned > getvariable('maaned') - interval 12 month and fct.maaned <= getvariable('maaned')
            and fct.antal_kald > 0 and {reader.rows("myndighed.cvr")}
        group by all"""
    ),
    (
        Pivot("Kald", ("Service", "IT-system"), (), ("Kald",), ("Kommune", "Måned", "Dataområde")),
        Pivot("Kald pr. måned", ("Dataområde",), ("Måned",), ("Kald",), ("Kommune", "Leverandør")),
    ),
)
GAPS = Data(
    "Data huller",
    "Huller",
    "Systemer, som kommunen bruger, uden en service, som de kalder i andre kommuner; den viste måned.",
    (
        Column("Kommune", "kommune", 22),
        _SYSTEM,
        _SERVICE,
        Column("Snitflade", "snitflade", 14),
        Column("Kommuner, der kalder", "aktive", 14, _CALLS_FORMAT),
        Column("Kommuner med systemet", "anvendere", 14, _CALLS_FORMAT),
        Column("Forventede kald", "forventede", 16, _CALLS_FORMAT),
    ),
    lambda reader: (
        f"""
        select *, {_expected(reader)} from kpi.udbredelse_huller
        where {_shown("kpi.udbredelse_huller")} and {reader.rows()}"""
    ),
    (Pivot("Huller", ("IT-system", "Service"), (), ("Forventede kald",), ("Kommune", "Snitflade")),),
)
POTENTIAL = Data(
    "Data potentiale",
    "Potentiale",
    "De SKI-systemer, kommunen bruger, gange deres obligatoriske snitflader; den viste måned.",
    (
        Column("Kommune", "kommune", 22),
        _SYSTEM,
        Column("Snitflade", "snitflade", 14),
        Column("Snitfladens navn", "snitflade_navn", 36),
        Column("Potentiale", _in_words("status"), 20),
        Column("Anvendelser", "1", 12, _CALLS_FORMAT),
        Column("Kald på 12 måneder", "kald_12m", 16, _CALLS_FORMAT),
    ),
    lambda reader: (
        f"""
        select * from kpi.potentiale where {_shown("kpi.potentiale")} and {reader.rows()}"""
    ),
    (Pivot("Potentiale", ("IT-system", "Snitflade"), ("Potentiale",), ("Anvendelser",), ("Kommune", "Snitflade")),),
)
READINESS = Data(
    "Klarmeldinger",
    "Klarmeldinger",
    "Leverandørernes klarmeldinger og SKI's krav; nævner ingen kommune.",
    (
        _SYSTEM,
        Column("Leverandør", "leverandoer", 24),
        Column("Snitflade", "snitflade", 14),
        Column("Snitfladens navn", "snitflade_navn", 40),
        Column("Krav", "krav", 14),
        Column("Klarmelding", "klarmelding", 14),
        Column("Vurdering", _in_words("vurdering"), 24),
        Column("Kommuner med kald", "kommuner_med_kald", 14, _CALLS_FORMAT),
    ),
    lambda reader: f"select * from kpi.klarmelding_reel where {_shown('kpi.klarmelding_reel')}",
)
COMPARISON = Data(
    "Sammenligning",
    "Sammenligning",
    "Kald pr. indbygger i den viste måned mod størrelsesklassen: gennemsnittet af de fem midterste kommuner.",
    (
        Column("Kommune", "kommune", 22),
        Column("Platform", _in_words("platform"), 20),
        Column("Dataområde", "dataomraade", 20),
        Column("Kald pr. indbygger", "kald_pr_indbygger", 16, "#,##0.00"),
        Column("Plads", "rang", 10, _CALLS_FORMAT),
        Column("Størrelsesklasse", "xyz_klasse", 14),
        Column("Klassens midte", "midte", 16, "#,##0.00"),
        Column("Kommuner i klassen", "antal", 14, _CALLS_FORMAT),
    ),
    lambda reader: (
        f"""
        select kald.*, fordeling.median as midte, fordeling.kommuner as antal
        from kpi.kald_pr_indbygger as kald
        left join kpi.benchmark_fordeling as fordeling
            on fordeling.maal = 'kald_pr_indbygger' and fordeling.gruppering = 'xyz_klasse'
            and fordeling.gruppe = kald.xyz_klasse and fordeling.dato = kald.maaned
            and fordeling.platform = kald.platform and fordeling.dataomraade = kald.dataomraade
        where kald.{_shown("kpi.kald_pr_indbygger")} and {reader.rows("kald.cvr")}"""
    ),
)
DATA = (CALLS, GAPS, POTENTIAL, READINESS, COMPARISON)
