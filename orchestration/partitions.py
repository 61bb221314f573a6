"""Partitions: days, months and extracts, in Danish time, and the spans asked for in a run."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from pathlib import Path

import dagster as dg

from expectations.profiles import Profile, profiles
from kdi.notation.periods import LOCAL_TIME_ZONE, months_before
from kdi.settings import CLOCK_FILE, get_settings


def _first() -> date:
    """Where partitions begin: the first day of history; in a demo the month of the earliest file in its inbox."""
    settings = get_settings()
    found = [settings.first_day] if not settings.is_demo else []
    for source, profile in profiles().items() if settings.is_demo else ():
        for path in (Path(settings.inbox_url) / source).glob("*"):
            with suppress(ValueError):  # a name that is nearly right
                found.append(date.fromisoformat(f"{(profile.period_of(path.name) or '')[:7]}-01"))
    return max(min(found, default=settings.first_day), settings.first_day)


def _end() -> date | None:
    """Where partitions end: today, but for a demo, whose clock stands, the month after its own."""
    on = get_settings().status_date
    return months_before(on, -1) if get_settings().is_demo else None


_FIRST = _first()
END = _end()
# The running day and month are partitions too: a supplier may deliver before they end.
DAYS = dg.DailyPartitionsDefinition(
    _FIRST.isoformat(), END.isoformat() if END else None, timezone=LOCAL_TIME_ZONE, end_offset=0 if END else 1
)
MONTHS = dg.MonthlyPartitionsDefinition(
    f"{_FIRST:%Y-%m}", f"{END:%Y-%m}" if END else None, timezone=LOCAL_TIME_ZONE, fmt="%Y-%m",
    end_offset=0 if END else 1,
)  # fmt: skip

# Checks that answer for each partition of their asset; all others answer once for a run.
ACCEPTED, NOT_HELD_BACK, MONTH_STATUS = "accepteret", "ikke_holdt_tilbage", "maaned_status"
PARTITIONED_CHECKS = frozenset({ACCEPTED, NOT_HELD_BACK, MONTH_STATUS})


def of_source(profile: Profile) -> dg.PartitionsDefinition:
    """A source's partitions: every day, every month, or the dates of the extracts that have come."""
    if profile.rhythm == "udtraek":
        return dg.DynamicPartitionsDefinition(name=f"udtraek_{profile.source}")
    return DAYS if profile.rhythm == "dag" else MONTHS


def beyond_the_clock(profile: Profile, periods: Iterable[str]) -> list[str]:
    """Periods that Dagster has no partition for: a demo's clock stands, and a later file has come; says what to do."""
    if END is None or profile.rhythm == "udtraek":
        return []
    return [
        f"{profile.source} {period} ligger uden for demoens ur og er ikke indlæst. Slet"
        f" {get_settings().root / CLOCK_FILE} for at bruge dagens dato, start Dagster igen, og prøv igen."
        for period in periods
        if period >= f"{END:%Y-%m}" or period < f"{_FIRST:%Y-%m}"
    ]


def span_tags(first: str, last: str) -> dict[str, str]:
    """Run tags that ask for the partitions from ``first`` to ``last``, both included, in one run."""
    return {
        "dagster/asset_partition_range_start": first,
        "dagster/asset_partition_range_end": last,
    }


# A run costs some seconds, a period that it finds unchanged a millisecond.
_BRIDGED = 31


def spans(profile: Profile, periods: list[str], instance: dg.DagsterInstance) -> list[tuple[str, str]]:
    """Spans (first, last) that cover ``periods``, each for one run; registers new extract dates.

    What stands together, or nearly so, becomes one span: a period between that is there already is left as it is.
    Extracts are dynamic partitions, ordered by registration.
    """
    if not periods:
        return []
    definition = of_source(profile)
    if isinstance(definition, dg.DynamicPartitionsDefinition):
        instance.add_dynamic_partitions(str(definition.name), periods)
    known = definition.get_partition_keys(dynamic_partitions_store=instance)
    places = {name: place for place, name in enumerate(known)}
    groups: list[list[str]] = []
    # What a demo's clock leaves out is told by :func:`beyond_the_clock`.
    for period in sorted((p for p in periods if p in places), key=places.__getitem__):
        if groups and places[period] - places[groups[-1][-1]] <= _BRIDGED:
            groups[-1].append(period)
        else:
            groups.append([period])
    return [(group[0], group[-1]) for group in groups]
