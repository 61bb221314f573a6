"""Periods and Danish time: a period is a day or a month as it stands in file names, ``2022-04-30`` or ``2022-04``."""

from datetime import date

LOCAL_TIME_ZONE = "Europe/Copenhagen"


def first_day(period: str) -> date:
    """The first day of a period."""
    return date.fromisoformat(period if len(period) == 10 else f"{period}-01")
