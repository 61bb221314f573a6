"""KLE cases in the indexes: a manual extract, one workbook per extract date."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa

from demo.sample.chance import blend
from demo.sample.delivery import connect
from demo.sample.periods import growth_per_mille, last_day, quarter_ends
from demo.sample.reference import read_reference
from demo.sample.world import World
from demo.sample.xlsx import Sheet, write_workbook

ROWS = {"full": 311_353, "demo": 4_000}
SYSTEMS = range(1, 127)
AUTHORITIES = 105
MASKED = "<5"
CASES_PER_THOUSAND = 158
"""Scales every row's cases so that a full extract has the deck's 62 million."""
UNKNOWN_SUBJECTS = ("00.99.90", "15.98.10", "27.99.01", "32.97.12", "54.99.05")
"""Numbers that the built-in KLE list does not have."""
HEADER = ("myndighed_cvr", "myndighed_navn", "it_system_uuid", "it_system_navn", "kle_nummer", "kle_emne",
          "antal_sager")  # fmt: skip


def extract_dates(world: World, months: list[date]) -> list[date]:
    """Full scale: the end of the last month. Demo: every quarter's end in the span, or else the last month's."""
    ends = quarter_ends(months)
    if world.scale == "full" or not ends:
        return [last_day(months[-1])]
    return ends


def write(world: World, folder: Path, months: list[date]) -> int:
    """Write a workbook for every extract date; return the number of rows."""
    rows = 0
    pairs, subjects = list(_pairs(world)), list(_subjects(world))
    with connect() as con:
        con.register("pair", _table(("pair_id", "user", "system", "styrke", "froe"), pairs))
        con.register("subject", _table(("system", "subject_id", "nummer", "emne", "vaegt"), subjects))
        for day in extract_dates(world, months):
            found = con.execute(_query(world, day))
            body = (_row(world, day, *cells) for cells in iter(found.fetchone, None))
            rows += write_workbook(folder / f"kle_{day}.xlsx", Sheet("KLE-sager", _with_header(body))) - 1
    return rows


def _with_header(body: Iterator[tuple[str | int, ...]]) -> Iterator[tuple[str | int, ...]]:
    yield HEADER
    yield from body


def _table(names: tuple[str, ...], rows: Sequence[tuple[int | str, ...]]) -> pa.Table:
    return pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def _systems(world: World) -> list[int]:
    return [number for number in SYSTEMS if world.includes(number)]


def _pairs(world: World) -> Iterator[tuple[int, ...]]:
    """Systems and their authorities, as (id, authority, system, strength, seed)."""
    pair_id = 0
    position = {authority.cvr: index for index, authority in enumerate(world.authorities)}
    for rank, system in enumerate(_systems(world)):
        count = AUTHORITIES if rank == 0 else max(2, 2600 // (25 + rank))
        for user in world.users_of(system, count, among=AUTHORITIES):
            pair_id += 1
            strength = user.weight**2 // (4 + rank)
            yield pair_id, position[user.cvr], system, strength, blend(51, system, position[user.cvr]) >> 1


def _subjects(world: World) -> Iterator[tuple[int | str, ...]]:
    """The KLE subjects of each system: a few main groups, and now and then an unknown number."""
    catalogue = read_reference("kle")
    groups = sorted({row["hovedgruppe"] for row in catalogue})
    for system in _systems(world):
        own = {groups[blend(52, system, place) % len(groups)] for place in range(4)}
        own.add(groups[system % len(groups)])
        known = [(row["kle_nummer"], row["emne"]) for row in catalogue if row["hovedgruppe"] in own]
        unknown = [(UNKNOWN_SUBJECTS[system % 5], "Udgået emne")] if system % 3 == 0 else []
        for subject_id, (number, title) in enumerate([*known, *unknown]):
            weight = 4000 // (1 + blend(53, system, subject_id) % (len(known) + 1))
            yield system, subject_id, number, title, 1 + weight


def _query(world: World, day: date) -> str:
    """The likeliest subjects of every pair. Chance does not depend on the date, so cases last; growth does."""
    return f"""
        WITH cells AS (
            SELECT pair_id, p.user, p.system, subject_id, nummer, emne, styrke * vaegt // 1000 AS expected,
                   (froe + subject_id * 104729) & 2147483647 AS x
            FROM pair AS p JOIN subject AS s ON p.system = s.system
        ),
        mixed AS (SELECT * REPLACE (blend_step(blend_step(x, 15, 739982445), 12, 695872825) AS x) FROM cells),
        likeliest AS (
            SELECT *, blend_step(x, 13, 1103515245) AS y FROM mixed
            ORDER BY subject_id = 0 DESC, ((expected + 1) << 31) // (1 + xor(x, x >> 15)) DESC, pair_id, subject_id
            LIMIT {ROWS[world.scale]}
        )
        SELECT likeliest.user, likeliest.system, nummer, emne,
               greatest(1, expected * (200 + (y >> 8) % 1601) // 1000 * {CASES_PER_THOUSAND} // 1000
                           * {growth_per_mille(day)} // 1000)::BIGINT, (y >> 4) % 2 = 0
        FROM likeliest ORDER BY likeliest.user, likeliest.system, nummer
    """


def _row(
    world: World, day: date, user: int, system: int, number: str, title: str, cases: int, maskable: bool
) -> tuple[str | int, ...]:
    """One row of the workbook; half of the small counts come masked."""
    authority, it_system = world.authorities[user], world.systems[system]
    shown = MASKED if cases < 5 and maskable else cases
    return authority.cvr, authority.name, it_system.uuid, it_system.name_in(day), number, title, shown
