"""The onboarding programme's sheet: which system has declared itself ready for which interface.

The workbook is one that people keep: three rows above the header, headers that name an interface in several ways,
suppliers merged over their systems, stray blanks, every wording that the programme uses, blank rows at the end, a sheet
of reasons and a sheet of notes.
Jobcentersystemet has the statuses of the deck's Tilslutningsrapport, and eleven systems have the rows of its
anonymous matrix; those stay as they are, the others become ready one by one, and now and then one steps back.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from pathlib import Path

from demo.sample.chance import blend
from demo.sample.listing import OUTSIDE, SAPA_DIALOGUE, interfaces_called, name_of, supplier_of
from demo.sample.periods import month_number, status_dates
from demo.sample.reference import read_reference
from demo.sample.ski import JOBCENTER_INTERFACES, ONBOARDED, SkiSystem, ski_systems
from demo.sample.world import JOBCENTER, World
from demo.sample.xlsx import Sheet, write_workbook

INTERFACES = (*ONBOARDED, *(s for s in JOBCENTER_INTERFACES if s not in (*ONBOARDED, SAPA_DIALOGUE)), SAPA_DIALOGUE)
"""The columns of the sheet."""
LAST_PLACE_ON_SKI = 100
"""The SKI list's first systems are in the programme, but not the later ones of the feeds."""
OUTSIDE_IN_PROGRAMME = 6
NOT_ON_SKI = range(25, 80, 4)
"""Systems in the programme that are not on the SKI list; at full scale only."""
HEADER_ROW = 4
REASON_HEADER = ("IT-system", "Snitflade", "Årsag")

KLARMELDT_UDEN_KALD = ((2, "SF2900", date(2022, 1, 1)), (22, "SF1490", date(2022, 9, 1)))
"""KMD Momentum and Jobkompas are declared ready from that day on, and never call the interface."""
KALD_UDEN_KLARMELDING = ((4, "SF1500", "Nej"), (23, "SF1520", ""))
"""KY and Ydelseskompas call the interface every month, but it is marked so."""
WITHDRAWN = (21, "SF1470", date(2022, 10, 1))
"""Familiekompas, declared ready for what it calls, is marked `Nej` from that day on."""

JOBCENTER_STATUSES = dict.fromkeys(JOBCENTER_INTERFACES, "Ja") | {
    SAPA_DIALOGUE: "Delvis",
    "SF1470": "Delvis",
    "SF1510": "Delvis",
    "SF2900": "Nej",
}
"""The deck's Tilslutningsrapport: 11 of 15 ready, 3 partly."""
MATRIX_SYSTEMS = (9, 10, 11, 12, 13, 15, 16, 17, 18, 19, 20)
REASONS = (
    "Leverandøren er ikke enig", "Leverandøren har fortrudt selvangivelsen", "Produktet er gået ud af markedet",
    "Produktet har endnu ikke solgt", "Kommunen efterspørger det ikke", "Der kan ikke skaffes en pilot",
    "Teknisk viser integrationen sig at være urentabel", "ikke solgt endnu", "ingen pilot",
)  # fmt: skip
REGRETTED = REASONS[1]
WORDINGS = {
    "Klarmeldt": ("🟢 1. Ja", "1. Ja"),
    "Delvis": ("🚧 5. Delvis", "Delvist klarmeldt", "5. Delvis"),
    "Nej": ("🔴 2. Nej", "Ikke klarmeldt", "2. Nej"),
    "Irrelevant": ("Markeret som irrelevante", "Markeret som irrelevant"),
    "Forløb 3": ("Tilmeldt onboardingsforløb, SKI-leverandører", "Tilmeldt onboardingsforløb", "Tilmeldt"),
    "": ("Manglende info om klarmeldingsstatus", "Manglende info"),
}
"""How else people write a status; now and then they do."""
_K, _E, _I, _N, _D, _3 = "Klarmeldt", "Ensidig", "Irrelevant", "Nej", "Delvis", "Forløb 3"
MATRIX = (
    ("", "", "", "", _D, _3, _K, _K, _K, _I, _K, _K, _K, "", "", "", "", ""),
    (_I, "", _I, "", "", "", "", "", "", _I, _I, "", "", "", "", "", "", ""),
    (_K, _K, _K, _K, "", "", _E, _I, _E, _I, _K, _E, "", _K, _K, _K, _K, _I),
    (_K, _K, _K, _K, "", "", _E, _K, _E, _I, _K, _E, "", _K, _K, _K, _K, _I),
    ("", "", "", "", "", "", "", _K, "", "", "", "", "", _K, _K, _K, _K, ""),
    ("", "", "", "", "", "", "", _K, "", "", "", "", "", _K, _K, _K, _K, ""),
    ("", "", "", "", "", "", "", _K, "", "", "", "", "", _K, _K, _K, _K, ""),
    (_K, _K, _K, _K, "Delvist", "", _E, _K, _E, _N, _K, _E, _E, _K, _K, _K, _K, _N),
    (_N, _N, _N, _N, _K, "", _K, _K, _K, _N, _K, _K, _K, "", _K, "", "", _N),
    (_K, _N, _N, "", _K, "", _K, _K, _K, _I, _K, _K, _I, "", _K, "", "", _I),
    (_K, _K, _I, _K, _K, _K, _K, _K, _K, "", _K, _K, _K, _3, _3, _3, _3, _I),
)
"""The deck's matrix, a row for each of `MATRIX_SYSTEMS` and a column for each of `ONBOARDED`."""
NOTES = (
    ("Noter til arket",),
    (),
    ("Klarmeldt eller Ja", "Leverandøren har bekræftet, at snitfladen er taget i brug i drift"),
    ("Delvis", "Kun en del af snitfladens operationer er taget i brug"),
    ("Administrativt fjernet", "Kravet er taget af listen efter aftale med SKI"),
    ("Ensidig", "Kun den ene part er klar"),
    ("Forløb 3", "Er planlagt til programmets tredje forløb"),
    (),
    ("Arket føres i hånden. Ring til onboardingprogrammet, hvis et system mangler.",),
)


