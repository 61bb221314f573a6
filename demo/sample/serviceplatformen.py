"""Serviceplatformen: one file per month, calls summed per service agreement and service."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from demo.sample.chance import blend, exact_shares, sample_uuid
from demo.sample.delivery import connect, copy_to_csv
from demo.sample.periods import HORIZON_MONTHS, HORIZON_START, MONTH_LOAD, add_months, growth_per_mille, month_number
from demo.sample.services import TWO_VERSIONS, called_services, pick_service, seed_of, versions_of
from demo.sample.world import JOBCENTER, NATIONAL_SYSTEMS, Authority, World

PLATFORM = "serviceplatformen"
TOTAL_ROWS = {"full": 1_392_062, "demo": 54_000}
"""Rows of the 36 months from March 2020."""
AGREEMENTS = 18_410
SYSTEMS = 677
DEMO_AGREEMENTS = 26
"""The most agreements of one system at demo scale, but for national ones and the roll-out example."""
CALLS_PER_THOUSAND = 3960
"""Scales the calls so that the horizon has the deck's 4.4 billion."""
ALWAYS, FOREVER = -10_000, 10_000
"""Month numbers of a beginning before and an end after every horizon."""

_SILENT = "froe % 61 = 0 OR (fra > 0 AND froe % 5 < 2 AND {number} < fra + 2 + froe % 4)"
"""Lines that only say that an agreement is there: some are never called, many not in the first months."""

JOBCENTER_SERVICES = (
    ("SagDokumentIndeks", 314_000),
    ("JobcenterKontanthjaelpSagLaes", 32_000),
    ("Organisation", 13_600),
    ("Klassifikation", 700),
)
"""The roll-out example: calls per thousand inhabitants and month, about as in the deck."""
ROLLED_OUT_IN, ROLLED_OUT_SERVICE = "Fredericia", "PersonBaseDataExtendedService v4"


class Agreement(NamedTuple):
    """A service agreement of one system and one authority, valid from `first` until before `end` (month numbers)."""

    uuid: str
    system: int
    user: Authority
    first: int
    end: int


class Line(NamedTuple):
    """A service called under an agreement; `certain` lines appear every month, others when chance will."""

    line_id: int
    leverandoer_cvr: str
    leverandoer_navn: str
    it_system_uuid: str
    it_system_navn: str
    serviceaftale_uuid: str
    myndighed_cvr: str
    myndighed_navn: str
    service: str
    styrke: int
    certain: bool
    fra: int
    til: int
    froe: int


def write(world: World, folder: Path, months: list[date]) -> int:
    """Write a file for every month; return the number of rows."""
    rows = 0
    with connect() as con:
        columns = zip(*lines(world), strict=True)
        table = pa.table(dict(zip(Line._fields, map(list, columns), strict=True)))
        con.register("lines", table)
        con.execute("CREATE TABLE line AS FROM lines")
        for month in months:
            for system in world.systems:
                if system.name_in(month) != system.name:
                    con.execute("UPDATE line SET it_system_navn = ? WHERE it_system_uuid = ?",
                                [system.name_in(month), system.uuid])  # fmt: skip
            rows += _write_month(con, world, folder, month)
    return rows


@cache
def _horizon_rows(total: int) -> list[int]:
    months = [add_months(HORIZON_START, number) for number in range(HORIZON_MONTHS)]
    return exact_shares([_month_weight(month) for month in months], total)


def _month_weight(month: date) -> int:
    return growth_per_mille(month) * (3000 + MONTH_LOAD[month.month - 1])


def rows_of_month(month: date, total: int) -> int:
    """The month's number of rows, such that the horizon has exactly `total`."""
    number = month_number(month)
    if 0 <= number < HORIZON_MONTHS:
        return _horizon_rows(total)[number]
    horizon = [add_months(HORIZON_START, other) for other in range(HORIZON_MONTHS)]
    return _month_weight(month) * total // sum(map(_month_weight, horizon))


def agreements(world: World) -> Iterator[Agreement]:
    """All agreements: most of them old, some new, some silent from a month on, some replaced by another one."""
    pairs = [(system, user) for system in range(SYSTEMS) for user in _users_of(world, system)]
    replaceable = [pair for pair in pairs if pair[0] != JOBCENTER]
    by_chance = sorted(replaceable, key=lambda pair: blend(41, pair[0], int(pair[1].cvr)))
    replaced = {(system, user.cvr) for system, user in by_chance[: AGREEMENTS - len(pairs)]}
    number = 0
    for system, user in pairs:
        first, end = _window(system, user)
        change = 4 + blend(42, system, int(user.cvr)) % 30
        windows = [(first, end)]
        if (system, user.cvr) in replaced:
            windows = [(ALWAYS, change), (change, FOREVER)]
        for begin, until in windows:
            number += 1
            yield Agreement(sample_uuid("serviceaftale", number), system, user, begin, until)


