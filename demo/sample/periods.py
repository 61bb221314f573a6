"""Months, days and hours of the sample world, in Danish local time."""

import csv
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from demo.sample.reference import REFERENCE_DIR
from kdi.notation.periods import LOCAL_TIME_ZONE, months_before

COPENHAGEN = ZoneInfo(LOCAL_TIME_ZONE)
HORIZON_START = date(2020, 3, 1)
"""First month of the 36 months for which the full scale has the deck's totals."""
HORIZON_MONTHS = 36
MONTH_LOAD = (1000, 960, 1050, 940, 1000, 980, 700, 980, 1060, 1010, 1080, 840)
"""Load of January to December, per mille."""


def add_months(month: date, count: int) -> date:
    """The first day of the month `count` months after `month`."""
    return months_before(month, -count)


def months_ending(last_month: date, count: int) -> list[date]:
    """The first days of `count` months, oldest first, the last one being `last_month`."""
    return [add_months(last_month, offset) for offset in range(1 - count, 1)]


def month_number(month: date) -> int:
    """Months since the horizon began; negative before it."""
    return (month.year - HORIZON_START.year) * 12 + month.month - HORIZON_START.month


def last_day(month: date) -> date:
    """The last day of the month."""
    return add_months(month, 1) - timedelta(days=1)


def quarter_ends(months: list[date]) -> list[date]:
    """The last days of the quarters that end in one of the months."""
    return [last_day(month) for month in months if month.month % 3 == 0]


def status_dates(months: list[date]) -> list[date]:
    """The dates of a manual source: the four newest quarter's ends, or else the end of the last month."""
    return quarter_ends(months)[-4:] or [last_day(months[-1])]


def days_of(month: date) -> list[date]:
    """Every day of the month."""
    return [month.replace(day=number) for number in range(1, last_day(month).day + 1)]


def growth_per_mille(day: date) -> int:
    """The yearly growth of use: 12 % of the horizon's beginning per year."""
    return max(300, 1000 + (day - HORIZON_START).days * 120 // 365)


@cache
def holidays() -> frozenset[date]:
    """The Danish public holidays of the built-in reference data."""
    with (REFERENCE_DIR / "helligdage.csv").open(encoding="utf-8-sig") as file:
        return frozenset(date.fromisoformat(row["dato"]) for row in csv.DictReader(file, delimiter=";"))


def is_working_day(day: date) -> bool:
    """Monday to Friday and no public holiday."""
    return day.weekday() < 5 and day not in holidays()


def hours_of(day: date) -> list[datetime]:
    """The starts of the local day's 23, 24 or 25 hours, with their UTC offset."""
    begin = datetime(day.year, day.month, day.day, tzinfo=COPENHAGEN).astimezone(UTC)
    tomorrow = day + timedelta(days=1)
    end = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=COPENHAGEN).astimezone(UTC)
    count = (end - begin) // timedelta(hours=1)
    return [(begin + timedelta(hours=number)).astimezone(COPENHAGEN) for number in range(count)]
