"""SAPA: how many times the organisation units of the municipalities look up, one file per month."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from demo.sample.chance import blend, sample_uuid
from demo.sample.delivery import write_csv
from demo.sample.periods import HORIZON_START, MONTH_LOAD, add_months, growth_per_mille
from demo.sample.world import Authority, World

HEADER = ("maaned", "myndighed_cvr", "org_enhed_uuid", "org_enhed_navn", "antal_brugere", "antal_opslag")
DEMO_MUNICIPALITIES = ("Aalborg", "Aabenraa", "Fredericia", "Glostrup", "Randers", "Vejle")
UNITS = (
    "Jobcenter",
    "Ydelsescenter",
    "Børn og Familie",
    "Borgerservice",
    "Socialpsykiatri og Handicap",
    "Sundhed og Omsorg",
    "Pension og Boligstøtte",
    "Teknik og Miljø",
)
TEAMS = ("", ", team Nord", ", team Syd", ", team Øst", ", team Vest")
"""At full scale every unit has its teams beside it."""
FALLS_SILENT = ("Aalborg", "Ydelsescenter", date(2022, 10, 1))
"""A unit that has users, yet no look-ups from that month on; of the others one in seventeen goes the same way."""
NEVER_LOOKS_UP = "Teknik og Miljø"
"""This unit has users who never look up, in every municipality."""


def write(world: World, folder: Path, months: list[date]) -> int:
    """Write a file for every month; return the number of rows."""
    return sum(write_csv(folder / f"sapa_{month:%Y-%m}.csv", HEADER, _rows(world, month)) for month in months)


def _rows(world: World, month: date) -> Iterator[tuple[str | int, ...]]:
    names = [unit + team for team in (TEAMS if world.scale == "full" else TEAMS[:1]) for unit in UNITS]
    for position, authority in enumerate(world.authorities):
        kommune = authority.kommune
        if kommune is None or (world.scale == "demo" and kommune not in DEMO_MUNICIPALITIES):
            continue
        for place, name in enumerate(names):
            unit = position * 100 + place
            users = 1 + authority.weight * (20 + blend(111, unit) % 80) // 1000
            yield (f"{month:%Y-%m}", authority.cvr, sample_uuid("org_enhed", unit), name, users,
                   _lookups(authority, name, unit, users, month))  # fmt: skip


def _lookups(authority: Authority, name: str, unit: int, users: int, month: date) -> int:
    if name.startswith(NEVER_LOOKS_UP) or _is_silent(authority, name, unit, month):
        return 0
    habit = 8 + blend(112, unit) % 40
    chance = 700 + blend(113, unit, month.year * 12 + month.month) % 601
    return users * habit * chance * MONTH_LOAD[month.month - 1] // 1_000_000 * growth_per_mille(month) // 1000


def _is_silent(authority: Authority, name: str, unit: int, month: date) -> bool:
    if (authority.kommune, name) == FALLS_SILENT[:2]:
        return month >= FALLS_SILENT[2]
    chance = blend(114, unit)
    return chance % 17 == 0 and month >= add_months(HORIZON_START, 12 + chance // 17 % 24)
