"""Writes one workbook: a front sheet, pivots with their figures written, the data behind them, and definitions."""

from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter

from kdi.excel.contents import DATA, choose_month
from kdi.excel.figures import FIGURES
from kdi.excel.front import official_name, write_front
from kdi.excel.package import add_pivots
from kdi.excel.pivot_xml import Placed, data_caption
from kdi.excel.pivots import Filled, caption, fill, items_of
from kdi.excel.reader import Reader
from kdi.excel.sheets import Sheet, read, write_cell
from kdi.excel.styles import Styles
from kdi.notation import danish
from kdi.report.edition import Edition
from kdi.report.imprint import Imprint

# Slicers stand above the pivot, each this many rows high.
_SLICER_ROWS = 9
_FIRST_WIDTH, _WIDTH = 48, 15


def write_workbook(path: Path, reader: Reader, edition: Edition, imprint: Imprint) -> None:
    """Write the reader's workbook about the edition's month.

    Raises:
        TooManyRows: a sheet has more rows than Excel.
    """
    connection = edition.connection
    choose_month(edition)
    sheets, filled = [], []
    for data in DATA:
        sheets.append(read(connection, data, reader))
        if sheets[-1].rows and data.pivots:
            items = items_of(connection, data)
            filled += [(sheets[-1], fill(connection, data, pivot, items)) for pivot in data.pivots]
    memory = BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True})
    _say_who_made_it(book, reader, edition, imprint)
    styles = Styles(book)
    names = [
        "Forside",
        *(f.pivot.sheet for _, f in filled),
        *(s.data.sheet for s in sheets),
        "Nøgletal",
        "Definitioner",
    ]
    pages = {name: _page(book, name) for name in names}
    placed = [_write_pivot(book, pages, sheet, shown, styles, names) for sheet, shown in filled]
    for sheet in sheets:
        _write_data(pages[sheet.data.sheet], sheet, styles)
    _write_key_figures(pages["Nøgletal"], reader, edition, styles)
    _write_definitions(pages["Definitioner"], edition, styles)
    write_front(pages["Forside"], reader, edition, imprint, styles, sheets, [f for _, f in filled])
    book.close()
    partial = path.with_name(f".{path.name}.tmp")
    add_pivots(memory.getvalue(), placed, partial)
    partial.replace(path)


def _say_who_made_it(book: Any, reader: Reader, edition: Edition, imprint: Imprint) -> None:
    book.set_properties(
        {
            "title": f"KDI i tal: {official_name(reader, edition)}",
            "subject": f"Data til og med {danish.month(edition.month)}",
            "author": imprint.sender,
            "company": imprint.sender,
            "comments": f"Publicering {edition.release_id}",
            "created": datetime.fromisoformat(edition.published).replace(tzinfo=None),
        }
    )


def _page(book: Any, name: str) -> Any:
    sheet = book.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    return sheet


def _write_data(page: Any, sheet: Sheet, styles: Styles) -> None:
    """An Excel table needs a row, so an empty one gets a blank one."""
    columns = sheet.data.columns
    forms = [styles.numbers[c.format] if c.format else styles.text for c in columns]
    for number, column in enumerate(columns):
        page.set_column(number, number, column.width, forms[number])
    for number, row in enumerate(sheet.rows, start=1):
        for place, value in enumerate(row):
            if value is not None:
                write_cell(page, number, place, value, forms[place])
    page.add_table(
        0, 0, max(len(sheet.rows), 1), len(columns) - 1,
        {
            "name": sheet.data.table,
            "style": "Table Style Light 1",
            "columns": [{"header": c.label, "header_format": styles.heading} for c in columns],
        },
    )  # fmt: skip
    page.freeze_panes(1, 0)
    page.repeat_rows(0)


def _write_pivot(
    book: Any, pages: dict[str, Any], sheet: Sheet, filled: Filled, styles: Styles, names: list[str]
) -> Placed:
    pivot = filled.pivot
    page, slicers = pages[pivot.sheet], tuple(f for f in pivot.slicers if len(filled.items[f]) > 1)
    page.hide_gridlines(2)
    page.set_column(0, 0, _FIRST_WIDTH)
    page.set_column(1, max(filled.width, 8), _WIDTH)
    page.set_row(0, 28)
    page.write_string(0, 0, pivot.sheet, styles.title)
    page.write_string(1, 0, sheet.told, styles.text)
    page.write_string(2, 0, "Klik »Aktivér redigering« for at vælge og folde ud.", styles.text)
    boxes = tuple((0 if n == 0 else 2 * n - 1, 3, 2 * n + 1, 3 + _SLICER_ROWS) for n in range(len(slicers)))
    top = 4 + _SLICER_ROWS + 1 if slicers else 5
    placed = Placed(names.index(pivot.sheet) + 1, sheet.data, max(len(sheet.rows), 1), filled, top, slicers, boxes)
    for field in slicers:
        book.define_name(placed.slicer_cache(field), "=#N/A")
    _write_cells(page, filled, top - 1, styles)
    return placed


def _write_cells(page: Any, filled: Filled, top: int, styles: Styles) -> None:
    """The cells as Excel would write them itself."""
    pivot, first = filled.pivot, top + 1
    captions = " og ".join(pivot.rows)
    if pivot.columns:
        page.write_string(top, 0, data_caption(filled), styles.heading)
        page.write_string(top, 1, pivot.columns, styles.heading)
        for place in range(2, filled.width):
            page.write_blank(top, place, None, styles.heading)
        across = [filled.items[pivot.columns][n] for n in filled.shown]
        page.write_string(first, 0, captions, styles.heading)
        for place, item in enumerate([*across, "I alt"], start=1):
            write_cell(
                page,
                first,
                place,
                item,
                styles.heading_of_months if pivot.columns == "Måned" and item != "I alt" else styles.heading_of_numbers,
            )
        first += 1
    else:
        page.write_string(top, 0, captions, styles.heading)
        page.write_string(top, 1, data_caption(filled), styles.heading_of_numbers)
    for number, row in enumerate(filled.rows, start=first):
        text, figure = styles.of_row(len(row.place), len(pivot.rows))
        write_cell(page, number, 0, caption(filled, row), text)
        for place, value in enumerate(row.figures, start=1):
            if value is not None or not row.place:
                write_cell(page, number, place, value, figure)
    page.freeze_panes(first, 1)


def _write_key_figures(page: Any, reader: Reader, edition: Edition, styles: Styles) -> None:
    for place, (label, width) in enumerate({"Nøgletal": 44, "Værdi": 18, "Definition": 110}.items()):
        page.set_column(place, place, width)
        page.write_string(0, place, label, styles.heading_of_numbers if label == "Værdi" else styles.heading)
    for number, figure in enumerate(FIGURES, start=1):
        measure = figure.of_catalogue(edition)
        value = figure.value(reader, edition)
        page.write_string(number, 0, measure.label, styles.text)
        write_cell(page, number, 1, danish.MISSING if value is None else float(value), styles.number(measure.format))
        page.write_string(number, 2, measure.definition, styles.beside_numbers)
    page.freeze_panes(1, 0)


def _write_definitions(page: Any, edition: Edition, styles: Styles) -> None:
    for place, (label, width) in enumerate({"Mål": 44, "Enhed": 20, "Definition": 110}.items()):
        page.set_column(place, place, width)
        page.write_string(0, place, label, styles.heading)
    shown = sorted({(m.label, m.unit, m.definition) for m in edition.measures.values()})
    for number, texts in enumerate(shown, start=1):
        for place, text in enumerate(texts):
            page.write_string(number, place, text, styles.wrapped)
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
