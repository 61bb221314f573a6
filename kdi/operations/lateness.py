"""What is late in a way that somebody must act on: deliveries past their grace, and a release behind the lake.

Told by the calendars of the profiles and by the plan. Dagster's own freshness policies look at when something was
last written, whatever day it was about, and would answer the same question differently.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from kdi.building.start import current_plan, lake_state
from kdi.building.status import status_of
from kdi.lake.calendars import Period
from kdi.lake.delivery_log import DeliveryLog
from kdi.lake.standing import active_in
from kdi.publish.release import Releases
from kdi.settings import Settings

# A build takes minutes and follows what came; whoever is on duty has a day for one that failed.
_RELEASE_GRACE = timedelta(hours=24)


def missing_periods(settings: Settings) -> Iterator[tuple[str, list[Period]]]:
    """Per source the periods whose delivery has not come within the calendar's days of grace, oldest first."""
    for source, periods in status_of(settings).periods.items():
        missing = [period for period in periods if period.state == "mangler"]
        if missing:
            yield source, missing


def is_behind(settings: Settings, now: datetime | None = None) -> bool:
    """Whether the lake has held for a day what the release does not; a release rolled back on purpose is not."""
    received = [datetime.fromisoformat(d.modtaget) for d in active_in(DeliveryLog(settings.delivery_log))]
    if not received or (now or datetime.now(UTC)) - max(received) < _RELEASE_GRACE:
        return False
    return not current_plan(settings).is_empty and not Releases(settings).is_held_back(lake_state(settings))
