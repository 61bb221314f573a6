"""What a workbook shows: tables of data and the pivots over them, as SQL over the release.

Only three kinds of rows are read: the reader's own and shared ones (``Reader.rows``), those that name no municipality,
and anonymous distributions (``kpi.benchmark_fordeling``). Figures made of others' (expected calls) are shown to others
than KOMBIT only in rows that the mart calls ``er_anonym``.
"""

from collections.abc import Callable
from dataclasses import dataclass

from kdi.excel.reader import Reader
from kdi.excel.words import in_words, words
from kdi.report.edition import Edition

_FUNNEL = "kpi.tilslutning_tragt"
NUMBER, SHARE, RATE = "#,##0", "0.0 %", "#,##0.00"
# Danish whatever language the reader's Excel speaks.
MONTH, DAY = "[$-406]mmm yyyy", "[$-406]d. mmm yyyy"


@dataclass(frozen=True)
class Column:
    """A column of a data sheet: what the reader sees, its SQL, width and number format ('' is text).

    ``total`` is how rows of it become one (``sum``, ``max``, ``min``); '' is a column that tells rows apart. ``order``
    has the values in the order of their meaning, where that is not the alphabet's.
    """

    label: str
    sql: str
    width: int
    format: str = ""
    total: str = ""
    order: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pivot:
    """A pivot over a data sheet, by labels of its columns; ``data`` is summed."""

    sheet: str
    rows: tuple[str, ...]
    columns: str | None
    data: str
    slicers: tuple[str, ...]


@dataclass(frozen=True)
class Data:
    """A data sheet, its rows, the pivots on them, and the columns that are summed away when there is too much.

    ``order`` is SQL over the labels; without it rows follow the columns.
    """

    sheet: str
    table: str
    explanation: str
    columns: tuple[Column, ...]
    source: Callable[[Reader], str]
    pivots: tuple[Pivot, ...] = ()
    summed: tuple[str, ...] = ()
    order: str = ""


def _coded(name: str, table: str, column: str, width: int) -> Column:
    """A code in words, and in the order of their meaning."""
    return Column(name, in_words(table, column), width, order=words(table, column))


def choose_month(edition: Edition) -> None:
    """Tell the connection the month that the sheets show."""
    edition.connection.execute(f"set variable maaned = date '{edition.month}'")
    edition.connection.execute(f"set variable aarets_foerste = date '{edition.year_start}'")


def shown(column: str = "maaned") -> str:
    """The rows of the month shown (the variable ``maaned``), or of the register that is in force in it."""
    if column == "maaned":
        return "maaned = getvariable('maaned')"
    return f"{column} = (select {column} from marts.gaeldende where maaned = getvariable('maaned'))"


def _named(source: str) -> str:
    """The source's rows with the system's name as readers see it (``system_vist``)."""
    return f"""
        select kilde.*, systemer.visningsnavn as system_vist, leverandoer.navn as system_leverandoer
        from ({source}) as kilde
        left join marts.dim_it_system as systemer
            on kilde.it_system = systemer.navn and kilde.it_system_uuid is not distinct from systemer.uuid
        left join marts.dim_leverandoer as leverandoer using (leverandoer_id)"""


_MUNICIPALITY = Column("Kommune", "kommune", 22)
_SYSTEM = Column("IT-system", "coalesce(system_vist, it_system, '–')", 34)
_SUPPLIER = Column("Leverandør", "coalesce(system_leverandoer, '–')", 26)
_INTERFACE = Column("Snitflade", "coalesce(snitflade, '–')", 12)
_INTERFACE_NAME = Column("Snitfladens navn", "coalesce(snitflade_navn, '–')", 40)
_SERVICE = "service || coalesce(' ' || version, '')"


def _expected(reader: Reader) -> str:
    """The median of the active municipalities' calls, if the reader may see it."""
    return f"case when {'true' if reader.sees is None else 'er_anonym'} then round(forventede_kald) end as forventede"


