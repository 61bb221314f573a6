"""Charts as SVG, each with its alternative text made from the same numbers.

One notation everywhere: the municipality itself in the accent colour, what it is compared with in grey. Nothing is told
by colour alone: lines and bars are labelled where they are. Contrast to white is at least 3:1 for marks and 4.5:1
for text.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import altair as alt
import vl_convert as vlc

from orchestration.report import danish
from orchestration.report.showable import FONTS, shown

ACCENT, GREY, DARK, AMBER, PALE = "#0b5394", "#6b7280", "#1f2937", "#b45309", "#e5e7eb"
RANGE = "#8391a7"
# realised, roll-out, connection: told apart in grey print too, by lightness
STATUS_COLOURS = {"I brug": "#0b5394", "Udbredelse": "#d97706", "Tilslutning": "#6b7280", "Kan ikke måles": "#d1d5db"}
_LINES = [ACCENT, "#4b5563", AMBER, DARK]
_DASHES = [[1, 0], [5, 3], [2, 2], [8, 3]]
STATUS_TEXT = {"I brug": "#ffffff", "Udbredelse": "#1f2937", "Tilslutning": "#ffffff", "Kan ikke måles": "#1f2937"}


@dataclass(frozen=True)
class Picture:
    """A finished chart."""

    svg: str
    alt: str
    spec: dict[str, Any]


@cache
def use_fonts() -> None:
    """Let vl-convert know the project's fonts."""
    vlc.register_font_directory(str(FONTS))


_CONFIG = {
    "font": "IBM Plex Sans",
    "background": None,
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "labelColor": DARK,
        "titleColor": DARK,
        "gridColor": PALE,
        "domainColor": GREY,
        "tickColor": GREY,
        "labelAngle": 0,
    },
    "text": {"fontSize": 11, "color": DARK},
}


def draw(chart: Any, alternative: str) -> Picture:
    """Render with Danish numbers and months."""
    use_fonts()
    spec = shown(chart.to_dict())
    spec["config"] = _CONFIG
    svg = vlc.vegalite_to_svg(spec, format_locale="da-DK", time_format_locale="da-DK")
    return Picture(svg, alternative, spec)


def png(picture: Picture, scale: float = 2) -> bytes:
    """The same picture for e-mail, where SVG is not shown."""
    use_fonts()
    spec = picture.spec | {"background": "white"}
    return vlc.vegalite_to_png(spec, scale=scale, format_locale="da-DK", time_format_locale="da-DK")


