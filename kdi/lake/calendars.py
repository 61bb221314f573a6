"""When deliveries are expected, and what is late or missing on a day.

Everything here is a function of the profiles' calendars, what has come, and an explicit day, the
*status date*: a build states its own, ``kdi status`` and the checks in Dagster take today's. So a
release is the same whenever it is built for the same day, and a day on which nothing came still shows.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from expectations.profiles import Calendar, Profile, call_sources, profiles
from kdi.lake.standing import Standing
from kdi.notation.periods import first_day, last_day_of_month, months_before, months_between

PeriodState = Literal[
    "publiceret", "publiceret_delvist", "indlaest", "tilbageholdt", "afvist", "trukket_tilbage",
    "forventet", "forsinket", "mangler",
]  # fmt: skip
MonthState = Literal["komplet", "frist_udloebet", "afventer"]

# The sources whose months are read together, and the name of them all.
ALL_PLATFORMS = "alle"


@dataclass(frozen=True)
class Period:
    """A period of a source on the status date.

    ``name`` is as in file names, empty for an extract that has not come. ``due`` is the last day on
    which its delivery is in time, ``limit`` the last day of grace; both None where none is expected.
    ``age`` is the number of days since it was due, 0 while it is not late or when it has come.
    """

    source: str
    name: str
    last_day: date
    due: date | None
    limit: date | None
    state: PeriodState
    age: int
    delivery_id: str | None


@dataclass(frozen=True)
class Month:
    """How far a month of a platform, or of all, has come.

    ``is_readable``: complete or out of grace, and no platform is absent. ``is_newest``: the newest such month.
    """

    month: date
    platform: str
    state: MonthState
    expected: int
    received: int
    limit: date
    is_readable: bool
    is_newest: bool = False


def periods(
    profile: Profile, standings: Iterable[Standing], on: date, published: frozenset[str] | None = None
) -> list[Period]:
    """Every period of a source that has come or should have, oldest first.

    Args:
        standings: those of the source.
        on: the status date.
        published: ids of the deliveries in a release; None when all that count are about to be published.
    """
    by_period: dict[str, list[Standing]] = {}
    for standing in standings:
        by_period.setdefault(standing.delivery.periode, []).append(standing)
    counting = [name for name, these in by_period.items() if any(s.state == "gaelder" for s in these)]
    names = sorted({*by_period, *_expected(profile, counting, on)})
    found = [_period(profile, name, by_period.get(name, []), on, published) for name in names]
    upcoming = _next_extract(profile, counting, on)
    return [*found, upcoming] if upcoming else found


def months(of_sources: Mapping[str, list[Period]], calendars: Mapping[str, Calendar], on: date) -> list[Month]:
    """Every month with calls of any platform, per platform and for all together, oldest first.

    A platform belongs to the months from the first in which it delivered to the last in which any did.
    """
    received = {
        source: _received_by_month(of_sources.get(source, ())) for source in call_sources() if source in calendars
    }
    delivered = sorted({month for by_month in received.values() for month in by_month})
    if not delivered:
        return []
    found: list[Month] = []
    for month in months_between(delivered[0], delivered[-1]):
        of_month = [
            _month(profiles()[source], month, by_month.get(month, 0), calendars[source], on)
            for source, by_month in received.items()
            if by_month and min(by_month) <= month and _is_expected(calendars[source], month)
        ]
        found += [*of_month, _together(month, of_month)] if of_month else []
    return list(_with_newest(found))


def fingerprint(of_months: Iterable[Month]) -> str:
    """Changes when a month of a platform changes its state: then readers need a new release."""
    lines = [f"{m.month} {m.platform} {m.state}" for m in of_months]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def is_closed(profile: Profile, period: str, on: date) -> bool:
    """Whether the period's month may only be restated with somebody's consent."""
    if profile.closed_after_months is None:
        return False
    month = first_day(period).replace(day=1)
    return on >= months_before(month, -profile.closed_after_months - 1)


def _expected(profile: Profile, have: Iterable[str], on: date) -> Iterator[str]:
    """Names of the days or months from the first that counts on that have ended; none for extracts."""
    calendar, starts = profile.calendar, [first_day(name) for name in have]
    if calendar is None or profile.rhythm == "udtraek":
        return
    begin = calendar.first or min(starts, default=None)
    if begin is None:
        return
    end = min(on - timedelta(days=1), calendar.last or on)
    if profile.rhythm == "dag":
        for number in range((end - begin).days + 1):
            yield (begin + timedelta(days=number)).isoformat()
        return
    for month in months_between(begin, end):
        if last_day_of_month(month) <= end:
            yield f"{month:%Y-%m}"


def _period(
    profile: Profile, name: str, standings: list[Standing], on: date, published: frozenset[str] | None
) -> Period:
    start = first_day(name)
    last = last_day_of_month(start) if profile.rhythm == "maaned" else start
    calendar = profile.calendar
    due = last + timedelta(days=calendar.due_days) if calendar and calendar.due_days is not None else None
    limit = due + timedelta(days=calendar.grace_days) if calendar and due else None
    in_force = next((s.delivery for s in standings if s.state == "gaelder"), None)
    if in_force:
        whole: PeriodState = "publiceret" if in_force.status == "indlaest" else "publiceret_delvist"
        state = whole if published is None or in_force.leverance_id in published else "indlaest"
        return Period(profile.source, name, last, due, limit, state, 0, in_force.leverance_id)
    return Period(
        profile.source, name, last, due, limit, _why_not(standings, due, limit, on),
        max((on - due).days, 0) if due else 0, None,
    )  # fmt: skip


def _why_not(standings: list[Standing], due: date | None, limit: date | None, on: date) -> PeriodState:
    """Why a period has nothing that counts: what became of its newest delivery, or how late it is."""
    held = any(s.state == "tilbageholdt" for s in standings)
    newest = next((s for s in standings if s.is_newest), None)
    if held:
        return "tilbageholdt"
    if newest:
        return "afvist" if newest.state == "afvist" else "trukket_tilbage"
    return _lateness(due, limit, on)


def _lateness(due: date | None, limit: date | None, on: date) -> PeriodState:
    if due is None or limit is None or on <= due:
        return "forventet"
    return "forsinket" if on <= limit else "mangler"


def _next_extract(profile: Profile, have: Iterable[str], on: date) -> Period | None:
    """The extract that is due after the newest one that counts."""
    calendar = profile.calendar
    if calendar is None or calendar.longest_interval_days is None or calendar.last:
        return None
    last = max((first_day(name) for name in have), default=calendar.first)
    if last is None:
        return None
    due = last + timedelta(days=calendar.longest_interval_days)
    limit = due + timedelta(days=calendar.grace_days)
    return Period(profile.source, "", due, due, limit, _lateness(due, limit, on), max((on - due).days, 0), None)


def _received_by_month(of_source: Iterable[Period]) -> dict[date, int]:
    received: dict[date, int] = {}
    for period in of_source:
        if period.delivery_id:
            month = period.last_day.replace(day=1)
            received[month] = received.get(month, 0) + 1
    return received


def _month(profile: Profile, month: date, received: int, calendar: Calendar, on: date) -> Month:
    last = last_day_of_month(month)
    expected = last.day if profile.rhythm == "dag" else 1
    limit = last + calendar.patience
    state: MonthState = "komplet" if received >= expected else "frist_udloebet" if on > limit else "afventer"
    return Month(month, profile.source, state, expected, received, limit, state != "afventer" and received > 0)


def _together(month: date, of_month: list[Month]) -> Month:
    """The month of all platforms: as far as the one that is least far."""
    order: tuple[MonthState, ...] = ("afventer", "frist_udloebet", "komplet")
    return Month(
        month,
        ALL_PLATFORMS,
        min((m.state for m in of_month), key=order.index),
        sum(m.expected for m in of_month),
        sum(m.received for m in of_month),
        max(m.limit for m in of_month),
        all(m.is_readable for m in of_month),
    )


def _with_newest(found: list[Month]) -> Iterator[Month]:
    newest = {m.platform: m.month for m in found if m.is_readable}
    for month in found:
        yield replace(month, is_newest=newest.get(month.platform) == month.month)


def _is_expected(calendar: Calendar, month: date) -> bool:
    return calendar.last is None or month <= calendar.last
