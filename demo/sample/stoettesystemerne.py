"""Støttesystemerne: one file per local day, calls summed per hour."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa

from demo.sample.chance import blend, exact_shares
from demo.sample.delivery import connect, copy_to_csv
from demo.sample.periods import (
    HORIZON_MONTHS,
    HORIZON_START,
    MONTH_LOAD,
    add_months,
    days_of,
    growth_per_mille,
    hours_of,
    is_working_day,
)
from demo.sample.services import called_services, pick_service, seed_of, stoettesystem_of
from demo.sample.world import NATIONAL_SYSTEMS, Authority, ItSystem, World

PLATFORM = "stoettesystemerne"
TOTAL_ROWS = {"full": 46_800_886, "demo": 2_200_000}
"""Rows of the 36 months from March 2020."""
SYSTEM_NUMBERS = (*range(1, 151), *range(677, 758))
DEMO_SYSTEM_NUMBERS = frozenset(range(1, 18))
DEMO_AUTHORITIES = 12
"""The most authorities of one system at demo scale, but for KMD Nexus."""
CALLS_PER_THOUSAND = 892
"""Scales every row's calls so that the horizon has the deck's 2.2 billion."""
FAR_PAST, FAR_FUTURE = date(2000, 1, 1), date(2100, 1, 1)

OFFICE, NIGHTLY, STEADY = 0, 1, 2
OFFICE_HOURS = (5, 3, 3, 3, 5, 20, 120, 450, 850, 1000, 980, 900, 760, 820, 780, 620, 330, 150, 90, 70, 60, 40, 25, 12)
NIGHTLY_HOURS = (600, 1000, 1000, 1000, 900, 300, *[30] * 15, 200, 500, 600)

OUTAGES = (
    ("DokumentIndeks Importer", date(2022, 3, 15), range(9, 12)),
    ("OrganisationEnhed Læs", date(2023, 1, 17), range(10, 13)),
)
"""Working hours in which a service answered nobody."""
FALLS_SILENT = ("Randers", date(2022, 12, 5))
LEAPS = ("Vejle", date(2023, 1, 16), 8)
"""One municipality's KMD Nexus stops calling, another's calls eightfold from a day on."""

Relation = tuple[int, str, str, str, str, str, str, int, int, date, date, int]
_COLUMNS = ("relation_id", "myndighed_cvr", "myndighed_navn", "it_system_uuid", "it_system_navn", "stoettesystem",
            "service", "styrke", "profil", "fra", "til", "froe")  # fmt: skip


def write(world: World, folder: Path, months: list[date]) -> int:
    """Write a file for every day of the months; return the number of rows."""
    rows = 0
    with connect() as con:
        table = pa.table(dict(zip(_COLUMNS, map(list, zip(*relations(world), strict=True)), strict=True)))
        con.register("relations", table)
        con.execute("CREATE TABLE relation AS FROM relations")
        names = {system.uuid: system for system in world.systems}
        for month in months:
            _rename(con, names, month)
            for day in days_of(month):
                rows += _write_day(con, world, folder, day)
    return rows


def day_weight(day: date) -> int:
    """How many rows a day has, relative to other days."""
    load = 1000 if is_working_day(day) else 520
    christmas = 600 if day.month == 12 and day.day >= 23 else 1000
    return growth_per_mille(day) * load * MONTH_LOAD[day.month - 1] * christmas * len(hours_of(day)) // 24_000_000


@cache
def _horizon_rows(total: int) -> dict[date, int]:
    days = [day for number in range(HORIZON_MONTHS) for day in days_of(add_months(HORIZON_START, number))]
    return dict(zip(days, exact_shares([day_weight(day) for day in days], total), strict=True))


def rows_of_day(day: date, total: int) -> int:
    """The day's number of rows, such that the horizon has exactly `total`."""
    horizon = _horizon_rows(total)
    if day in horizon:
        return horizon[day]
    return day_weight(day) * total // sum(day_weight(other) for other in horizon)


def relations(world: World) -> Iterator[Relation]:
    """Which system calls which service for which authority, how often, when in the day and from when to when."""
    demo = world.scale == "demo"
    stoettesystem = stoettesystem_of()
    relation_id = 0
    for rank, number in enumerate(SYSTEM_NUMBERS):
        if not world.includes(number) or (demo and number not in DEMO_SYSTEM_NUMBERS):
            continue
        system = world.systems[number]
        services = services_of(rank)
        for user_rank, user in enumerate(_users_of(world, system, rank)):
            chosen = [s for i, s in enumerate(services) if i == 0 or blend(31, rank, i, int(user.cvr)) % 10 < 8]
            for service in chosen[: (1 if number == 1 else 2) if demo else None]:
                seed = blend(32, number, int(user.cvr), seed_of(service))
                first, end = _window(seed, always=user_rank == 0 or number in NATIONAL_SYSTEMS)
                strength = _strength(rank, user, service, seed)
                for begin, until, times in _planned_breaks(system, user, first, end):
                    relation_id += 1
                    yield (relation_id, user.cvr, user.name, system.uuid, system.name, stoettesystem[service],
                           service, strength * times, _profile(seed), begin, until, seed >> 1)  # fmt: skip