def write(world: World, folder: Path, months: list[date]) -> int:
    """Write a workbook for every status date; return the number of systems in them."""
    systems = sorted(_programme(world), key=lambda system: (supplier_of(world, system.number), system.number))
    return sum(_write_sheet(world, folder, systems, day) for day in status_dates(months))


def _programme(world: World) -> Iterator[SkiSystem]:
    for system in ski_systems(world):
        if system.place <= LAST_PLACE_ON_SKI or OUTSIDE <= system.number < OUTSIDE + OUTSIDE_IN_PROGRAMME:
            yield system
    for number in NOT_ON_SKI:
        if world.includes(number):
            yield SkiSystem(-1, number, (), ())


def status(system: SkiSystem, snitflade: str, day: date) -> str:
    """What the sheet says about a system and an interface on that day."""
    told = _told(system.number, snitflade, day)
    if told is not None:
        return told
    chance = blend(81, system.number, *snitflade.encode())
    called = snitflade in interfaces_called(system.number)
    if not called and snitflade not in (*system.obligatoriske, *system.supplerende):
        return (_I, _N, "", "", "", "", "", "", "", "")[chance % 10]
    match chance % 25:
        case 0:
            return _I
        case 1:
            return _N
        case 2 if snitflade not in system.obligatoriske and chance // 90_000 % 2 == 0:
            return "Administrativt fjernet"
    to_go = (4 if called else 12) + chance // 32 % 36 - month_number(day)
    if to_go > 12:
        return _N if chance // 4_000 % 3 == 0 else ""
    if to_go > 6:
        return "Forløb 2" if system.number % 6 == 0 else _3
    if to_go > 0:
        return "Delvist" if system.number % 3 == 0 else _D
    if chance // 4_000 % 12 == 0:
        return _E
    if steps_back(system.number, snitflade, day):
        return _N
    return "Ja" if system.number % 5 == 2 else _K


