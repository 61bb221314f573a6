"""Kinds of days: what a day's volume may be compared with."""

import csv
from collections.abc import Iterable
from datetime import date
from functools import cache

from kdi.settings import PROJECT_ROOT

SUNDAY = 7


def day_off(day: date) -> bool:
    """Saturday, Sunday or a Danish public holiday."""
    return day.weekday() >= 5 or day in _holidays()


def kind_of_day(day: date) -> int:
    """The ISO weekday; a public holiday is like a Sunday."""
    return SUNDAY if day in _holidays() else day.isoweekday()


@cache
def _holidays() -> frozenset[date]:
    with (PROJECT_ROOT / "reference" / "helligdage.csv").open(encoding="utf-8") as stream:
        rows: Iterable[dict[str, str]] = csv.DictReader(stream, delimiter=";")
        return frozenset(date.fromisoformat(row["dato"]) for row in rows)
