"""A picture of each page of the report, as SVG: ``python -m tests.bi.pictures <kdi.duckdb>``.

The figures are those that the model's measures give on the published data; the charts are drawn by Vega-Altair in the
report's colours, in the places the report gives them. It shows what to expect; Power BI's own look differs in detail.
"""

import html
import itertools
import re
import sys
import textwrap
from datetime import date, datetime
from pathlib import Path
from typing import Any

import altair
import duckdb
import vl_convert
import yaml

from kdi.notation import danish
from kdi.settings import PROJECT_ROOT
from powerbi.catalogue import read_catalogue
from powerbi.pbir import HEIGHT, REPORT_FILE, THEME, WIDTH, write_report
from powerbi.semantic import Model, build

from .evaluator import Evaluator, Selection, load
from .joined import combinations
from .opening import chosen

TARGET = PROJECT_ROOT / "docs" / "powerbi"
_MONTHS = ["jan.", "feb.", "marts", "april", "maj", "juni", "juli", "aug.", "sept.", "okt.", "nov.", "dec."]
_BARS = 14
_INK, _SOFT, _LINE = THEME["foreground"], THEME["foregroundNeutralSecondary"], "#D5DCE1"
# What a reader has chosen who drills through, or points at a municipality.
_CHOSEN: dict[str, Selection] = {
    "kommune": {"Myndighed.Kommune": "Aalborg"},
    "system": {"IT-system.IT-system": "Jobcentersystemet"},
    "tip_kommune": {"Myndighed.Kommune": "Aalborg"},
}


def main(database: Path) -> None:
    """Write every page's picture into docs/powerbi/."""
    spec = yaml.safe_load(REPORT_FILE.read_text("utf-8"))
    model = build(read_catalogue())
    report = write_report(model, spec)
    TARGET.mkdir(exist_ok=True)
    with duckdb.connect(str(database), read_only=True) as connection:
        page_maker = Pages(load(connection), connection, model)
        for page in spec["sider"]:
            places = [
                report[f"definition/pages/{page['navn']}/visuals/{page['navn']}_{n:02d}_{v['slags']}/visual.json"][
                    "position"
                ]
                for n, v in enumerate(page["visualer"], start=1)
            ]
            (TARGET / f"{page['navn']}.svg").write_text(page_maker.picture(page, places), "utf-8")


