"""Spans of time as people write them on the command line, compared as days and never as text."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from kdi.faults import Misused
from kdi.notation.periods import months_before

FORMS = "2022-03-31, 2022-03, 2022K1 eller 2022"
_FORM = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?|-?[KkQq]([1-4]))?", re.ASCII)


class NotASpan(Misused):
    """The text is no day, month, quarter or year, or the last comes before the first; the message is Danish."""


@dataclass(frozen=True)
class Span:
    """From one day to another, both included."""

    first: date = date.min
    last: date = date.max

    def meets(self, period: str) -> bool:
        """Whether a period, as in file names, has a day in common with this span."""
        of_period = days_of(period)
        return of_period.first <= self.last and self.first <= of_period.last


EVER = Span()


def days_of(text: str) -> Span:
    """The days of a day (``2022-03-31``), a month (``2022-03``), a quarter (``2022K1``) or a year (``2022``).

    Raises:
        NotASpan: it is none of these.
    """
    match = _FORM.fullmatch(text.strip())
    if not match:
        raise NotASpan(f"»{text}« er ikke en periode. Skriv den som {FORMS}.")
    year, month, day, quarter = (int(part) if part else 0 for part in match.groups())
    try:
        if day:
            return Span(date(year, month, day), date(year, month, day))
        begin, months = (month, 1) if month or match[2] else (3 * quarter - 2, 3) if quarter else (1, 12)
        first = date(year, begin, 1)
        after = months_before(first, -months)
    except (ValueError, OverflowError):
        raise NotASpan(f"»{text}« er ikke en dato i kalenderen. Skriv perioden som {FORMS}.") from None
    return Span(first, after - timedelta(days=1))


def span_of(first: str | None, last: str | None) -> Span:
    """From the first day of one period to the last day of another; None is open.

    Raises:
        NotASpan: one of them is no period, or the span ends before it begins.
    """
    span = Span(days_of(first).first if first else date.min, days_of(last).last if last else date.max)
    if span.last < span.first:
        raise NotASpan(f"--to {last} ligger før --from {first}. Byt om på dem.")
    return span
