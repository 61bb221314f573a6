"""A workbook as it is opened: every cell as its format shows it, and the pivots over their sheets."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bi.spreadsheet import opened
from bi.workbook_parts import Workbook

from ..workbook_and_model import as_shown
from .pieces import Piece, Place, Sentence, Table

_BESIDE_PIVOTS = ("Forside", "Nøgletal", "Definitioner")


@dataclass(frozen=True)
class PivotCell:
    """A figure of a pivot: its place, the items it is of by field, and the sum of the rows that they choose."""

    place: Place
    items: dict[str, str]
    label: str
    text: str
    expected: str


class Opened:
    """A workbook's sheets as text, and its pivots."""

    def __init__(self, path: Path, place: Place) -> None:
        self.place = place
        self.parts = Workbook(path)
        book = opened(path, read_only=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl knows no slicers, and says so
            self.cells = {sheet.title: [[_Cell(c) for c in row] for row in sheet.iter_rows()] for sheet in book}
        book.close()

    def pieces(self) -> Iterator[Piece]:
        """The front sheet, the key figures and every sheet of data."""
        pivots = {pivot.sheet for pivot in self.parts.pivots().values()}
        for name, rows in self.cells.items():
            place = Place(self.place.product, f"{self.place.page}: {name}", self.place.about)
            if name == "Forside":
                yield from self._front(rows, place)
            elif name == "Nøgletal":
                yield _turned([row[:2] for row in rows[1:]], place, name)
            elif name == "Definitioner" or name in pivots:
                continue
            else:
                table = [[c.text for c in row] for row in rows]
                yield Table(place, name, tuple(table[0]), tuple(tuple(r) for r in table[1:] if any(r)))

    def _front(self, rows: list[list["_Cell"]], place: Place) -> Iterator[Piece]:
        """Lines of text, and short tables, each under its headings."""
        head: list[str] = []
        for row in rows:
            told = [c.text for c in row]
            if told[:1] in (["Nøgletal"], ["Ark"], ["Skridt, der er en samtale værd"]):
                head = told
            elif not any(told):
                head = []
            elif head[:1] == ["Nøgletal"]:
                columns = (head[0], *head[1:4]) if any(head[2:4]) else (told[0],)
                yield Table(place, "Forside", columns, (tuple(told[:4]) if any(head[2:4]) else (told[1],),))
            elif head[:1] == ["Ark"]:
                yield Table(place, told[0], ("Ark", "Rækker"), ((told[0], told[1]),))
            else:
                for text in filter(None, told):
                    yield Sentence(place, text)

    def pivot_cells(self) -> Iterator[PivotCell]:
        """Every figure of every pivot, beside the sum over the rows of the sheet that it is made from."""
        for pivot in self.parts.pivots().values():
            rows = self.cells[pivot.source[0]]
            labels = [c.text for c in rows[0]]
            place = Place(self.place.product, f"{self.place.page}: {pivot.sheet}", self.place.about)
            yield from _pivot(place, self.cells[pivot.sheet], labels, rows[1:])

    def cached_items(self) -> Iterator[tuple[str, str, set[str], set[str]]]:
        """Per pivot and field the items in its cache, and the values of the column that it is of."""
        for pivot in self.parts.pivots().values():
            rows = self.cells[pivot.source[0]]
            labels = [c.text for c in rows[0]]
            for field, items in pivot.fields.items():
                if items:
                    column = labels.index(field)
                    yield pivot.sheet, field, {i[:10] for i in items}, {row[column].item[:10] for row in rows[1:]}


class _Cell:
    """A cell's value, what is read in it, and how far it is indented."""

    def __init__(self, cell: Any) -> None:
        self.value = cell.value
        form = cell.number_format if cell.value is not None else ""
        self.indent = int(cell.alignment.indent) if cell.value is not None and cell.alignment else 0
        if isinstance(self.value, datetime):
            self.text = f"{self.value:%Y-%m}" if form.endswith("mmm yyyy") else f"{self.value:%d.%m.%Y}"
            self.item = f"{self.value:%Y-%m-%d}"
        elif isinstance(self.value, int | float) and not isinstance(self.value, bool):
            self.text = self.item = as_shown(self.value, form)
        else:
            self.text = self.item = "" if self.value is None else str(self.value)


def _turned(rows: list[list[_Cell]], place: Place, title: str) -> Table:
    """Figures that stand below one another, each beside its label, as one row under headings."""
    return Table(place, title, tuple(r[0].text for r in rows), (tuple(r[1].text for r in rows),))


def _pivot(place: Place, sheet: list[list[_Cell]], labels: list[str], rows: list[list[_Cell]]) -> Iterator[PivotCell]:
    top = next(n for n, row in enumerate(sheet) if any(c.text.endswith(" i alt") for c in row[:2]))
    caption = next(c.text for c in sheet[top][:2] if c.text.endswith(" i alt"))
    data = labels.index(caption.removesuffix(" i alt"))
    across = "" if sheet[top][1].text == caption else sheet[top][1].text
    head = top + 1 if across else top
    fields = sheet[head][0].text.split(" og ")
    columns = [labels.index(field) for field in fields]
    shown = [c for c in sheet[head][1:] if c.text]
    sums = _sums(rows, columns, labels.index(across) if across else None, data)
    chosen: list[str] = []
    for row in sheet[head + 1 :]:
        if not row[0].text:
            continue
        total = row[0].text == "I alt"
        chosen = [] if total else [*chosen[: row[0].indent], row[0].item.casefold()]
        for heading, cell in zip(shown, row[1:], strict=False):
            if cell.text:
                column = heading.item.casefold() if across and heading.text != "I alt" else ""
                key = (tuple(chosen), column)
                items = dict(zip(fields, chosen, strict=False)) | ({across: column} if column else {})
                yield PivotCell(place, items, caption, cell.text, as_shown(sums.get(key, 0), "#,##0"))


def _sums(
    rows: list[list[_Cell]], columns: list[int], across: int | None, data: int
) -> dict[tuple[tuple[str, ...], str], float]:
    found: dict[tuple[tuple[str, ...], str], float] = {}
    for row in rows:
        items = tuple(row[c].item.casefold() for c in columns)
        value = row[data].value or 0
        for depth in range(len(items) + 1):
            for column in {"", row[across].item.casefold() if across is not None else ""}:
                key = (items[:depth], column)
                found[key] = found.get(key, 0) + value
    return found
