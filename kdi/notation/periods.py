"""Periods and months. A period is a day or a month as it stands in file names: ``2022-04-30`` or ``2022-04``."""

from collections.abc import Iterator
from datetime import date, timedelta

from kdi.settings import LOCAL_TIME_ZONE

__all__ = ["LOCAL_TIME_ZONE", "first_day", "last_day_of_month", "months_before", "months_between"]


def first_day(period: str) -> date:
    """The first day of a period.

    Raises:
        ValueError: the text is no day of the calendar.
    """
    return date.fromisoformat(period if len(period) == 10 else f"{period}-01")


def months_before(month: date, number: int) -> date:
    """The first day of the month so many before a date's; after it when negative."""
    place = month.year * 12 + month.month - 1 - number
    return date(place // 12, place % 12 + 1, 1)


def last_day_of_month(day: date) -> date:
    """The last day of a date's month."""
    return months_before(day, -1) - timedelta(days=1)


def months_between(first: date, last: date) -> Iterator[date]:
    """The first days of the months from that of ``first`` to that of ``last``, both included."""
    month = months_before(first, 0)
    while month <= last:
        yield month
        month = months_before(month, -1)
