"""Writes one workbook with excelize: a front sheet of written values, pivots with slicers, and the data behind them.

Excel fills the pivots when the reader clicks »Aktivér redigering«; the front sheet can be read before that. Texts are
written as texts, so nothing that came from a delivery can become a formula.
"""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import excelize

from orchestration.excel.contents import DATA, FIGURES, Data, Pivot
from orchestration.excel.reader import Reader
from orchestration.report import danish
from orchestration.report.edition import Edition, Measure
from orchestration.report.showable import for_xml

# Rows of a sheet in Excel, less the heading.
MOST_ROWS = 1_048_575
_LONGEST_TEXT = 32_767
_INK, _ACCENT = "1B2A34", "1F5A7A"


class TooManyRows(Exception):
    """A data sheet would not fit into Excel."""


@dataclass(frozen=True)
class Styles:
    """Cell styles by use; numbers by their format."""

    title: int
    heading: int
    heading_of_numbers: int
    heading_beside_numbers: int
    text: int
    wrapped: int
    beside_numbers: int
    numbers: dict[str, int]


def write_workbook(path: Path, reader: Reader, edition: Edition) -> None:
    """Write the reader's workbook about the edition's month.

    Raises:
        TooManyRows: a sheet has more rows than Excel.
    """
    connection = edition.connection
    connection.execute(f"set variable maaned = date '{edition.month}'")  # what contents.py asks for
    book = excelize.new_file()
    try:
        styles = _styles(book, edition)
        book.set_sheet_name("Sheet1", "Forside")
        pivots = [pivot for data in DATA for pivot in data.pivots]
        for name in [*(p.sheet for p in pivots), *(d.sheet for d in DATA), "Definitioner"]:
            book.new_sheet(name)
        for name in book.get_sheet_list():
            book.set_sheet_props(name, excelize.SheetPropsOptions(fit_to_page=True))
            layout = excelize.PageLayoutOptions(size=9, orientation="landscape", fit_to_width=1, fit_to_height=0)
            book.set_page_layout(name, layout)
        filled = {data.sheet: _write_data(book, data, reader, connection, styles) for data in DATA}
        for data in DATA:
            for pivot in data.pivots:
                _write_pivot(book, data, pivot, filled[data.sheet], styles)
        _write_definitions(book, edition, styles)
        _write_front(book, reader, edition, connection, styles, filled)
        book.set_active_sheet(0)
        partial = path.with_name(f".{path.name}")
        book.save_as(str(partial.with_suffix(".tmp.xlsx")))
        partial.with_suffix(".tmp.xlsx").replace(path)
    finally:
        book.close()


def _measures(edition: Edition) -> dict[str, Measure]:
    """The catalogue by measure; a measure of several tables has one definition."""
    return {name: measure for (name, _), measure in edition.measures.items()}


def _styles(book: Any, edition: Edition) -> Styles:
    def style(**parts: Any) -> int:
        return int(book.new_style(excelize.Style(**parts)))

    def font(**parts: Any) -> Any:
        return excelize.Font(family="Calibri", **{"size": 11, "color": _INK, **parts})

    def heading(side: str, indent: int = 0) -> int:
        return style(
            font=font(bold=True, color="FFFFFF"),
            fill=excelize.Fill(type="pattern", pattern=1, color=[_ACCENT]),
            alignment=excelize.Alignment(wrap_text=True, vertical="center", horizontal=side, indent=indent),
        )

    formats = {m.format for m in edition.measures.values()} | {c.format for d in DATA for c in d.columns if c.format}
    return Styles(
        title=style(font=font(bold=True, size=20)),
        heading=heading("left"),
        heading_of_numbers=heading("right"),
        heading_beside_numbers=heading("left", indent=1),
        text=style(font=font(), alignment=excelize.Alignment(vertical="top")),
        wrapped=style(font=font(), alignment=excelize.Alignment(wrap_text=True, vertical="top")),
        # a number ends where the text beside it would begin
        beside_numbers=style(
            font=font(),
            alignment=excelize.Alignment(wrap_text=True, vertical="top", horizontal="left", indent=1),
        ),
        numbers={
            # to the right also where a dash stands for a number
            f: style(font=font(), custom_num_fmt=f, alignment=excelize.Alignment(vertical="top", horizontal="right"))
            for f in formats
        },
    )


