"""The small lines over months that reports have in common."""

from collections.abc import Sequence
from typing import Any

from kdi.notation import danish
from kdi.report.document import Curve


def _told(title: str, known: Sequence[tuple[Any, float]], text: Any) -> str:
    """A line in words: its first month and its last, or the only one."""
    if not known:
        return f"{title}: ingen tal."
    (first, start), (last, end) = known[0], known[-1]
    if first == last:
        return f"{title}: {text(end)} i {danish.month(last)}."
    return f"{title}: {text(start)} i {danish.month(first)} og {text(end)} i {danish.month(last)}."


def curve(title: str, unit: str, points: Sequence[tuple[Any, float | None]], text: Any) -> Curve:
    """A small line over months."""
    known = [(m, v) for m, v in points if v is not None]
    return Curve(
        title,
        unit,
        tuple((f"{danish.month_short(m)} {m.year}", v) for m, v in points),
        text(known[-1][1]) if known else "",
        _told(title, known, text),
    )
