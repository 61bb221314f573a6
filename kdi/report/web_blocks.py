"""Kinds of block that only screens show, beside those of ``document``. Texts are ready; the page only places them."""

from dataclasses import dataclass

from kdi.notation import danish
from kdi.report import codes
from kdi.report.document import Block
from kdi.report.line_chart import DESK, PHONE, Lines

_MEANINGS = codes.meanings("kpi.potentiale", "tilstand")
# The five states of a possible use: code, readers' word, what it means.
STATES = {code: (word, _MEANINGS[code]) for code, word in codes.words("kpi.potentiale", "tilstand").items()}


@dataclass(frozen=True)
class Place:
    """One question, and where the municipality stands. ``rank``: 0 for the last, 1 for the first; None: no line."""

    question: str
    place: str
    rank: float | None
    own: str
    change: str
    measure: str = ""
    figure: str = ""


@dataclass(frozen=True)
class Places:
    """Questions, one row each. The line shows ranks, so nobody's value."""

    rows: tuple[Place, ...]
    kind: str = "places"


@dataclass(frozen=True)
class States:
    """Uses by state as a bar with its words; the last is beside the bar, since it is no part of what can be."""

    counts: tuple[tuple[str, int], ...]
    kind: str = "states"

    @property
    def parts(self) -> list[dict[str, str | int]]:
        """Those with any: code, count, how it is written, word, what it means."""
        return [
            {"code": code, "count": n, "number": danish.number(n), "word": STATES[code][0], "means": STATES[code][1]}
            for code, n in self.counts
            if n
        ]


@dataclass(frozen=True)
class Talk:
    """A step: one talk with somebody, why, what it is worth in words, who takes it, and the sign that it helped."""

    number: str
    title: str
    text: str
    worth: tuple[tuple[str, str], ...]
    who: str
    sign: str
    about: str = ""
    address: str = ""


@dataclass(frozen=True)
class Talks:
    """Steps, the weightiest first."""

    talks: tuple[Talk, ...]
    empty: str
    kind: str = "talks"


@dataclass(frozen=True)
class Trend:
    """A line chart with a drawing for the phone and one for the desk."""

    title: str
    note: str
    lines: Lines
    kind: str = "trend"

    @property
    def drawings(self) -> tuple[tuple[str, str], ...]:
        return ("smal", self.lines.svg(PHONE)), ("bred", self.lines.svg(DESK))


@dataclass(frozen=True)
class Cards:
    """Links to the pages below: address, name, what is there."""

    cards: tuple[tuple[str, str, str], ...]
    kind: str = "cards"


WebBlock = Block | Places | States | Talks | Trend | Cards


@dataclass(frozen=True)
class Part:
    """Blocks under a heading of a page; an empty title belongs to the page's own."""

    title: str
    blocks: tuple[WebBlock, ...]