def _write_data(book: Any, data: Data, reader: Reader, connection: duckdb.DuckDBPyConnection, styles: Styles) -> int:
    """Fill a data sheet; returns how many rows it got. An Excel table needs one, so an empty one gets a blank row."""
    chosen = ", ".join(f"{c.sql} as c{n}" for n, c in enumerate(data.columns))
    rows = connection.execute(f"select {chosen} from ({data.source(reader)}) as myndighed order by all").fetchall()
    if len(rows) > MOST_ROWS:
        raise TooManyRows(f"{data.sheet}: {len(rows)} rækker, men et ark i Excel har højst {MOST_ROWS}.")
    book.set_sheet_row(data.sheet, "A1", [c.label for c in data.columns])
    for number, row in enumerate(rows, start=2):
        book.set_sheet_row(data.sheet, f"A{number}", [_cell(value) for value in row])
    bottom = max(len(rows), 1) + 1
    for number, column in enumerate(data.columns, start=1):
        letter = excelize.column_number_to_name(number)
        book.set_col_width(data.sheet, letter, letter, float(column.width))
        book.set_cell_style(
            data.sheet, f"{letter}2", f"{letter}{bottom}", styles.numbers.get(column.format, styles.text)
        )
    book.add_table(
        data.sheet, excelize.Table(range=f"A1:{letter}{bottom}", name=data.table, style_name="TableStyleLight1")
    )
    book.set_cell_style(data.sheet, "A1", f"{letter}1", styles.heading)
    # Readers that stream trust it, and excelize leaves it at A1.
    book.set_sheet_dimension(data.sheet, f"A1:{letter}{bottom}")
    book.set_panes(
        data.sheet, excelize.Panes(freeze=True, x_split=0, y_split=1, top_left_cell="A2", active_pane="bottomLeft")
    )
    return len(rows)


