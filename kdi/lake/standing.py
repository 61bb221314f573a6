"""Which delivery of a period counts, and why the others do not.

A pure function of what the delivery log holds: the deliveries in the order received and what people
decided about them. It knows neither the clock nor what is published, so however the same
deliveries arrived, the same ones count.
"""

import bisect
import itertools
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from expectations.profiles import Profile, Volume, profiles
from kdi.lake.delivery import Delivery, Event
from kdi.lake.delivery_log import DeliveryLog
from kdi.notation import danish
from kdi.notation.periods import first_day
from kdi.notation.workdays import kind_of_day

State = Literal["gaelder", "tilbageholdt", "trukket_tilbage", "erstattet", "afvist"]

# The eight earlier days of the same kind fill eight weeks, and ten where holidays take two of them; months are
# compared with the half year before, extracts with the last three. Half of them are enough for a median.
_COMPARED = {"dag": 8, "maaned": 6, "udtraek": 3}
_FEWEST = {"dag": 4, "maaned": 3, "udtraek": 2}
_WITHIN = {"dag": timedelta(days=70), "maaned": timedelta(days=190), "udtraek": timedelta(days=400)}


@dataclass(frozen=True)
class Standing:
    """A delivery, what it counts as, and the decision or rule that made it so.

    ``reason`` is Danish and empty when nothing out of the ordinary happened. ``is_settled`` says that
    somebody took the delivery as it is; ``is_newest`` that nothing was received or brought back after it.
    """

    delivery: Delivery
    state: State
    reason: str = ""
    event: Event | None = None
    is_settled: bool = False
    is_newest: bool = False

    @property
    def needs_somebody(self) -> bool:
        """Refused, held back, or loaded without all its rows, and nobody has acted on it yet."""
        if self.state == "tilbageholdt":
            return True
        if not self.is_newest or self.is_settled:
            return False
        return self.state == "afvist" or (self.state == "gaelder" and self.delivery.status != "indlaest")


def standings_in(log: DeliveryLog, without: frozenset[str] = frozenset()) -> list[Standing]:
    """What every delivery of a log counts as; as if ``without`` were held back."""
    supposed = [Event(name, "tilbageholdt", "kdi", "", "prøvet uden") for name in sorted(without)]
    return standings(log.all(), [*log.events(), *supposed], profiles())


def active_in(log: DeliveryLog) -> list[Delivery]:
    """The delivery that counts for each source and period, where there is one."""
    return [s.delivery for s in standings_in(log) if s.state == "gaelder"]


def waiting_in(log: DeliveryLog) -> list[Standing]:
    """What was refused, held back or loaded in part and about which nobody has acted: somebody must."""
    return [s for s in standings_in(log) if s.needs_somebody]


def standings(
    deliveries: Iterable[Delivery], events: Iterable[Event], demands: Mapping[str, Profile]
) -> list[Standing]:
    """Every delivery's standing, by source, period and order of receipt.

    Args:
        deliveries: all of them; the same file may have been refused once and accepted later.
        events: all decisions, oldest first.
        demands: the profiles of the sources, which say what is a usual volume.
    """
    by_id: dict[str, list[Event]] = {}
    for event in events:
        by_id.setdefault(event.leverance_id, []).append(event)
    periods: dict[tuple[str, str], list[_Candidate]] = {}
    for delivery in sorted(deliveries, key=lambda d: (d.kilde, d.periode, d.raekkefoelge)):
        candidate = _Candidate(delivery, tuple(by_id.get(delivery.leverance_id, ())))
        periods.setdefault((delivery.kilde, delivery.periode), []).append(candidate)
    found: list[Standing] = []
    for source, group in itertools.groupby(periods.items(), lambda item: item[0][0]):
        candidates = {period: these for (_, period), these in group}
        levels = _Levels(demands[source], candidates) if source in demands and demands[source].volume else None
        for these in candidates.values():
            found += _of_period(these, levels)
    return found