def trend(
    series: dict[str, Sequence[tuple[date, float | None]]], unit: str, width: int = 535, height: int = 130
) -> Picture:
    """One to four lines over months, each named at its end. The first is the accented one.

    A month without a figure is a gap, not a zero.
    """
    names = list(series)
    data = [_point(m, value, name) for name, points in series.items() for m, value in points]
    colour = alt.Color("serie:N", legend=None, scale=alt.Scale(domain=names, range=_LINES[: len(names)]))
    dash = alt.StrokeDash("serie:N", legend=None, scale=alt.Scale(domain=names, range=_DASHES[: len(names)]))
    months = sorted({m for points in series.values() for m, _ in points})
    shown = months[::-1][:: max(1, -(-len(months) // 7))]
    time_axis = alt.Axis(format="%b %y", values=[_moment(m) for m in shown], title=None, grid=False)
    value_axis = alt.Axis(
        title=unit, tickCount=4, titleAngle=0, titleAlign="left", titleX=0, titleY=-10, titleAnchor="start"
    )
    lines = (
        alt.Chart(alt.Data(values=data))
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X("maaned:T", axis=time_axis),
            y=alt.Y("tal:Q", scale=alt.Scale(zero=True), axis=value_axis),
            color=colour,
            strokeDash=dash,
        )
    )
    lasts = {n: known[-1] for n, points in series.items() if (known := _known(points))}
    top = max((v for points in series.values() for _, v in _known(points)), default=1)
    ends = [layer for end in _apart(lasts, top, height) for layer in _end_of_line(*end, _LINES[names.index(end[0])])]
    chart = alt.layer(lines, *ends).properties(width=width, height=height)
    return draw(chart, f"Kurve over {unit}. " + " ".join(told(name, list(series[name])) for name in names))


def _point(month: date, value: float | None, name: str) -> dict[str, Any]:
    return {"maaned": f"{month.isoformat()}T12:00:00", "tal": value, "serie": name}


def _known(points: Sequence[tuple[date, float | None]]) -> list[tuple[date, float]]:
    return [(m, v) for m, v in points if v is not None]


def _end_of_line(name: str, month: date, value: float, place: float, colour: str) -> list[Any]:
    """A dot at the last month, and the line's name and figure beside it."""
    dot = alt.Chart(alt.Data(values=[_point(month, value, name)]))
    label = alt.Chart(alt.Data(values=[_point(month, place, name) | {"tekst": [name, _plain(value)]}]))
    return [
        dot.mark_point(filled=True, size=45, opacity=1, color=colour).encode(x="maaned:T", y="tal:Q"),
        label.mark_text(align="left", dx=8, baseline="middle", color=colour, lineHeight=12).encode(
            x="maaned:T", y="tal:Q", text="tekst:N"
        ),
    ]


def _moment(month: date) -> alt.DateTime:
    return alt.DateTime(year=month.year, month=month.month, date=1, hours=12)


def _apart(lasts: dict[str, tuple[date, float]], top: float, height: int) -> list[tuple[str, date, float, float]]:
    """Name, month, figure and where its label stands: at least 28 pixels from the next."""
    gap = 28 * (top or 1) / height
    placed: list[tuple[str, date, float, float]] = []
    for name, (month, value) in sorted(lasts.items(), key=lambda item: item[1][1]):
        place = max(value, placed[-1][3] + gap) if placed else value
        placed.append((name, month, value, place))
    return placed


def told(name: str, points: list[tuple[date, float | None]]) -> str:
    """The line in words: first, last, lowest and highest."""
    known = _known(points)
    if not known:
        return f"{name}: ingen tal."
    (first_month, first), (last_month, last) = known[0], known[-1]
    return (
        f"{name}: {_plain(first)} i {danish.month(first_month)} og {_plain(last)} i {danish.month(last_month)};"
        f" lavest {_plain(min(v for _, v in known))}, højest {_plain(max(v for _, v in known))}."
    )


def _plain(value: float) -> str:
    return danish.number(value, 0 if value >= 100 else 1 if value >= 1 else 2)


def stacked(rows: list[tuple[str, int, int, int, int]], width: int = 440) -> Picture:
    """A bar per name, split in what is in use, roll-out, connection and what cannot be measured, with their numbers."""
    parts = list(STATUS_COLOURS)
    data, total = [], max((sum(r[1:]) for r in rows), default=0)
    for name, *numbers in rows:
        start = 0
        for order, (part, count) in enumerate(zip(parts, numbers, strict=True)):
            if count:
                data.append(
                    {
                        "navn": name,
                        "del": part,
                        "fra": start,
                        "til": start + count,
                        "midt": start + count / 2,
                        "antal": danish.number(count) if count >= total / 28 else "",
                        "orden": order,
                    }
                )
            start += count
    y = alt.Y("navn:N", sort=[r[0] for r in rows], axis=alt.Axis(title=None, ticks=False, domain=False, labelLimit=230))
    base = alt.Chart(alt.Data(values=data)).encode(y=y)
    bars = base.mark_bar(height={"band": 0.72}, stroke="white", strokeWidth=1).encode(
        x=alt.X("fra:Q", axis=None, scale=alt.Scale(domain=[0, max(total, 1)], nice=False)),
        x2="til:Q",
        color=alt.Color(
            "del:N",
            scale=alt.Scale(domain=parts, range=list(STATUS_COLOURS.values())),
            legend=alt.Legend(orient="top", title=None, labelFontSize=11, symbolType="square"),
        ),
    )
    text = base.mark_text(fontWeight="bold", baseline="middle").encode(
        x="midt:Q",
        text="antal:N",
        color=alt.Color("del:N", legend=None, scale=alt.Scale(domain=parts, range=list(STATUS_TEXT.values()))),
    )
    chart = (
        alt.layer(bars, text).resolve_scale(color="independent").properties(width=width, height=24 * max(len(rows), 1))
    )
    told = "; ".join(f"{n}: {a} i brug, {u} udbredelse, {t} tilslutning, {m} kan ikke måles" for n, a, u, t, m in rows)
    return draw(chart, f"Vandrette søjler over mulige anvendelser. {told}.")


def bars(rows: list[tuple[str, float, str]], unit: str, width: int = 540) -> Picture:
    """A bar per name from zero, with its figure as text."""
    data = [{"navn": n, "tal": v, "tekst": t} for n, v, t in rows]
    y = alt.Y("navn:N", sort=None, axis=alt.Axis(title=None, ticks=False, domain=False, labelLimit=260))
    top = max((v for _, v, _ in rows), default=1) or 1
    base = alt.Chart(alt.Data(values=data)).encode(
        y=y, x=alt.X("tal:Q", axis=None, scale=alt.Scale(domain=[0, top * 1.18], nice=False))
    )
    chart = alt.layer(
        base.mark_bar(height={"band": 0.7}, color=ACCENT),
        base.mark_text(align="left", dx=5, baseline="middle").encode(text="tekst:N"),
    ).properties(width=width, height=19 * max(len(rows), 1))
    return draw(chart, f"Søjler over {unit}. " + "; ".join(f"{n}: {t}" for n, _, t in rows).rstrip(".") + ".")


@dataclass(frozen=True)
class Spread:
    """How a share lies among the municipalities: quarters and medians, never a single one but the reader's own."""

    name: str
    own: float | None
    low: float | None
    median: float | None
    high: float | None
    similar: float | None


def spread(rows: Sequence[Spread], own_name: str, width: int = 490) -> Picture:
    """Where the municipality lies in the middle half of the 98, on one axis from 0 to 100 percent."""
    most = max((v for r in rows for v in (r.own, r.high, r.similar) if v is not None), default=1)
    scale = alt.Scale(domain=[0, 1 if most > 0.75 else math.ceil(10 * most + 0.5) / 10])
    axis = alt.Axis(labelExpr="format(datum.value * 100, '.0f') + ' %'", title=None, tickCount=5)
    y = alt.Y(
        "navn:N", sort=[r.name for r in rows], axis=alt.Axis(title=None, ticks=False, domain=False, labelLimit=200)
    )

    def marks(values: list[dict[str, Any]], field: str) -> alt.Chart:
        return alt.Chart(alt.Data(values=values)).encode(y=y, x=alt.X(f"{field}:Q", scale=scale, axis=axis))

    ranges = [{"navn": r.name, "fra": r.low, "til": r.high, "midt": r.median} for r in rows if r.low is not None]
    similar = [{"navn": r.name, "tal": r.similar} for r in rows if r.similar is not None]
    own = [{"navn": r.name, "tal": r.own, "tekst": danish.percent(r.own)} for r in rows if r.own is not None]
    chart = alt.layer(
        marks(ranges, "fra").mark_bar(height=12, color=RANGE).encode(x2="til:Q"),
        marks(ranges, "midt").mark_tick(color=DARK, thickness=2, height=18),
        marks(similar, "tal").mark_point(shape="diamond", size=80, color=DARK, fill="white", opacity=1),
        marks(own, "tal").mark_point(filled=True, size=110, color=ACCENT, opacity=1),
        marks(own, "tal").mark_text(dy=-13, color=ACCENT, fontWeight="bold").encode(text="tekst:N"),
    ).properties(width=width, height=34 * max(len(rows), 1))
    own_words = [
        f" {own_name} {danish.percent(r.own)}, sammenlignelige {_of_others(r.similar)}," if own else "" for r in rows
    ]
    told = " ".join(
        f"{r.name}:{words} midte {_of_others(r.median)}, halvdelen mellem {_of_others(r.low)} og {_of_others(r.high)}."
        for r, words in zip(rows, own_words, strict=True)
    )
    return draw(chart, f"Fordelinger på en skala i procent. {told}")


def _of_others(share: float | None) -> str:
    return danish.TOO_FEW if share is None else danish.percent(share)
