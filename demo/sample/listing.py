"""Systems as people list them: those of the call feeds, and others that call nothing and have a name only."""

from datetime import date, timedelta
from functools import cache

from demo.sample import serviceplatformen, stoettesystemerne
from demo.sample.chance import blend
from demo.sample.names import outside_names
from demo.sample.periods import HORIZON_START, add_months
from demo.sample.reference import read_reference
from demo.sample.world import JOBCENTER, NATIONAL_SYSTEMS, SYSTEMS, Authority, World

OUTSIDE = 1_000
"""Number of the first system that calls nothing."""
OUTSIDE_ON_SKI = 21
OUTSIDE_SYSTEMS = 2_242
"""Together with the feeds' systems about as many as KITOS has; those after the first 21 are in KITOS only."""
DEMO_OUTSIDE = (*range(8), *range(OUTSIDE_ON_SKI, OUTSIDE_ON_SKI + 30))
MUNICIPALITIES = 98
DEMO_USERS = 34
"""The most municipalities that use one system at demo scale; more than make calls with it."""
NOT_IN_KITOS = (6, 7, 8)
"""KSD has one entry in KITOS; its other UUIDs are no systems of their own there."""
SAPA_DIALOGUE = "SAPA dialogintegration"
"""The one interface without a code."""


def outside_systems(world: World) -> list[int]:
    """The systems that call nothing, those on the SKI list first."""
    chosen = DEMO_OUTSIDE if world.scale == "demo" else range(OUTSIDE_SYSTEMS)
    return [OUTSIDE + number for number in chosen]


def name_of(world: World, system: int, day: date) -> str:
    """The system's name on that day."""
    if system >= OUTSIDE:
        return _outside_names()[system - OUTSIDE]
    return world.systems[system].name_in(day)


def supplier_of(world: World, system: int) -> str:
    """The name of the system's supplier; two systems outside the feeds share one."""
    return world.systems[15 + (system - OUTSIDE) // 2 % 100 if system >= OUTSIDE else system].supplier_name


@cache
def _outside_names() -> list[str]:
    return outside_names(OUTSIDE_SYSTEMS)


def municipalities_using(world: World, system: int) -> list[Authority]:
    """The municipalities that have the system in use: all that call with it, and more."""
    if system == JOBCENTER:
        return world.jobcenter_users
    if system >= OUTSIDE:
        on_ski = system < OUTSIDE + OUTSIDE_ON_SKI
        count = 6 + blend(61, system) % 20 if on_ski else 1 + blend(61, system) % 7
        return world.users_of(system % SYSTEMS, count, among=MUNICIPALITIES)
    count = MUNICIPALITIES if system in NATIONAL_SYSTEMS else 10 + 8000 // (40 + system)
    if world.scale == "demo" and system not in NATIONAL_SYSTEMS:
        count = min(count, DEMO_USERS)
    return world.users_of(system, count, among=MUNICIPALITIES)


def in_use(system: int, user: Authority) -> tuple[date, date | None]:
    """First and last day of use; most uses are old, and few have ended."""
    chance = blend(62, system, int(user.cvr))
    if system in (JOBCENTER, *NATIONAL_SYSTEMS):
        return add_months(HORIZON_START, -1 - chance % 48), None
    first = add_months(HORIZON_START, chance // 100 % 34 if chance % 100 < 15 else -1 - chance // 100 % 48)
    if chance // 5_000 % 100 >= 4:
        return first, None
    return first, add_months(first, 24 + chance // 500_000 % 36) - timedelta(days=1)


def in_kitos(system: int, user: Authority) -> bool:
    """Whether the municipality has entered the system in its KITOS; three in ten have."""
    if system in NOT_IN_KITOS:
        return False
    return system >= OUTSIDE or blend(63, system, int(user.cvr)) % 100 < 30


@cache
def interfaces_called(system: int) -> tuple[str, ...]:
    """The interfaces of all services that the system may call, the surest first."""
    if system >= OUTSIDE:
        return ()
    if system == JOBCENTER:
        called = [(serviceplatformen.PLATFORM, service) for service, _ in serviceplatformen.JOBCENTER_SERVICES]
    else:
        called = []
        if system < serviceplatformen.SYSTEMS:
            called += [(serviceplatformen.PLATFORM, s) for s in serviceplatformen.services_of(system)]
        if system in stoettesystemerne.SYSTEM_NUMBERS:
            rank = stoettesystemerne.SYSTEM_NUMBERS.index(system)
            called += [(stoettesystemerne.PLATFORM, s) for s in stoettesystemerne.services_of(rank)]
    interfaces = [_catalogue().get(service, "") for service in called]
    return tuple(dict.fromkeys(filter(None, interfaces)))


@cache
def _catalogue() -> dict[tuple[str, str], str]:
    return {(row["platform"], row["service"]): row["snitflade"] for row in read_reference("service_katalog")}
