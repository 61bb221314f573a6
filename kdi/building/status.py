"""How things stand on a day: deliveries, periods and months of all sources, from the log and the calendars."""

import hashlib
from dataclasses import dataclass
from datetime import date

from expectations.profiles import profiles
from kdi.lake.calendars import Month, Period, fingerprint, months, periods
from kdi.lake.delivery import Delivery
from kdi.lake.delivery_log import DeliveryLog
from kdi.lake.standing import Standing, standings_in


@dataclass(frozen=True)
class Status:
    """The state of everything on ``on``."""

    on: date
    standings: list[Standing]
    periods: dict[str, list[Period]]
    months: list[Month]
    decisions: int  # of people; what the platform holds back changes no release
    reference: str | None  # the fingerprint of the reference data in force

    @property
    def fingerprint(self) -> str:
        """Changes when a release must be made anew though no number of it is touched."""
        return hashlib.sha256(f"{fingerprint(self.months)} {self.decisions}".encode()).hexdigest()[:16]

    @property
    def active(self) -> list[Delivery]:
        """The deliveries that count."""
        return [s.delivery for s in self.standings if s.state == "gaelder"]

    def of_source(self, source: str) -> list[Standing]:
        return [s for s in self.standings if s.delivery.kilde == source]


def status_of(
    log: DeliveryLog, on: date, published: frozenset[str] | None = None, without: frozenset[str] = frozenset()
) -> Status:
    """How things stand on the status date.

    Args:
        published: ids of the deliveries in a release; None: as it will be when all that count are published.
        without: ids of deliveries to leave out, as if they were held back.
    """
    standings = standings_in(log, without)
    of_sources = {
        source: periods(profile, [s for s in standings if s.delivery.kilde == source], on, published)
        for source, profile in profiles().items()
    }
    calendars = {source: p.calendar for source, p in profiles().items() if p.calendar}
    of_months = months(of_sources, calendars, on)
    return Status(on, standings, of_sources, of_months, len(log.decisions()), log.reference())