def _users_of(world: World, system: int) -> list[Authority]:
    if system == JOBCENTER:
        return world.jobcenter_users
    if system in NATIONAL_SYSTEMS:
        return world.users_of(system, 108)
    return world.users_of(system, min(108, max(1, 6200 // (40 + system) - 2 + blend(43, system) % 5)))


def _window(system: int, user: Authority) -> tuple[int, int]:
    chance = blend(44, system, int(user.cvr))
    if system in (JOBCENTER, *NATIONAL_SYSTEMS):
        return ALWAYS, FOREVER
    first = ALWAYS if chance % 100 < 55 else chance // 100 % 34
    end = FOREVER if chance // 4000 % 100 < 88 else max(first, 0) + 1 + chance // 500_000 % 30
    return first, end


def lines(world: World) -> Iterator[Line]:
    """The lines of every agreement: which authority calls which service through it, and how much."""
    line_id = 0
    kept: Counter[int] = Counter()
    for agreement in agreements(world):
        if not world.includes(agreement.system):
            continue
        if world.scale == "demo" and agreement.system not in (JOBCENTER, *NATIONAL_SYSTEMS):
            if kept[agreement.system] == DEMO_AGREEMENTS:
                continue
            kept[agreement.system] += 1
        system = world.systems[agreement.system]
        for service, strength, certain, first, end in _calls_under(agreement):
            line_id += 1
            seed = blend(45, agreement.system, int(agreement.user.cvr), seed_of(service))
            yield Line(line_id, system.supplier_cvr, system.supplier_name, system.uuid, system.name, agreement.uuid,
                       agreement.user.cvr, agreement.user.name, service, strength, certain, first, end,
                       seed >> 1)  # fmt: skip


def _calls_under(agreement: Agreement) -> Iterator[tuple[str, int, bool, int, int]]:
    """Service with version, calls per month, whether certain, first and end month of an agreement's lines."""
    population = agreement.user.weight**2
    if agreement.system == JOBCENTER:
        for service, per_thousand in JOBCENTER_SERVICES:
            yield versions_of(service)[-1], population * per_thousand // 1_000_000, True, ALWAYS, FOREVER
        if agreement.user.kommune == ROLLED_OUT_IN:
            yield ROLLED_OUT_SERVICE, 600, True, ALWAYS, FOREVER
        return
    for place, service in enumerate(services_of(agreement.system)):
        chance = blend(46, agreement.system, int(agreement.user.cvr), place)
        if place and chance % 100 >= 85:
            continue
        popularity = 1 + 20 // (1 + called_services(PLATFORM).index(service))
        calls = population * popularity * (1 << chance // 100 % 10) // (400 * (8 + agreement.system))
        strength = 1 + calls * CALLS_PER_THOUSAND // 1000
        for version, first, end in _versions(agreement, service):
            if max(first, agreement.first) < min(end, agreement.end):
                yield version, strength, place == 0, max(first, agreement.first), min(end, agreement.end)


def services_of(system: int) -> list[str]:
    """Services without version that a system calls, the first one for every authority; not for Jobcentersystemet."""
    services = called_services(PLATFORM)
    own = [services[(system - 300) % len(services)]] if system >= 300 else []
    if system in range(11, 16):
        own = [list(TWO_VERSIONS)[system % 3], services[-1 - system % 3]]
    picked = [pick_service(PLATFORM, system, choice) for choice in range(2 + blend(47, system) % 4)]
    return list(dict.fromkeys(own + picked))


def _versions(agreement: Agreement, service: str) -> Iterator[tuple[str, int, int]]:
    """Users of an old version move to the new one in a month of their own, with two months side by side."""
    versions = versions_of(service)
    if len(versions) == 1:
        yield versions[0], ALWAYS, FOREVER
        return
    move = blend(48, agreement.system, int(agreement.user.cvr)) % 56 - 10
    yield versions[0], ALWAYS, max(move + 2, 0)
    yield versions[1], move, FOREVER


def _write_month(con: duckdb.DuckDBPyConnection, world: World, folder: Path, month: date) -> int:
    number = month_number(month)
    load = growth_per_mille(month) * MONTH_LOAD[month.month - 1] // 1000
    query = f"""
        WITH cells AS (
            SELECT line_id, certain, styrke * {load} // 1000 AS expected,
                   (froe + {(number + 10_000) * 7919}) & 2147483647 AS x
            FROM line WHERE fra <= {number} AND til > {number}
        ),
        mixed AS (SELECT * REPLACE (blend_step(blend_step(x, 15, 739982445), 12, 695872825) AS x) FROM cells),
        likeliest AS (
            SELECT *, blend_step(x, 13, 1103515245) AS y FROM mixed
            ORDER BY certain DESC, ((expected + 1) << 31) // (1 + xor(x, x >> 15)) DESC, line_id
            LIMIT {rows_of_month(month, TOTAL_ROWS[world.scale])}
        )
        SELECT '{month:%Y-%m}' AS maaned, leverandoer_cvr, leverandoer_navn, it_system_uuid, it_system_navn,
               serviceaftale_uuid, myndighed_cvr, myndighed_navn, service,
               CASE WHEN NOT likeliest.certain AND ({_SILENT.format(number=number)}) THEN 0
                    ELSE greatest(1, expected * (850 + (y >> 8) % 301) // 1000) END AS antal_kald
        FROM likeliest JOIN line USING (line_id)
        ORDER BY line_id
    """
    return copy_to_csv(con, query, folder / f"serviceplatformen_{month:%Y-%m}.csv")
