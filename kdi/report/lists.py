"""How long a list is, and what its rows add up to: only where the list itself stands right below what is said of it.

All other figures are decided in dbt; ``tests/report/test_report_sql.py`` refuses sums over rows elsewhere in reports.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

Row = dict[str, Any]


def count(rows: Iterable[Row], are: Callable[[Row], bool]) -> int:
    """How many of a list's rows are something."""
    return sum(bool(are(row)) for row in rows)


def total(rows: Iterable[Row], column: str) -> int:
    """What a list's column adds up to."""
    return sum(row[column] for row in rows)


def largest(rows: Iterable[Row], column: str) -> int:
    """The largest figure in a list's column."""
    return max(int(row[column]) for row in rows)


def tally(rows: Iterable[Row], column: str) -> Counter[str]:
    """How many of a list's rows have each word of a column."""
    return Counter(row[column] for row in rows)