def _calls(reader: Reader) -> str:
    return f"""
        select
            fct.maaned, myndighed.navn as kommune, svc.dataomraade, {_SERVICE} as service,
            sys.visningsnavn as system_vist, lev.navn as system_leverandoer, cast(fct.antal_kald as bigint) as kald
        from marts.fct_kald_maaned as fct
        inner join marts.dim_myndighed as myndighed using (myndighed_id)
        inner join marts.dim_service as svc using (service_id)
        inner join marts.dim_it_system as sys using (it_system_id)
        inner join marts.dim_leverandoer as lev using (leverandoer_id)
        where fct.maaned between getvariable('aarets_foerste') and getvariable('maaned')
            and fct.antal_kald > 0 and {reader.rows("myndighed.cvr")}"""


FUNNEL = Data(
    "Data tragt",
    "Tragt",
    "Hvor langt hver snitflade er, hvem der venter på hvem, siden hvornår, og hvad der skal ske. Længst ventet øverst.",
    (
        Column("Venter", "if(venter, 'Ja', 'Nej')", 9),
        _MUNICIPALITY,
        _SYSTEM,
        Column("Leverandør", "coalesce(leverandoer, '–')", 26),
        _INTERFACE,
        _INTERFACE_NAME,
        Column("Krav", "coalesce(krav, 'intet')", 13),
        _coded("Trin", _FUNNEL, "trin", 20),
        Column("Siden", "siden", 14, DAY, "min"),
        Column("Dage", "dage", 9, NUMBER, "max"),
        Column("Årsag", in_words(_FUNNEL, "aarsag"), 24),
        _coded("Næste skridt", _FUNNEL, "naeste_skridt", 28),
        _coded("Hos", _FUNNEL, "naeste_part", 22),
        Column("Anvendelser", "1", 13, NUMBER, "sum"),
    ),
    lambda reader: _named(
        f"""select *, naeste_skridt is not null and kan_ikke_maales is not true as venter
        from kpi.tilslutning_tragt where {shown()} and {reader.rows()}"""
    ),
    (
        Pivot("Tragt", ("Hos", "Næste skridt"), "Trin", "Anvendelser", ("Krav", "Kommune", "Snitflade")),
        Pivot(
            "Tragt pr. system",
            ("IT-system", "Snitflade"),
            "Trin",
            "Anvendelser",
            ("Krav", "Kommune", "Leverandør", "Hos"),
        ),
    ),
    summed=("Kommune",),
    order=""""Venter", "Krav" <> 'obligatorisk', "Dage" desc nulls last, "IT-system" collate da, "Snitflade",
        "Kommune" collate da""",
)
POTENTIAL = Data(
    "Data potentiale",
    "Potentiale",
    "De SKI-systemer, kommunen bruger, gange deres krævede snitflader; den viste måned.",
    (
        _MUNICIPALITY,
        _SYSTEM,
        _SUPPLIER,
        _INTERFACE,
        _INTERFACE_NAME,
        _coded("Tilstand", "kpi.potentiale", "tilstand", 24),
        Column("Anvendelser", "1", 13, NUMBER, "sum"),
        Column("Kald på 12 måneder", "kald_12m", 16, NUMBER, "sum"),
    ),
    lambda reader: _named(f"select * from kpi.potentiale where {shown()} and {reader.rows()}"),
    (
        Pivot(
            "Potentiale", ("IT-system", "Snitflade"), "Tilstand", "Anvendelser", ("Kommune", "Leverandør", "Snitflade")
        ),
    ),
    summed=("IT-system", "Leverandør"),
)
CALLS = Data(
    "Data kald",
    "Kald",
    "Kald i de 12 måneder til og med den viste, pr. service og IT-system.",
    (
        _MUNICIPALITY,
        Column("Dataområde", "dataomraade", 24),
        Column("Service", "service", 44),
        Column("IT-system", "system_vist", 34),
        Column("Leverandør", "system_leverandoer", 26),
        Column("Kald", "kald", 15, NUMBER, "sum"),
    ),
    lambda reader: f"select * exclude (maaned, kald), sum(kald) as kald from ({_calls(reader)}) group by all",
    (Pivot("Kald", ("Service", "IT-system"), None, "Kald", ("Kommune", "Dataområde", "Leverandør")),),
    summed=("IT-system", "Leverandør"),
)
MONTHS = Data(
    "Data kald pr. måned",
    "KaldPrMaaned",
    "Kald pr. måned og service i de 12 måneder til og med den viste.",
    (
        Column("Måned", "maaned", 12, MONTH),
        _MUNICIPALITY,
        Column("Dataområde", "dataomraade", 24),
        Column("Service", "service", 44),
        Column("Kald", "kald", 15, NUMBER, "sum"),
    ),
    lambda reader: (
        f"select maaned, kommune, dataomraade, service, sum(kald) as kald from ({_calls(reader)}) group by all"
    ),
    (Pivot("Kald pr. måned", ("Dataområde", "Service"), "Måned", "Kald", ("Kommune", "Måned")),),
    summed=("Service",),
)
GAPS = Data(
    "Data huller",
    "Huller",
    "Systemer, som kommunen bruger, uden en service, som de kalder i andre kommuner; den viste måned.",
    (
        _MUNICIPALITY,
        _SYSTEM,
        Column("Service", _SERVICE, 44),
        _INTERFACE,
        Column("Kommuner, der kalder", "aktive", 14, NUMBER, "max"),
        Column("Kommuner med systemet", "anvendere", 14, NUMBER, "max"),
        Column("Forventede kald", "forventede", 16, NUMBER, "sum"),
        Column("Huller", "1", 9, NUMBER, "sum"),
    ),
    lambda reader: _named(
        f"""select *, {_expected(reader)} from kpi.udbredelse_huller
        where {shown()} and {reader.rows()}"""
    ),
    (Pivot("Huller", ("IT-system", "Service"), None, "Huller", ("Kommune", "Snitflade")),),
    summed=("Kommune",),
)
DEBT = Data(
    "Teknisk gæld",
    "Gaeld",
    "Krævede snitflader, der kunne være i brug, men ikke er det, og i hvor mange måneder; ældst først."
    " Ændringen er tom, når der ligger færre måneder bag tallet før.",
    (
        _MUNICIPALITY,
        _SYSTEM,
        Column("Leverandør", "coalesce(leverandoer, '–')", 26),
        Column("Livsfase", in_words("kpi.teknisk_gaeld", "fase"), 14),
        Column("Mulige", "mulige", 10, NUMBER, "sum"),
        Column("I brug", "realiseret", 10, NUMBER, "sum"),
        Column("Gæld", "gaeld", 10, NUMBER, "sum"),
        Column("Kan ikke måles", "kan_ikke_maales", 10, NUMBER, "sum"),
        Column("Gæld i måneder", "gaeld_maaneder", 12, NUMBER, "sum"),
        Column("Ældste, måneder", "aeldste_gaeld_maaneder", 12, NUMBER, "max"),
        Column("Ændring på et kvartal", "gaeld_aendring", 14, NUMBER, "sum"),
        Column("Gamle versioner", "gamle_versioner", 12, NUMBER, "sum"),
    ),
    lambda reader: _named(f"select * from kpi.teknisk_gaeld where {shown()} and {reader.rows()}"),
    summed=("Kommune",),
    order=""""Ældste, måneder" desc nulls last, "Gæld i måneder" desc nulls last, "IT-system" collate da,
        "Kommune" collate da""",
)
TOPICS = Data(
    "KLE-emner",
    "KleEmner",
    "Emner uden sager i det fælles indeks, som er almindelige i kommuner på samme størrelse; de almindeligste øverst.",
    (
        _MUNICIPALITY,
        Column("KLE-nummer", "kle_nummer", 12),
        Column("Emne", "emne", 60),
        Column("Hovedgruppe", "coalesce(hovedgruppe_titel, '–')", 40),
        Column("Kommuner med sager", "kommuner_med_sager", 12, NUMBER, "max"),
        Column("Kommuner i klassen", "kommuner_i_klassen", 12, NUMBER, "max"),
    ),
    lambda reader: f"select * from kpi.kle_huller where {shown('udtraeksdato')} and {reader.rows()}",
    order='"Kommuner med sager" / "Kommuner i klassen" desc, "KLE-nummer", "Kommune" collate da',
)
UNITS = Data(
    "SAPA-enheder",
    "SapaEnheder",
    "Organisationsenheder med adgang til SAPA; de, der har været stille længst, øverst.",
    (
        _MUNICIPALITY,
        Column("Organisationsenhed", "org_enhed", 44),
        Column("Brugere", "brugere", 10, NUMBER, "sum"),
        Column("Opslag i måneden", "opslag", 12, NUMBER, "sum"),
        Column("Opslag på 12 måneder", "opslag_12m", 14, NUMBER, "sum"),
        Column("Seneste opslag", "seneste_opslag", 14, MONTH, "max"),
        Column("Stille måneder", "maaneder_stille", 10, NUMBER, "max"),
    ),
    lambda reader: f"select * from kpi.sapa where {shown()} and {reader.rows()}",
    order='"Stille måneder" desc nulls last, "Brugere" desc, "Kommune" collate da, "Organisationsenhed" collate da',
)
READINESS = Data(
    "Klarmeldinger",
    "Klarmeldinger",
    "Leverandørernes klarmeldinger af de systemer, der er i brug her, og SKI's krav; nævner ingen kommune.",
    (
        _SYSTEM,
        Column("Leverandør", "coalesce(leverandoer, '–')", 26),
        _INTERFACE,
        _INTERFACE_NAME,
        Column("Krav", "coalesce(krav, 'intet')", 13),
        Column("Klarmelding", "coalesce(klarmelding, '–')", 18),
        Column("Vurdering", in_words("kpi.klarmelding_reel", "vurdering"), 24),
        Column("Kommuner med kald", "kommuner_med_kald", 14, NUMBER, "max"),
    ),
    lambda reader: _named(
        f"""select * from kpi.klarmelding_reel where {shown()}
        and (it_system, coalesce(it_system_uuid, '')) in (
            select (it_system, coalesce(it_system_uuid, '')) from kpi.tilslutning_tragt
            where {shown()} and {reader.rows()}
        )"""
    ),
)
COMPARISON = Data(
    "Sammenligning",
    "Sammenligning",
    "Kald pr. indbygger i den viste måned mod størrelsesklassen: gennemsnittet af de fem midterste kommuner.",
    (
        _MUNICIPALITY,
        Column("Platform", in_words("kpi.kald_pr_indbygger", "platform"), 20),
        Column("Dataområde", "dataomraade", 24),
        Column("Kald pr. indbygger", "kald_pr_indbygger", 16, RATE),
        Column("Plads", "rang", 10, NUMBER),
        Column("Størrelsesklasse", "xyz_klasse", 14),
        Column("Klassens midte", "midte", 16, RATE),
        Column("Kommuner i klassen", "antal", 14, NUMBER),
    ),
    lambda reader: (
        f"""
        select kald.*, fordeling.median as midte, fordeling.kommuner as antal
        from kpi.kald_pr_indbygger as kald
        left join kpi.benchmark_fordeling as fordeling
            on fordeling.maal = 'kald_pr_indbygger' and fordeling.gruppering = 'xyz_klasse'
            and fordeling.gruppe = kald.xyz_klasse and fordeling.dato = kald.maaned
            and fordeling.platform = kald.platform and fordeling.dataomraade = kald.dataomraade
        where kald.{shown()} and {reader.rows("kald.cvr")}"""
    ),
)
DATA = (FUNNEL, POTENTIAL, CALLS, MONTHS, GAPS, DEBT, TOPICS, UNITS, READINESS, COMPARISON)