class Pages:
    """Draws pages from what the evaluator says."""

    def __init__(self, evaluator: Evaluator, connection: duckdb.DuckDBPyConnection, model: Model) -> None:
        self._evaluator, self._connection, self._model = evaluator, connection, model
        self._formats = {m.name: m.format for m in model.measures.values()}
        self._newest = evaluator.value("Data til og med")

    def picture(self, page: dict[str, Any], places: list[dict[str, float]]) -> str:
        """The page as one SVG."""
        tip = page.get("slags") == "tip"
        width, height = (320, 240) if tip else (WIDTH, HEIGHT)
        selection = {**chosen(page["navn"]), **_CHOSEN.get(page["navn"], {})}
        if tip:
            selection["Dato.Periode"] = "Nyeste måned"
        title = f"{page['titel']}: {page.get('spoergsmaal', 'Kort om kommunen, vist når musen holdes over den.')}"
        body = [f'<rect width="{width}" height="{height}" fill="{THEME["backgroundLight"]}"/>']
        if not tip:
            body.append(_text(16, 36, page["titel"], 24, _INK, "600"))
            body.append(_text(16, 60, page["spoergsmaal"], 14, _SOFT))
        body += [
            self._visual(v, p, selection, n) for n, (v, p) in enumerate(zip(page["visualer"], places, strict=True))
        ]
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" font-family="Segoe UI, '
            f'Arial, sans-serif"><title>{html.escape(title)}</title>\n' + "\n".join(body) + "\n</svg>\n"
        )

    def _visual(self, spec: dict[str, Any], place: dict[str, float], selection: Selection, number: int) -> str:
        x, y, width, height = (place[k] for k in ("x", "y", "width", "height"))
        selection = {**selection, **spec.get("kun", {})}
        inside = {
            "kort": self._card, "saetning": self._sentence, "tabel": self._table, "matrix": self._matrix, "udvaelger": self._slicer,
        }.get(spec["slags"], self._chart)(spec, width, height, selection)  # fmt: skip
        # Each chart numbers its clip paths from 1.
        inside = re.sub(r'(id="|url\(#)(clip|gradient)_?', rf"\g<1>v{number}_\g<2>", inside)
        return (
            f'<g transform="translate({x},{y})"><rect width="{width}" height="{height}" rx="4" fill="#fff" stroke="{_LINE}"/>'
            f"{'' if spec['slags'] == 'saetning' else _text(10, 20, spec['titel'], 13, _INK, '600')}{inside}</g>"
        )

    def _card(self, spec: dict[str, Any], width: float, height: float, selection: Selection) -> str:
        (measure,) = spec["felter"]["Values"]
        shown = self._shown(measure, self._evaluator.value(measure, selection))
        size = 30 if len(shown) < 14 else 17
        return _text(width / 2, height / 2 + 20, shown, size, str(THEME["dataColors"][0]), "600", "middle")

    def _sentence(self, spec: dict[str, Any], width: float, height: float, selection: Selection) -> str:
        (measure,) = spec["felter"]["Values"]
        return _text(
            12, height / 2 + 6, self._shown(measure, self._evaluator.value(measure, selection)), 18, _INK, "600"
        )

    def _slicer(self, spec: dict[str, Any], width: float, height: float, selection: Selection) -> str:
        (column,) = spec["felter"]["Values"]
        chosen = _value(selection.get(column)) if column in selection else "Alle"
        box = f'<rect x="10" y="32" width="{width - 20}" height="30" fill="none" stroke="{_SOFT}"/>'
        return box + _text(18, 52, chosen, 13, _INK) + _text(width - 26, 52, "▾", 13, _INK)

    def _rows(self, fields: list[str], spec: dict[str, Any], selection: Selection, most: int) -> list[dict[str, Any]]:
        """The first rows of a visual: every combination of its columns that has a figure, in its order."""
        columns = [f for f in fields if f not in self._model.measures]
        measures = [f for f in fields if f in self._model.measures]
        found = combinations(self._connection, self._model, columns, measures, selection)
        key, way = spec.get("sorter", [columns[0] if columns else measures[0], "stigende"])
        if key in measures or not measures:
            order = [
                (self._evaluator.value(key, {**selection, **row}) if key in measures else row[key], row)
                for row in found
            ]
            order = [(v, row) for v, row in order if v is not None]
            order.sort(key=lambda pair: (pair[0], [str(v) for v in pair[1].values()]), reverse=way == "faldende")
            found = [row for _, row in order]
        elif key in columns:
            found.sort(key=lambda row: str(row[key]), reverse=way == "faldende")
        shown = []
        for row in found:
            values = {m: self._evaluator.value(m, {**selection, **row}) for m in measures}
            if not measures or any(v is not None for v in values.values()):
                shown.append({**row, **values})
            if len(shown) == most:
                break
        return shown

    def _table(self, spec: dict[str, Any], width: float, height: float, selection: Selection) -> str:
        fields = spec["felter"]["Values"]
        most = int((height - 86) // 22)
        rows = self._rows(fields, spec, selection, most)
        narrow = [_least(_label(f)) for f in fields]
        wanted = [max(8 + 6.1 * _width_of(f, rows, self) - least, 0) for f, least in zip(fields, narrow, strict=True)]
        left = width - 20 - sum(narrow)
        widths = [n + left * w / max(sum(wanted), 1) for n, w in zip(narrow, wanted, strict=True)]
        edges = [10 + sum(widths[:n]) for n in range(len(fields) + 1)]
        out = []
        for n, field in enumerate(fields):
            room = edges[n + 1] - edges[n] - 8
            out.append(_heading(edges[n], 44, _label(field), room, self._right(field)))
            out += [
                _cell(edges[n], 94 + 22 * r, self._shown(field, row[field]), room, self._right(field))
                for r, row in enumerate(rows)
            ]
        out += [
            f'<line x1="10" x2="{width - 10}" y1="{78 + 22 * r}" y2="{78 + 22 * r}" stroke="{_LINE}"/>'
            for r in range(len(rows) + 1)
        ]
        return "".join(out)

    def _matrix(self, spec: dict[str, Any], width: float, height: float, selection: Selection) -> str:
        roles = spec["felter"]
        row_fields = roles["Rows"][:1] if roles["Columns"] else roles["Rows"]
        if not roles["Columns"]:
            flat = {**spec, "felter": {"Values": [*row_fields, *roles["Values"]]}}
            return self._table(flat, width, height, selection)
        (measure,), (column,), (row,) = roles["Values"], roles["Columns"], row_fields
        across = [c[column] for c in combinations(self._connection, self._model, [column], [measure], selection)]
        across = [
            c for c in across if c is not None and self._evaluator.value(measure, {**selection, column: c}) is not None
        ][:12]
        step = max(_least(_value(c)) for c in across) if across else 90.0
        across = across[: int((width - 200) / step)]
        down = [r[row] for r in combinations(self._connection, self._model, [row], [measure], selection)]
        down = [r for r in down if r is not None and self._evaluator.value(measure, {**selection, row: r}) is not None]
        down = down[: int((height - 86) // 22)]
        step = (width - 200) / max(len(across), 1)
        out = [_heading(10, 44, _label(row), 180, False)]
        for n, c in enumerate(across):
            out.append(_heading(200 + n * step, 44, _value(c), step - 8, True))
            for r, value in enumerate(down):
                here = {**selection, column: c, row: value}
                figure = self._evaluator.value(measure, here)
                x, y = 200 + n * step, 94 + 22 * r
                if figure is not None and measure in spec.get("farver", {}):
                    colour = self._evaluator.value(spec["farver"][measure], here) or "#FFFFFF"
                    out.append(f'<rect x="{x:.1f}" y="{y - 16}" width="{step - 2:.1f}" height="22" fill="{colour}"/>')
                out.append(_cell(x, y, "" if figure is None else self._shown(measure, figure), step - 8, True))
        out += [_cell(10, 94 + 22 * r, _value(v), 180, False) for r, v in enumerate(down)]
        out += [
            f'<line x1="10" x2="{width - 10}" y1="{78 + 22 * r}" y2="{78 + 22 * r}" stroke="{_LINE}"/>'
            for r in range(len(down) + 1)
        ]
        return "".join(out)

    def _chart(self, spec: dict[str, Any], width: float, height: float, selection: Selection) -> str:
        roles = spec["felter"]
        bars = spec["slags"] == "bjaelker"
        category, series = roles.get("Category", [None])[0], roles.get("Series", [None])[0]
        most = min(_BARS, int((height - 60) // 22)) if bars else 200
        fields = [f for f in (category, series, *roles["Y"]) if f]
        along = {k: v for k, v in selection.items() if k != category}
        records = []
        # a bar with series is as many rows
        for row in self._rows(fields, spec, along, max(most, 2) * (5 if series else 1)):
            for measure in roles["Y"]:
                named = _value(row[series]) if series else _label(measure)
                records.append({"x": _value(row[category]) if category else named, "y": row[measure] or 0, "s": named})
        if not records:
            return _text(10, 44, "Ingen data", 12, _SOFT)
        colours = next(iter(spec.get("serier", {}).values()), {})
        if colours and not series:
            records = [{**r, "s": r["x"]} for r in records]
        return _drawn(
            records,
            spec["slags"],
            width,
            height,
            self._formats[roles["Y"][0]],
            many=bool(series) or len(roles["Y"]) > 1,
            colours=colours,
        )

    def _shown(self, field: str, value: Any) -> str:
        if field not in self._formats:
            return _value(value)
        pattern = self._formats[field]
        if isinstance(value, datetime):
            return f"{value:%d-%m-%Y %H:%M}" if "hh" in pattern else _value(value)
        return formatted(value, pattern) if isinstance(value, int | float) else _value(value)

    def _right(self, field: str) -> bool:
        return field in self._formats


def formatted(value: float, pattern: str) -> str:
    """A figure in the measure's format, the Danish way."""
    decimals = len(pattern.split(".")[1].rstrip(" %")) if "." in pattern else 0
    return danish.number(100 * value, decimals) + " %" if pattern.endswith("%") else danish.number(value, decimals)


def _axis_format(records: list[dict[str, Any]], share: bool) -> str:
    largest = max(r["y"] for r in records)
    return ".0%" if share else "~s" if largest > 99_999 else ",.0f" if largest > 9 else ""


def _drawn(
    records: list[dict[str, Any]],
    kind: str,
    width: float,
    height: float,
    pattern: str,
    many: bool,
    colours: dict[str, str],
) -> str:
    share = pattern.endswith("%")
    amount = altair.Axis(title=None, format=_axis_format(records, share), tickCount=4)
    colour: Any = altair.value(THEME["dataColors"][0])
    names = list(dict.fromkeys(r["s"] for r in records))
    if colours:
        names = [name for name in colours if name in names]
    if many or colours:
        legend = altair.Legend(title=None, orient="bottom", labelLimit=300, columns=1 if width < 420 else 2)
        colour = altair.Color(
            "s:N",
            sort=names,
            scale=altair.Scale(
                domain=names, range=[colours.get(n, c) for n, c in zip(names, itertools.cycle(THEME["dataColors"]))]
            ),
            legend=legend if many else None,
        )
    order = list(dict.fromkeys(r["x"] for r in records))
    base = altair.Chart(altair.Data(values=records))
    label = altair.Axis(title=None, labelLimit=170, labelAngle=0, labelOverlap=True)
    if many and all(r["x"] == r["s"] for r in records):
        label = altair.Axis(title=None, labels=False, ticks=False)
    if kind == "bjaelker":
        chart = base.mark_bar().encode(
            y=altair.Y("x:N", sort=order, axis=label),
            x=altair.X("y:Q", axis=amount, stack="zero" if many else None),
            color=colour,
        )
    elif kind == "linje":
        chart = base.mark_line(point=True, strokeWidth=2.5).encode(
            x=altair.X("x:N", sort=order, axis=label),
            y=altair.Y("y:Q", axis=amount, scale=altair.Scale(zero=True)),
            color=colour,
        )
    else:
        chart = base.mark_bar().encode(
            x=altair.X("x:N", sort=order, axis=label), y=altair.Y("y:Q", axis=amount), color=colour
        )
    chart = (
        chart.properties(
            width=width - 24,
            height=height - 44,
            autosize=altair.AutoSizeParams(type="fit", contains="padding"),
            background="transparent",
        )
        .configure_view(stroke=None)
        .configure_axis(labelFont="Segoe UI, Arial, sans-serif", labelFontSize=11, labelColor=_INK, gridColor="#E6EBEE")
    )
    svg = vl_convert.vegalite_to_svg(chart.to_json(), format_locale=_LOCALE)
    return svg.replace("<svg ", '<svg x="12" y="32" ', 1)


_LOCALE = {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " kr."], "percent": " %"}


def _text(x: float, y: float, text: str, size: int, colour: Any, weight: str = "400", anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" font-weight="{weight}" text-anchor="{anchor}">'
        f"{html.escape(text)}</text>"
    )


def _cell(x: float, y: float, text: str, room: float, right: bool, weight: str = "400") -> str:
    fits = max(int(room / 6.1), 2)
    cut = text if len(text) <= fits else text[: fits - 1] + "…"
    return _text(x + room if right else x, y, cut, 11, _INK, weight, "end" if right else "start")


def _least(heading: str) -> float:
    """The width that the longest word of a heading needs."""
    return 16 + 6.1 * max(map(len, heading.split()))


def _heading(x: float, y: float, text: str, room: float, right: bool) -> str:
    """A heading in up to three lines, as Power BI breaks it; a word too long for its column is a fault of the page."""
    fits = max(int(room / 6.1), 2)
    lines = textwrap.wrap(text, fits, break_long_words=False)
    if len(lines) > 3 or max(map(len, lines)) > fits:
        raise ValueError(f"overskriften »{text}« kan ikke stå i {room:.0f} punkters bredde")
    return "".join(_cell(x, y + 13 * n, line, room, right, "600") for n, line in enumerate(lines))


def _label(field: str) -> str:
    return (
        field.split(".", 1)[1]
        if "." in field
        and field not in ("Kald pr. borger", "Kald pr. indbygger")
        and not field.startswith("Kald pr.")
        and " pr. " not in field
        else field
    )


def _value(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "Ja" if value else "Nej"
    if isinstance(value, date):
        return f"{_MONTHS[value.month - 1]} {value.year}" if value.day == 1 else f"{value:%d-%m-%Y}"
    return str(value)


def _width_of(field: str, rows: list[dict[str, Any]], pages: Pages) -> float:
    texts = [len(pages._shown(field, row[field])) for row in rows]
    longest_word = max(map(len, _label(field).split()))
    return float(min(max([9, longest_word + 2, min(len(_label(field)), 16), *texts]), 44))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
