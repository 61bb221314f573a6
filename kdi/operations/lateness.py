"""What is late in a way that somebody must act on: deliveries past their grace, and a release behind the lake.

Told by the calendars of the profiles and by the plan. Dagster's own freshness policies look at when something was
last written, whatever day it was about, and would answer the same question differently.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from kdi.building.start import Site
from kdi.building.status import Status
from kdi.lake.calendars import Period

# A build takes minutes and follows what came; whoever is on duty has a day for one that failed.
_RELEASE_GRACE = timedelta(hours=24)


def missing_periods(status: Status) -> Iterator[tuple[str, list[Period]]]:
    """Per source the periods whose delivery has not come within the calendar's days of grace, oldest first."""
    for source, periods in status.periods.items():
        missing = [period for period in periods if period.state == "mangler"]
        if missing:
            yield source, missing


def is_behind(site: Site, status: Status, now: datetime | None = None) -> bool:
    """Whether the lake has held for a day what the release does not; a release rolled back on purpose is not."""
    received = [datetime.fromisoformat(d.modtaget) for d in status.active]
    if not received or (now or datetime.now(UTC)) - max(received) < _RELEASE_GRACE:
        return False
    return not site.plan(status).is_empty and not site.releases.is_held_back(site.state(status))