def _users_of(world: World, system: ItSystem, rank: int) -> list[Authority]:
    count = 108 if system.number in NATIONAL_SYSTEMS else max(1, 760 // (8 + rank))
    if world.scale == "demo" and system.number != NATIONAL_SYSTEMS[0]:
        count = min(count, DEMO_AUTHORITIES)
    return world.users_of(system.number, count)


def services_of(rank: int) -> list[str]:
    """Services that the system in this place of `SYSTEM_NUMBERS` calls, the first one for every authority."""
    services = called_services(PLATFORM)
    own = [services[rank % len(services)]] if rank >= 20 else []
    picked = [pick_service(PLATFORM, 1000 + rank, choice) for choice in range(3 + blend(33, rank) % 6)]
    return list(dict.fromkeys(own + picked))


def _window(seed: int, *, always: bool) -> tuple[date, date]:
    """Six in ten relations are old, the rest begin within the horizon; one in twelve ends again."""
    chance = blend(34, seed)
    first = FAR_PAST
    if not always and chance % 10 >= 6:
        first = HORIZON_START + timedelta(days=chance // 10 % 1060)
    end = FAR_FUTURE
    if not always and chance // 16_000 % 12 == 0:
        end = max(first, HORIZON_START) + timedelta(days=30 + chance // 200_000 % 900)
    return first, end


def _planned_breaks(system: ItSystem, user: Authority, first: date, end: date) -> Iterator[tuple[date, date, int]]:
    if system.number == 1 and user.kommune == FALLS_SILENT[0]:
        yield FAR_PAST, FALLS_SILENT[1], 1
    elif system.number == 1 and user.kommune == LEAPS[0]:
        yield FAR_PAST, LEAPS[1], 1
        yield LEAPS[1], FAR_FUTURE, LEAPS[2]
    else:
        yield first, end, 1


def _strength(rank: int, user: Authority, service: str, seed: int) -> int:
    """Thousandths of calls expected in a busy hour: size of the system, of the authority, and chance."""
    popularity = 1 + 12 // (1 + called_services(PLATFORM).index(service))
    chance = 1 << (blend(35, seed) % 9)
    return 1 + user.weight**2 * popularity * chance // (16 * (6 + rank))


def _profile(seed: int) -> int:
    return (OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, NIGHTLY, NIGHTLY, STEADY)[blend(36, seed) % 10]


def _rename(con: duckdb.DuckDBPyConnection, systems: dict[str, ItSystem], month: date) -> None:
    for uuid, system in systems.items():
        if system.name_in(month) != system.name_in(FAR_PAST):
            con.execute(
                "UPDATE relation SET it_system_navn = ? WHERE it_system_uuid = ?", [system.name_in(month), uuid]
            )


def hour_rows(day: date) -> list[tuple[int, str, int, int]]:
    """Slot, time stamp, profile and load per mille of every hour of the day."""
    working, growth = is_working_day(day), growth_per_mille(day)
    rows = []
    for slot, hour in enumerate(hours_of(day)):
        loads = (
            OFFICE_HOURS[hour.hour] if working else 30 + OFFICE_HOURS[hour.hour] // 20,
            NIGHTLY_HOURS[hour.hour] * (10 if working else 6) // 10,
            700 if working else 600,
        )
        for profile, load in enumerate(loads):
            rows.append((slot, hour.isoformat(), profile, load * growth * MONTH_LOAD[day.month - 1] // 1_000_000))
    return rows


def _write_day(con: duckdb.DuckDBPyConnection, world: World, folder: Path, day: date) -> int:
    """The likeliest hours of every relation, as many as the day has rows: presence grows with expected calls."""
    hours = ", ".join(f"({slot}, '{text}', {profile}, {load})" for slot, text, profile, load in hour_rows(day))
    down = " ".join(
        f"AND NOT (service = '{service}' AND slot BETWEEN {hour.start} AND {hour.stop - 1})"
        for service, when, hour in OUTAGES
        if when == day
    )
    query = f"""
        WITH hours(slot, tidspunkt, profil, load) AS (VALUES {hours}),
        cells AS (
            SELECT relation_id, slot, tidspunkt, styrke * load // 1000 AS expected,
                   (froe + {day.toordinal() * 7919} + slot * 104729) & 2147483647 AS x
            FROM relation JOIN hours USING (profil)
            WHERE fra <= DATE '{day}' AND til > DATE '{day}' {down}
        ),
        mixed AS (SELECT * REPLACE (blend_step(blend_step(x, 15, 739982445), 12, 695872825) AS x) FROM cells),
        likeliest AS (
            SELECT *, blend_step(x, 13, 1103515245) AS y FROM mixed
            ORDER BY ((expected + 1) << 31) // (1 + xor(x, x >> 15)) DESC, relation_id, slot
            LIMIT {rows_of_day(day, TOTAL_ROWS[world.scale])}
        )
        SELECT tidspunkt, myndighed_cvr, myndighed_navn, it_system_uuid, it_system_navn, stoettesystem, service,
               greatest(1, expected * (600 + (y >> 8) % 801) // 1000 * {CALLS_PER_THOUSAND} // 1000000) AS antal_kald
        FROM likeliest JOIN relation USING (relation_id)
        ORDER BY slot, relation_id
    """
    return copy_to_csv(con, query, folder / f"stoettesystemerne_{day}.csv")