@dataclass(frozen=True)
class _Candidate:
    delivery: Delivery
    events: tuple[Event, ...]

    @property
    def rank(self) -> tuple[int, int]:
        """When it came, or was last brought back, among all that came."""
        back = [(e.efter, e.nummer) for e in self.events if e.handling == "genindsat"]
        return max([(self.delivery.raekkefoelge, 0), *back])

    def last(self, *actions: str) -> Event | None:
        return next((e for e in reversed(self.events) if e.handling in actions), None)

    @property
    def withdrawn(self) -> Event | None:
        event = self.last("trukket_tilbage", "genindsat")
        return event if event and event.handling == "trukket_tilbage" else None

    @property
    def consent(self) -> Event | None:
        """Somebody's word that it is right: an acceptance, or that it was brought back.

        Consent to a refused delivery is about that reading of it; a later one may find more.
        """
        event = self.last("godkendt", "genindsat")
        return event if event and (self.delivery.accepted or event.efter >= self.delivery.raekkefoelge) else None

    @property
    def reopens_closed_month(self) -> Event | None:
        event = self.last("tilbageholdt", "godkendt", "genindsat")
        return event if event and event.handling == "tilbageholdt" else None


class _Levels:
    """What a source usually delivers, told by the newest delivery of each earlier period.

    Also those that are held back count: the median bears a few of them, and if they did not, what is
    held back would depend on what else is. A verdict changes only when the history before it does.
    """

    def __init__(self, profile: Profile, candidates: Mapping[str, Sequence[_Candidate]]) -> None:
        assert profile.volume is not None
        self._volume: Volume = profile.volume
        self._rhythm = profile.rhythm
        usable = {
            period: [c for c in these if c.delivery.accepted and not c.withdrawn]
            for period, these in candidates.items()
        }
        self._days: dict[int, list[date]] = {}
        self._newest: dict[int, list[Delivery]] = {}
        for period, these in sorted(usable.items()):
            if these:
                day = first_day(period)
                kind = self._kind(day)
                self._days.setdefault(kind, []).append(day)
                self._newest.setdefault(kind, []).append(max(these, key=lambda c: c.rank).delivery)

    def _kind(self, day: date) -> int:
        return kind_of_day(day) if self._rhythm == "dag" else 0

    def unusual(self, delivery: Delivery) -> str:
        """Why the delivery's volume is outside the band, in Danish; empty when it is inside or cannot be judged."""
        day = first_day(delivery.periode)
        kind = self._kind(day)
        days = self._days.get(kind, [])
        end = bisect.bisect_left(days, day)
        begin = max(bisect.bisect_left(days, day - _WITHIN[self._rhythm]), end - _COMPARED[self._rhythm])
        before = self._newest.get(kind, [])[begin:end]
        if len(before) < _FEWEST[self._rhythm]:
            return ""
        usual_rows = statistics.median(d.raekker_indlaest for d in before)
        if usual_rows < self._volume.least_rows:
            return ""
        usual_sum = statistics.median(d.sum_indlaest for d in before)
        for what, found, usual in (
            ("rækker", delivery.raekker_indlaest, usual_rows),
            ("kald", delivery.sum_indlaest, usual_sum),
        ):
            if usual and not self._volume.lowest <= found / usual <= self._volume.highest:
                return f"Antallet af {what} er {danish.number(100 * found / usual)} % af det sædvanlige."
        return ""


def _of_period(candidates: list[_Candidate], levels: _Levels | None) -> Iterator[Standing]:
    newest = max(candidates, key=lambda c: c.rank)
    states: dict[int, tuple[State, str, Event | None]] = {}
    decided = False  # whether what counts is found; what ranks below it was replaced
    for candidate in sorted(candidates, key=lambda c: c.rank, reverse=True):
        unusual = "" if candidate.consent or not levels else levels.unusual(candidate.delivery)
        held = candidate.reopens_closed_month
        state: State = "gaelder"
        reason, event = "", candidate.consent
        if candidate.withdrawn:
            state, event = "trukket_tilbage", candidate.withdrawn
            # a period is empty after its delivery was withdrawn, unless that one never counted
            decided = decided or (candidate.delivery.accepted and not (unusual or held))
        elif not candidate.delivery.accepted:
            state = "afvist"
        elif decided:
            state = "erstattet"
        elif held or unusual:
            # of several that are held back only the newest asks for somebody
            is_first = not any(earlier == "tilbageholdt" for earlier, _, _ in states.values())
            state = "tilbageholdt" if is_first else "erstattet"
            reason, event = held.grund if held else unusual, None
        else:
            decided = True
        states[candidate.delivery.raekkefoelge] = (state, reason or (event.grund if event else ""), event)
    for candidate in candidates:
        state, reason, event = states[candidate.delivery.raekkefoelge]
        yield Standing(
            candidate.delivery, state, reason, event,
            is_settled=candidate.consent is not None or candidate.withdrawn is not None,
            is_newest=candidate is newest,
        )  # fmt: skip
