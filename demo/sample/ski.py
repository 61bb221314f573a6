"""The SKI list: the systems that have committed themselves, and the interfaces they must or may use.

Jobcentersystemet has the fifteen mandatory interfaces of the deck's Tilslutningsrapport. Of the others most must
use what they call anyway, and one or two interfaces that they never call; systems outside the feeds call nothing.
One system in ten is listed without its UUID, some of them spelled in their own way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from demo.sample.chance import blend
from demo.sample.listing import (
    OUTSIDE,
    OUTSIDE_ON_SKI,
    SAPA_DIALOGUE,
    interfaces_called,
    name_of,
    outside_systems,
    supplier_of,
)
from demo.sample.periods import status_dates
from demo.sample.world import JOBCENTER, World
from demo.sample.xlsx import Sheet, write_workbook

SYSTEMS = (*range(24), *range(24, 677, 4), *range(677, 758, 4))
"""The 209 systems of the feeds that are on the list."""
JOBCENTER_INTERFACES = (
    SAPA_DIALOGUE, "SF1470", "SF1490", "SF1500", "SF1510", "SF1511", "SF1514", "SF1515", "SF1690", "SF1780", "SF2090",
    "SF2093", "SF2095", "SF2096", "SF2900",
)  # fmt: skip
"""The mandatory interfaces of the deck's Tilslutningsrapport."""
ONBOARDED = (
    "SF1460_A", "SF1460_B", "SF1460_C", "SF1460_D", "SF1470", "SF1490", "SF1500", "SF1510", "SF1511", "SF1512",
    "SF1514", "SF1515", "SF1520", "SF1590_A", "SF1590_B", "SF1590_D", "SF1590_E", "SF1630",
)  # fmt: skip
"""The interfaces of the deck's onboarding matrix."""
PROMISED = {2: "SF2900", 22: "SF1490"}
"""Mandatory for KMD Momentum and for Jobkompas, which never call it."""
HEADER = ("leverandoer_navn", "it_system_navn", "it_system_uuid", "ydelsesomraade", "use_case", "snitflade", "krav")

AREAS = {
    "Y05 Samfundsstruktur": ("Borgerbetjening og folkeregister", "Afvikling af valg og folkeafstemninger"),
    "Y10 Uddannelse og undervisning": ("Administration af folkeskolen", "Vejledning af unge"),
    "Y14 Arbejdsmarked": ("Sagsbehandling i jobcentret", "Udbetaling af sygedagpenge og kontanthjælp"),
    "Y20 Sundhed": ("Genoptræning efter udskrivning", "Kommunal tandpleje"),
    "Y24 Institutionstilbud": ("Pladsanvisning og takster", "Drift af dagtilbud"),
    "Y26 Social og omsorg": ("Omsorgsjournal i hjemmeplejen", "Visitation af støtte til borgere"),
    "Y37 Miljø": ("Tilsyn med virksomheder", "Affaldsordninger"),
    "Y38 Natur og klima": ("Naturpleje og fredninger", "Klimatilpasning"),
    "Y52 Fysisk planlægning og geodata": ("Lokalplaner og høringer", "Vejforvaltning"),
    "Y54 Ejendomme og byggeri": ("Behandling af byggesager", "Drift af kommunale ejendomme"),
    "Y56 Energi- og vandforsyning": ("Afregning af forbrug", "Måling af vandforbrug"),
    "Y60 Personale [løn]": ("Løn og fravær", "Vagtplanlægning"),
    "Y65 Kommunikation og dokumentation [ESDH]": ("Journalisering og aktindsigt", "Afsendelse af post"),
    "Y67 Økonomi": ("Bogføring og budget", "Opkrævning af debitorer"),
}
"""The fourteen ydelsesområder of SKI 02.19, and what a system may be for in each."""
_AREA_OF = {
    "Jobcentersystemet": "Y14", "KMD Nexus": "Y26", "KMD Momentum": "Y14", "KMD SAG": "Y65", "KY": "Y14", "KSD": "Y14",
    "KP - Prod": "Y26", "STSOrgSync": "Y65", "FBS Cicero": "Y10", "Dafolo": "Y65", "Vandforbrugsregister": "Y56",
    "Sagsbro": "Y65", "Borger": "Y05", "Valg": "Y05", "Byråds": "Y05", "Skole": "Y10", "Ungdoms": "Y10",
    "Biblioteks": "Y10", "Job": "Y14", "Integrations": "Y14", "Ydelses": "Y14", "Sundheds": "Y20", "Tandpleje": "Y20",
    "Genoptrænings": "Y20", "Dagtilbuds": "Y24", "Fritids": "Y24", "Kultur": "Y24", "Omsorgs": "Y26", "Familie": "Y26",
    "Handicap": "Y26", "Visitations": "Y26", "Hjælpemiddel": "Y26", "Pensions": "Y26", "Miljø": "Y37", "Affalds": "Y37",
    "Natur": "Y38", "Plan": "Y52", "Vej": "Y52", "Kørsels": "Y52", "Bygge": "Y54", "Bolig": "Y54", "Ejendoms": "Y54",
    "Energi": "Y56", "Vand": "Y56", "Løn": "Y60", "Økonomi": "Y67", "Debitor": "Y67",
}  # fmt: skip
"""The ydelsesområde by how a system's name begins; the others are for documentation."""


