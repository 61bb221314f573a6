"""A line over months, drawn for one width in pixels: screens get one drawing for the phone and one for the desk.

Drawn here and not by Vega, since a phone needs every pixel decided: letters of at least 11 pixels, all labels inside
the picture, months in Danish. The reader's own line is in the accent colour; what it is compared with, grey and dashed.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import vl_convert as vlc
from markupsafe import escape

from kdi.notation import danish
from kdi.report.showable import FONTS
from kdi.report.showable import text as shown

Points = Sequence[tuple[date, float | None]]
PHONE, DESK = (328, 180), (640, 220)
_LETTERS = 12
_LEFT, _RIGHT, _TOP, _BOTTOM = 30, 10, 24, 24
# room for "sept. 2022" between two labels of the time axis
_LABEL_WIDTH = 62
_ACCENT, _GREY, _DARK, _PALE, _SECOND = "#0b5394", "#6b7280", "#1f2937", "#e5e7eb", "#4b5563"


@dataclass(frozen=True)
class Lines:
    """One or two series over the same months; the first is the reader's own. ``unit`` stands above the value axis."""

    series: dict[str, Points]
    unit: str

    @property
    def alt(self) -> str:
        return f"Kurve over {self.unit}. " + " ".join(_told(name, points) for name, points in self.series.items())

    def svg(self, size: tuple[int, int]) -> str:
        """The drawing at a width and height in pixels."""
        width, height = size
        drawn = "".join(_Plot(self, width, height).marks())
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
            f' font-family="IBM Plex Sans" font-size="{_LETTERS}" fill="{_DARK}">{drawn}</svg>'
        )

    def png(self, size: tuple[int, int]) -> bytes:
        """The same for mail, where SVG is not shown; twice as many dots as pixels."""
        _use_fonts()
        return vlc.svg_to_png(self.svg(size), scale=2)


@cache
def _use_fonts() -> None:
    """Let vl-convert know the project's fonts."""
    vlc.register_font_directory(str(FONTS))


def _told(name: str, points: Points) -> str:
    """The line in words: first, last, lowest and highest."""
    known = [(m, v) for m, v in points if v is not None]
    if not known:
        return f"{name}: ingen tal."
    (first_month, first), (last_month, last) = known[0], known[-1]
    if first_month == last_month:
        return f"{name}: {_plain(last)} i {danish.month(last_month)}."
    return (
        f"{name}: {_plain(first)} i {danish.month(first_month)} og {_plain(last)} i {danish.month(last_month)};"
        f" lavest {_plain(min(v for _, v in known))}, højest {_plain(max(v for _, v in known))}."
    )


def top_of_axis(most: float) -> tuple[float, float]:
    """The value axis' end and its step: 1, 2, 2.5 or 5 of a power of ten, three to five steps."""
    if most <= 0:
        return 1.0, 0.5
    rough = most / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= rough * 0.999)
    return math.ceil(most / step - 1e-9) * step, step


class _Plot:
    """Places on the paper: months to the right, values upwards from zero."""

    def __init__(self, lines: Lines, width: int, height: int) -> None:
        self.lines = lines
        self.width, self.height = width, height
        self.months = sorted({month for points in lines.series.values() for month, _ in points})
        known = [v for points in lines.series.values() for _, v in points if v is not None]
        self.top, self.step = top_of_axis(max(known, default=0))

    def x(self, month: date) -> float:
        between = max(len(self.months) - 1, 1)
        return _LEFT + self.months.index(month) * (self.width - _LEFT - _RIGHT) / between

    def y(self, value: float) -> float:
        floor = self.height - _BOTTOM
        return floor - value / self.top * (floor - _TOP)

    def marks(self) -> Iterator[str]:
        yield f'<text x="0" y="{_LETTERS}" fill="{_SECOND}">{escape(shown(self.lines.unit))}</text>'
        yield from self._values()
        yield from self._times()
        for number, points in reversed(list(enumerate(self.lines.series.values()))):
            colour, dash = (_ACCENT, "") if number == 0 else (_SECOND, ' stroke-dasharray="5 3"')
            for run in _runs(points):
                path = " ".join(f"{self.x(m):.1f},{self.y(v):.1f}" for m, v in run)
                yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"{dash}/>'
        yield from self._ends()

    def _values(self) -> Iterator[str]:
        decimals = 0 if self.step >= 1 and self.step == int(self.step) else 1 if self.step >= 0.1 else 2
        for number in range(round(self.top / self.step) + 1):
            y = self.y(number * self.step)
            line = _GREY if number == 0 else _PALE
            yield f'<path d="M{_LEFT} {y:.1f}H{self.width - _RIGHT}" stroke="{line}"/>'
            label = danish.number(number * self.step, decimals)
            yield f'<text x="{_LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{label}</text>'

    def _times(self) -> Iterator[str]:
        fitting = max(2, (self.width - _LEFT) // _LABEL_WIDTH)
        every = max(1, math.ceil(len(self.months) / fitting))
        labelled = self.months[::-1][::every][::-1]
        for place, month in enumerate(labelled):
            anchor = "end" if month == self.months[-1] and len(self.months) > 1 else "middle"
            if self.x(month) < _LEFT + 20:
                anchor = "start"
            new_year = place == 0 or month.year != labelled[place - 1].year
            label = danish.month_short(month) + (f" {month.year}" if new_year else "")
            yield f'<text x="{self.x(month):.1f}" y="{self.height - 6}" text-anchor="{anchor}">{label}</text>'
        for month in self.months[1:-1]:
            if month.month == 7:  # the year's lowest month, and nobody's doing
                x, y = self.x(month), self.height - _BOTTOM - 5
                yield f'<text x="{x:.1f}" y="{y}" text-anchor="middle" fill="{_SECOND}">ferie</text>'

    def _ends(self) -> Iterator[str]:
        """The last figure of each series beside its dot, the higher one's above and the lower one's below the line."""
        lasts = [
            (name, month, value)
            for name, points in self.lines.series.items()
            for month, value in [p for p in points if p[1] is not None][-1:]
        ]
        highest = max((value or 0 for _, _, value in lasts), default=0)
        for number, (name, month, value) in enumerate(lasts):
            assert value is not None  # kept above
            above = value == highest and (number == 0 or lasts[0][2] != highest)
            x, y = self.x(month), self.y(value)
            colour, weight = (_ACCENT, "bold") if number == 0 else (_SECOND, "normal")
            label = escape(shown(f"{name} {_plain(value)}" if len(self.lines.series) > 1 else _plain(value)))
            place = max(y - 10, _TOP - 2) if above else min(y + 20, self.height - _BOTTOM - 4)
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{colour}" stroke="#fff" stroke-width="1.5"/>'
            yield (
                f'<text x="{x + 4:.1f}" y="{place:.1f}" text-anchor="end" fill="{colour}" font-weight="{weight}"'
                f' stroke="#fff" stroke-width="4" stroke-linejoin="round" paint-order="stroke">{label}</text>'
            )


def _plain(value: float) -> str:
    return danish.number(value, 0 if value >= 100 else 1 if value >= 1 else 2)


def _runs(points: Points) -> Iterator[list[tuple[date, float]]]:
    """Unbroken stretches: a month without a figure is a gap, not a zero."""
    run: list[tuple[date, float]] = []
    for month, value in points:
        if value is not None:
            run.append((month, value))
        elif run:
            yield run
            run = []
    if run:
        yield run
