"""Which new deliveries a build fails for, so that it can go on without them.

What the tables demand (one row per key, every key known) can be broken by rows that are sound one by one. No line of
SQL says which delivery a row came from once it is summed; trying does. Only deliveries that no release holds are tried,
and only where the data were at fault: not where the disk was full or a process was killed.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from kdi.lake.delivery import Event
from kdi.lake.delivery_log import DeliveryLog
from kdi.publish.release import Manifest, Releases

# One bad delivery of four hundred is found in eighteen builds; beyond that a person had better look.
MOST_BUILDS = 24
_BY = "platformen"
# What DuckDB says of values, unlike of files, memory and itself (duckdb.org/docs/stable/clients/c/api: error types).
_OF_DATA = re.compile(r"\b(Conversion|Out of Range|Constraint|Invalid Input|Mismatch Type) Error")


class TooManyBuilds(Exception):
    """The search was given up."""


def is_of_data(status: str, message: str) -> bool:
    """Whether a failed model or test, as dbt tells of it, says that values are at fault."""
    return status == "fail" or bool(_OF_DATA.search(message))


def new_deliveries(log: DeliveryLog, releases: Releases, manifest: Manifest) -> list[str]:
    """Ids of the deliveries of a build that the release in force does not hold, in the order received."""
    current = releases.current()
    known = current.leverancer if current else {}
    order = {d.leverance_id: d.raekkefoelge for d in log.all()}
    return sorted((d for d in manifest.leverancer if d not in known), key=lambda d: order.get(d, 0))


def isolate(candidates: Sequence[str], passes: Callable[[frozenset[str]], bool]) -> frozenset[str]:
    """The fewest deliveries to leave out, found by giving back halves; of two that exclude each other the earlier
    stays.

    Args:
        candidates: delivery ids, oldest first.
        passes: whether the build holds without these.

    Returns:
        Empty when the build fails without all of them too, or when it would take more than ``MOST_BUILDS`` builds.
    """
    left_out, builds = frozenset(candidates), 0

    def holds(without: frozenset[str]) -> bool:
        nonlocal builds
        builds += 1
        if builds > MOST_BUILDS:
            raise TooManyBuilds
        return passes(without)

    def give_back(group: Sequence[str]) -> None:
        nonlocal left_out
        if holds(left_out - set(group)):
            left_out -= set(group)
        elif len(group) > 1:
            give_back(group[: len(group) // 2])
            give_back(group[len(group) // 2 :])

    try:
        if not candidates or not holds(left_out):
            return frozenset()
        if len(candidates) > 1:
            give_back(candidates[: len(candidates) // 2])
            give_back(candidates[len(candidates) // 2 :])
    except TooManyBuilds:
        return frozenset()
    return left_out


def hold_back(log: DeliveryLog, names: frozenset[str], why: str) -> None:
    """Let deliveries wait for a person: ``kdi status`` shows them, and ``kdi load`` ends with status 1."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    reason = f"Tabellerne holder ikke med den, og er udgivet uden: {' '.join(why.split())[:300]}"
    log.decide(Event(n, "tilbageholdt", _BY, now, reason) for n in sorted(names))


def told(log: DeliveryLog, releases: Releases, manifest: Manifest) -> str:
    """Whom a failed build may have failed for, and the way out; empty when it has no new deliveries."""
    names = new_deliveries(log, releases, manifest)
    if not names:
        return ""
    others = f" og {len(names) - 5} til" if len(names) > 5 else ""
    return (
        f"Nye leverancer i det, der fejlede: {', '.join(names[:5])}{others}. Træk en tilbage, så bygges der uden den:"
        f" kdi delivery withdraw {names[0]} --reason … --by …"
    )