def steps_back(system: int, snitflade: str, day: date) -> bool:
    """Whether a declaration is withdrawn that quarter; the next it stands again."""
    chance = blend(103, system, *snitflade.encode())
    return chance % 14 == 0 and day.month == 3 * (1 + chance // 14 % 4)


def reason(system: int, snitflade: str, day: date) -> str | None:
    """Why an interface is declined or irrelevant, where the supplier has said it."""
    chance = blend(84, system, *snitflade.encode())
    if (system, snitflade) == WITHDRAWN[:2] or steps_back(system, snitflade, day):
        return REGRETTED
    return REASONS[chance // 8 % len(REASONS)] if chance % 8 < 6 else None


def _told(system: int, snitflade: str, day: date) -> str | None:
    """The status of a planted story or of the deck, if it is one."""
    if system == JOBCENTER:
        return JOBCENTER_STATUSES.get(snitflade, "")
    if system in MATRIX_SYSTEMS:
        row = dict(zip(ONBOARDED, MATRIX[MATRIX_SYSTEMS.index(system)], strict=True))
        return row.get(snitflade, "")
    for number, interface, since in KLARMELDT_UDEN_KALD:
        if (system, snitflade) == (number, interface):
            return _K if day >= since else _3
    for number, interface, text in KALD_UDEN_KLARMELDING:
        if (system, snitflade) == (number, interface):
            return text
    if (system, snitflade) == WITHDRAWN[:2]:
        return _N if day >= WITHDRAWN[2] else _K
    return None


def _write_sheet(world: World, folder: Path, systems: list[SkiSystem], day: date) -> int:
    width = 3 + len(INTERFACES)
    rows: list[tuple[str | None, ...]] = [
        ("KDI onboarding – klarmelding af snitflader", *[None] * (width - 1)),
        (f"Status pr. {day.day}.{day.month}.{day.year}",),
        (),
        ("leverandoer_navn", "it_system_navn", "it_system_uuid", *_headers()),
    ]
    merged = [f"A1:{_column(width)}1"]
    for supplier, group in groupby(systems, key=lambda system: supplier_of(world, system.number)):
        first = len(rows) + 1
        for place, system in enumerate(group):
            rows.append((supplier if place == 0 else None, *_cells(world, system, day)))
        if len(rows) > first:
            merged.append(f"A{first}:A{len(rows)}")
    rows += [(None,) * width, (None, " "), (None,) * width]
    reasons = Sheet("Årsager", [REASON_HEADER, *_reasons(world, systems, day)])
    write_workbook(folder / f"onboarding_{day}.xlsx", Sheet("Status", rows, merged), reasons, Sheet("Noter", NOTES))
    return len(systems)


def _reasons(world: World, systems: list[SkiSystem], day: date) -> Iterator[tuple[str, str, str]]:
    """A row for every status that a reason can be given for, and is; none for systems that share a name."""
    times = Counter(name_of(world, system.number, day) for system in systems)
    for system in systems:
        name = name_of(world, system.number, day)
        for snitflade in INTERFACES if times[name] == 1 else ():
            if status(system, snitflade, day) in (_N, _I):
                why = reason(system.number, snitflade, day)
                if why:
                    yield name, snitflade, why


def _worded(system: int, snitflade: str, text: str) -> str:
    """A status as somebody else writes it."""
    chance = blend(85, system, *snitflade.encode())
    others = WORDINGS.get(text, ())
    often = 40 if not text else 8
    return others[chance // often % len(others)] if others and chance % often == 0 else text


def _cells(world: World, system: SkiSystem, day: date) -> Iterator[str | None]:
    """The name, the UUID if somebody has looked it up, and the statuses; some with a blank too many."""
    number = system.number
    exact = number in (JOBCENTER, *MATRIX_SYSTEMS)
    yield name_of(world, number, day) + (" " if number % 4 == 2 else "")
    yield None if number >= OUTSIDE or number % 7 == 3 else world.systems[number].uuid
    for snitflade in INTERFACES:
        text = status(system, snitflade, day)
        if not exact and _told(number, snitflade, day) is None:
            text = _worded(number, snitflade, text)
        stray = not exact and blend(82, number, *snitflade.encode()) % 20 == 0
        yield f"{text} " if text and stray else text or None


def _headers() -> Iterator[str]:
    """The code alone, or with the interface's name in one of two ways."""
    names = {row["snitflade"]: row["navn"] for row in read_reference("snitflader")}
    for place, code in enumerate(INTERFACES):
        if code not in names or place % 5 not in (1, 4):
            yield code
        else:
            yield f"SF {code[2:]} {'–' if place % 5 == 1 else '-'} {names[code]}"


def _column(number: int) -> str:
    """The letters of a column, counted from 1."""
    letters = ""
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters
