"""Counts and estimates as those may read them who must not see what one to four municipalities do."""

from typing import Any

from kdi.notation import danish
from kdi.report.edition import SMALLEST_GROUP


def few(number: int) -> str:
    """A count of municipalities."""
    return f"færre end {SMALLEST_GROUP}" if 0 < number < SMALLEST_GROUP else danish.number(number)


def few_of(number: int, whole: int) -> str:
    """So many of the municipalities with a system."""
    return f"{few(number)} af {danish.number(whole)}"


def rest(number: int, used: int) -> str:
    """What is left of a whole; not exactly, where that would tell a hidden count."""
    if not 0 < used < SMALLEST_GROUP:
        return danish.number(number)
    least = number + used - (SMALLEST_GROUP - 1)
    return f"mindst {danish.number(least)}" if least >= SMALLEST_GROUP else few(min(number, SMALLEST_GROUP - 1))


def expected(row: dict[str, Any]) -> str:
    """Expected calls of a row of ``kpi.potentiale``; not where too few municipalities stand behind them."""
    if row["forventede_kald"] is None:
        return danish.MISSING
    return danish.rounded(row["forventede_kald"]) if row["er_anonym"] else danish.TOO_FEW