def _cell(value: Any) -> Any:
    """A value as the library takes it whole: it would cut a whole number to 32 bits and a text at a NUL.

    Excel itself counts in doubles and holds 32,767 characters in a cell.
    """
    if isinstance(value, str):
        whole = for_xml(value)
        return whole if len(whole) <= _LONGEST_TEXT else f"{whole[: _LONGEST_TEXT - 1]}…"
    return float(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else value


def _write_pivot(book: Any, data: Data, pivot: Pivot, rows: int, styles: Styles) -> None:
    last = f"{excelize.column_number_to_name(len(data.columns))}{max(rows, 1) + 1}"
    book.set_cell_str(pivot.sheet, "A1", f"{pivot.sheet}: {data.explanation}")
    book.set_cell_str(
        pivot.sheet, "A2", "Klik »Aktivér redigering«, så Excel fylder tabellen. Vælg med felterne til højre."
    )
    book.set_cell_style(pivot.sheet, "A1", "A1", styles.text)
    wide = {"A": 48.0, "B": 44.0, "C": 18.0} if not pivot.columns else {"A": 48.0, "B": 18.0}
    for letter, width in wide.items():
        book.set_col_width(pivot.sheet, letter, letter, width)
    field = excelize.PivotTableField
    book.add_pivot_table(
        excelize.PivotTableOptions(
            data_range=f"{data.sheet}!A1:{last}",
            pivot_table_range=f"{pivot.sheet}!A4:{'P' if pivot.columns else 'C'}30",
            name=f"Pivot {pivot.sheet}",
            rows=[field(data=r, default_subtotal=True, compact=True, outline=True) for r in pivot.rows],
            columns=[field(data=c, default_subtotal=True) for c in pivot.columns],
            data=[field(data=d, name=f"{d} i alt", subtotal="Sum", num_fmt=3) for d in pivot.data],
            row_grand_totals=True,
            col_grand_totals=True,
            show_drill=True,
            show_row_headers=True,
            show_col_headers=True,
            pivot_table_style_name="PivotStyleLight16",
        )
    )
    for number, name in enumerate(pivot.slicers):
        book.add_slicer(
            pivot.sheet,
            excelize.SlicerOptions(
                name=name,
                cell=f"{'R' if pivot.columns else 'E'}{4 + 12 * number}",
                table_sheet=pivot.sheet,
                table_name=f"Pivot {pivot.sheet}",
                caption=name,
                width=220,
                height=210,
            ),
        )


def _write_definitions(book: Any, edition: Edition, styles: Styles) -> None:
    sheet = "Definitioner"
    for letter, width in {"A": 44.0, "B": 20.0, "C": 100.0}.items():
        book.set_col_width(sheet, letter, letter, width)
    book.set_sheet_row(sheet, "A1", ["Mål", "Enhed", "Definition"])
    book.set_cell_style(sheet, "A1", "C1", styles.heading)
    shown = sorted(_measures(edition).values(), key=lambda m: m.label)
    for number, measure in enumerate(shown, start=2):
        book.set_sheet_row(sheet, f"A{number}", [measure.label, measure.unit, measure.definition])
    book.set_cell_style(sheet, "A2", f"C{len(shown) + 1}", styles.wrapped)


def _write_front(
    book: Any,
    reader: Reader,
    edition: Edition,
    connection: duckdb.DuckDBPyConnection,
    styles: Styles,
    rows: dict[str, int],
) -> None:
    sheet = "Forside"
    book.set_sheet_view(sheet, 0, excelize.ViewOptions(show_grid_lines=False))
    for letter, width in {"A": 44.0, "B": 18.0, "C": 110.0}.items():
        book.set_col_width(sheet, letter, letter, width)
    book.set_cell_str(sheet, "A1", _cell(f"KDI i tal: {reader.name}"))
    book.set_cell_style(sheet, "A1", "A1", styles.title)
    lines = [f"Data til og med {danish.month(edition.month)}. Publicering {edition.release_id}."]
    if reader.sees is None:
        lines.append("Alle kommuner. Kun til KOMBIT.")
    elif len(reader.sees) > 1:
        lines.append(f"Egne tal, og i tabellerne også {len(reader.sees) - 1} kommuners, som har aftalt at dele dem.")
    else:
        lines.append("Kun kommunens egne tal; andres indgår kun i anonyme fordelinger.")
    lines.append("Tallene på dette ark er skrevet ind. De øvrige ark fyldes, når du klikker »Aktivér redigering«.")
    for number, line in enumerate(lines, start=2):
        book.set_cell_str(sheet, f"A{number}", line)
    for letter, label in zip("ABC", ("Nøgletal", "Værdi", "Definition"), strict=True):
        book.set_cell_str(sheet, f"{letter}6", label)
    _head(book, sheet, 6, styles)
    measures = _measures(edition)
    number = 7
    for figure in FIGURES:
        measure = measures[figure.measure]
        ((value,),) = connection.execute(figure.sql(reader)).fetchall()
        _figure(book, sheet, number, measure, value, styles)
        number += 1
    book.set_cell_str(sheet, f"A{number + 1}", "Ark")
    book.set_cell_str(sheet, f"B{number + 1}", "Rækker")
    book.set_cell_str(sheet, f"C{number + 1}", "Indhold")
    _head(book, sheet, number + 1, styles)
    for offset, data in enumerate(DATA, start=number + 2):
        shown = ", ".join([*(p.sheet for p in data.pivots), data.sheet])
        book.set_cell_str(sheet, f"A{offset}", shown)
        book.set_cell_int(sheet, f"B{offset}", rows[data.sheet])
        book.set_cell_style(sheet, f"B{offset}", f"B{offset}", styles.numbers["#,##0"])
        book.set_cell_str(sheet, f"C{offset}", data.explanation)
        book.set_cell_style(sheet, f"A{offset}", f"A{offset}", styles.text)
        book.set_cell_style(sheet, f"C{offset}", f"C{offset}", styles.beside_numbers)


def _head(book: Any, sheet: str, row: int, styles: Styles) -> None:
    book.set_cell_style(sheet, f"A{row}", f"C{row}", styles.heading)
    book.set_cell_style(sheet, f"B{row}", f"B{row}", styles.heading_of_numbers)
    book.set_cell_style(sheet, f"C{row}", f"C{row}", styles.heading_beside_numbers)


def _figure(book: Any, sheet: str, row: int, measure: Measure, value: Any, styles: Styles) -> None:
    book.set_cell_str(sheet, f"A{row}", measure.label)
    book.set_cell_style(sheet, f"A{row}", f"A{row}", styles.text)
    if value is None:
        book.set_cell_str(sheet, f"B{row}", "–")
    else:
        book.set_cell_float(sheet, f"B{row}", float(value), -1, 64)
    book.set_cell_style(sheet, f"B{row}", f"B{row}", styles.numbers[measure.format])
    book.set_cell_str(sheet, f"C{row}", measure.definition)
    book.set_cell_style(sheet, f"C{row}", f"C{row}", styles.beside_numbers)
    book.set_row_height(sheet, row, 15.0 * (1 + len(measure.definition) // 115))
