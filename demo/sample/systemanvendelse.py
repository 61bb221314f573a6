"""Systems in use: which municipality uses which system, as SKI, Administrationsmodulet (ADM) and KITOS report it.

More municipalities use a system than call with it, which is the potential of roll-out. Jobcentersystemet is in use
in the deck's 41 municipalities. What KITOS reports comes without the UUID.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from demo.sample.chance import blend
from demo.sample.delivery import write_csv
from demo.sample.listing import OUTSIDE, in_kitos, in_use, municipalities_using, name_of
from demo.sample.periods import status_dates
from demo.sample.ski import ski_systems
from demo.sample.world import JOBCENTER, Authority, World

HEADER = ("myndighed_cvr", "it_system_navn", "it_system_uuid", "kilde", "i_brug_fra", "i_brug_til")
NOTICE = timedelta(days=90)
"""How long beforehand the end of a use is known."""


def write(world: World, folder: Path, months: list[date]) -> int:
    """Write a file for every status date; return the number of rows."""
    days = status_dates(months)
    return sum(write_csv(folder / f"systemanvendelse_{day}.csv", HEADER, _rows(world, day)) for day in days)


def _rows(world: World, day: date) -> Iterator[tuple[str, ...]]:
    on_ski = {system.number for system in ski_systems(world)}
    feeds = {system.number for system in world.systems if world.includes(system.number)}
    for system in sorted(on_ski | feeds):
        name = name_of(world, system, day)
        uuid = "" if system >= OUTSIDE else world.systems[system].uuid
        for user in municipalities_using(world, system):
            first, last = in_use(system, user)
            if first > day:
                continue
            begin = "" if blend(91, system, int(user.cvr)) % 100 < 15 else str(first)
            end = str(last) if last and last <= day + NOTICE else ""
            for kilde in _reporters(system, user, on_ski=system in on_ski):
                yield user.cvr, name, "" if kilde == "KITOS" else uuid, kilde, begin, end


def _reporters(system: int, user: Authority, *, on_ski: bool) -> Iterator[str]:
    """Who reports the use; now and then nobody does."""
    chance = blend(92, system, int(user.cvr))
    if on_ski and (chance % 100 < 80 or system == JOBCENTER):
        yield "SKI"
    if system < OUTSIDE and chance // 100 % 100 < 50:
        yield "ADM"
    if in_kitos(system, user):
        yield "KITOS"
