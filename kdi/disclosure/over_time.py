"""Tries to work hidden KLE counts out of what a release says together with those before it of the same extract.

The unknowns are what was delivered: one number per system as the supplier names it. Each release says sums of them,
since systems that are one by an alias are one row. The attacker knows every alias and reason, and what is not in a
table is none. A count is betrayed when this release bounds it more closely than its reason and the releases before did.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np

from kdi.disclosure.attacker import known_beforehand
from kdi.disclosure.bounds import TOLERANCE
from kdi.publish.release import Manifest

Cell = tuple[str, int, int]
"""Extract, authority and subject."""


@dataclass(frozen=True)
class Edition:
    """A release as a reader has it: which of the supplier's systems it took for one, and what it says of each."""

    name: str
    systems: dict[int, frozenset[str]]
    deliveries: dict[str, str]
    rows: dict[Cell, dict[int, tuple[int | None, str | None]]]


@dataclass(frozen=True)
class Said:
    """A sum of delivered numbers, and within what it lies."""

    parts: frozenset[str]
    low: float
    high: float
    is_hidden: bool


def read_systems(connection: duckdb.DuckDBPyConnection, private: str) -> dict[int, frozenset[str]]:
    """The systems of a build or a release, each with the UUIDs that it is made of."""
    rows = connection.execute(
        f"select it_system_id, list(uuid) from {private}.intermediate.int_it_system__identitet group by all"
    ).fetchall()
    return {system: frozenset(uuids) for system, uuids in rows}


def read_edition(
    connection: duckdb.DuckDBPyConnection, published: str, manifest: Manifest, systems: dict[int, frozenset[str]]
) -> Edition:
    """What a release says of these systems' counts."""
    rows = connection.execute(
        "select udtraeksdato::varchar, myndighed_id, kle_id, it_system_id, antal_sager, diskretion_aarsag"
        f" from {published}.marts.fct_kle_sager where it_system_id in (select unnest(?::bigint[]))",
        [sorted(systems)],
    ).fetchall()
    found: dict[Cell, dict[int, tuple[int | None, str | None]]] = {}
    for extract, authority, subject, system, cases, reason in rows:
        found.setdefault((extract, authority, subject), {})[system] = (cases, reason)
    extracts = {name.split("_")[1]: name for name in manifest.leverancer if name.startswith("kle_")}
    return Edition(manifest.publicering_id, systems, extracts, found)


def divided_otherwise(systems: Sequence[dict[int, frozenset[str]]]) -> frozenset[str]:
    """The UUIDs that the first has together and another has apart, or the other way, and all that go with them."""
    now, *others = systems
    touched: frozenset[str] = frozenset()
    for before in others:
        known = frozenset().union(*now.values()) & frozenset().union(*before.values())
        mine, theirs = ({group & known for group in each.values()} for each in (now, before))
        touched = touched.union(*(mine ^ theirs))
    groups = [group for each in systems for group in each.values()]
    while more := frozenset().union(*(g for g in groups if g & touched)) - touched:
        touched |= more
    return touched


def betrayed(now: Edition, before: Sequence[Edition], threshold: int) -> list[tuple[Cell, int, str]]:
    """Cells and systems that this release betrays together with those before, and why they are hidden.

    Only releases made of the same delivery of an extract are laid beside each other: of another the numbers are others.
    """
    found = []
    for cell in now.rows:
        same = [e for e in before if cell in e.rows and e.deliveries.get(cell[0]) == now.deliveries.get(cell[0])]
        if not same or all(cases is not None for each in (now, *same) for cases, _ in each.rows[cell].values()):
            continue
        earlier = [said for edition in same for said in _said(edition, cell, threshold)]
        all_of = [*earlier, *_said(now, cell, threshold)]
        asked = {
            (edition.systems[system], system, reason)
            for edition in (*same, now)
            for system, (cases, reason) in edition.rows[cell].items()
            if cases is None and reason in ("primaer", "sekundaer")
        }
        for parts, system, reason in sorted(asked, key=lambda one: one[1:]):
            one = _of_row(parts, None, reason, threshold)
            (low, high), (low_before, high_before) = _bounds(parts, all_of), _bounds(parts, earlier)
            if low > max(low_before, one.low) + TOLERANCE or high < min(high_before, one.high) - TOLERANCE:
                found.append((cell, system, reason))
    return found


def _said(edition: Edition, cell: Cell, threshold: int) -> list[Said]:
    rows = edition.rows[cell]
    return [_of_row(parts, *rows.get(system, (0, None)), threshold) for system, parts in edition.systems.items()]


def _of_row(parts: frozenset[str], cases: int | None, reason: str | None, threshold: int) -> Said:
    if cases is not None:
        return Said(parts, cases, cases, False)
    low, high = known_beforehand([str(reason)], threshold)
    # of several systems, one of which is masked at the source, the others may have any number
    most = np.inf if reason == "kilde" and len(parts) > 1 else high[0]
    return Said(parts, low[0], most, True)


def _bounds(parts: frozenset[str], said: Sequence[Said]) -> tuple[float, float]:
    """Least and largest sum of the parts that fits all that was said; nothing when that contradicts itself."""
    from scipy.optimize import linprog  # takes a second to import

    linked = [s for s in said if s.parts & parts]
    reach = parts.union(*(s.parts for s in linked))
    while more := [s for s in said if s.parts & reach and s not in linked]:
        linked += more
        reach = reach.union(*(s.parts for s in more))
    place = sorted(reach)
    sums = np.array([[float(part in s) for part in place] for s in (parts, *(x.parts for x in linked))])
    limited = [s.high < np.inf for s in linked]
    matrix = np.vstack([sums[1:][limited], -sums[1:]])
    limits = np.array([s.high for s in linked if s.high < np.inf] + [-s.low for s in linked])
    found = []
    for sign in (1.0, -1.0):
        result = linprog(sign * sums[0], A_ub=matrix, b_ub=limits, bounds=(0, None), method="highs")
        if result.status == 2:
            return 0.0, np.inf
        found.append(sign * result.fun if result.status == 0 else np.inf)
    return found[0], found[1]