@dataclass(frozen=True)
class SkiSystem:
    """A system on the SKI list; `place` is its place on the list."""

    place: int
    number: int
    obligatoriske: tuple[str, ...]
    supplerende: tuple[str, ...]


def write(world: World, folder: Path, months: list[date]) -> int:
    """Write a workbook for every status date; return the number of rows."""
    return sum(_write_list(world, folder, day) for day in status_dates(months))


def ski_systems(world: World) -> list[SkiSystem]:
    """All systems on the list: those of the feeds first, then those outside."""
    outside = set(outside_systems(world))
    numbers = [*SYSTEMS, *range(OUTSIDE, OUTSIDE + OUTSIDE_ON_SKI)]
    present = [(p, n) for p, n in enumerate(numbers) if (n in outside if n >= OUTSIDE else world.includes(n))]
    return [SkiSystem(place, number, *_interfaces(number)) for place, number in present]


def _interfaces(system: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The mandatory and the supplementary interfaces."""
    if system == JOBCENTER:
        return JOBCENTER_INTERFACES, ("SF1460_A", "SF1630")
    every = interfaces_called(system)
    called = [*every[:1], *sorted(every[1:], key=lambda snitflade: snitflade not in ONBOARDED)]
    never = sorted((s for s in ONBOARDED if s not in called), key=lambda s: blend(71, system, *s.encode()))
    chance = blend(72, system)
    kept = 3 + chance % 2
    more = 5 if system >= OUTSIDE else 1 + chance // 8 % 2
    promised = [PROMISED[system]] if system in PROMISED else []
    mandatory = list(dict.fromkeys([*called[:kept], *promised, *never[:more]]))
    rest = [s for s in (*called[kept:], *never[more:]) if s not in mandatory]
    return tuple(mandatory), tuple(rest[: chance // 64 % 4])


def area_of(name: str) -> str:
    """The ydelsesområde of a system with this name."""
    code = next((code for start, code in _AREA_OF.items() if name.startswith(start)), "Y65")
    return next(area for area in AREAS if area.startswith(code))


def _write_list(world: World, folder: Path, day: date) -> int:
    rows = [HEADER, *(row for system in ski_systems(world) for row in _rows(world, system, day))]
    return write_workbook(folder / f"ski_{day}.xlsx", Sheet("SKI 02.19", rows)) - 1


def _rows(world: World, system: SkiSystem, day: date) -> Iterator[tuple[str, ...]]:
    name = name_of(world, system.number, day)
    area = area_of(name)
    use_case = AREAS[area][blend(73, system.number) % len(AREAS[area])]
    by_name = system.number >= OUTSIDE or system.place % 10 == 3
    uuid = "" if by_name else world.systems[system.number].uuid
    start = (supplier_of(world, system.number), _spelled(system.place, name), uuid, area, use_case)
    for snitflade in system.obligatoriske:
        yield *start, snitflade, "obligatorisk"
    for snitflade in system.supplerende:
        yield *start, snitflade, "supplerende"


def _spelled(place: int, name: str) -> str:
    """The name as somebody typed it: now and then in lower case or with too many blanks."""
    if place % 20 == 3:
        return name.lower()
    if place % 40 == 13:
        return f"{name.replace(' ', '  ')} "
    return name
