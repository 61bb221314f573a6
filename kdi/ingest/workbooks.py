"""Excel workbooks: which sheets hold the delivery, where their headers are, and their rows as text.

All visible sheets with the agreed header are read, in their order; hidden ones never. What is left unread is noted.
"""

import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from expectations.findings import Finding, UnreadableDelivery
from expectations.profiles import Profile
from kdi.ingest import notes, reasons
from kdi.ingest.layout import ROWS_OF_A_SHEET, Layout, header_of, layout_from
from kdi.ingest.sheet_cells import HEADER_SOUGHT_IN, Cells
from kdi.ingest.sheet_rows import Rows
from kdi.ingest.sheet_xml import column_letters, unread_of
from kdi.notation import cpr, names

_NOT_A_BOOK = (
    CalamineError, zipfile.BadZipFile, zlib.error, OSError, EOFError, KeyError, ValueError, ParseError, ExpatError,
    NotImplementedError,
)  # fmt: skip


@dataclass(frozen=True)
class _Sheet:
    """A visible sheet: its cells, the row of its header, which of its columns are read, and their layout."""

    cells: Cells
    place: int
    positions: tuple[int, ...]
    layout: Layout


@lru_cache(maxsize=1)  # parsing is most of the work, and the layout is asked for before the rows
def read(path: Path, modified: int, profile: Profile) -> tuple[Layout, pa.Table]:
    """The columns and rows of all sheets that hold the delivery, as one table of text.

    Besides the layout's columns the table has ``linje``, which says sheet and row (``Layout.place``).

    Args:
        modified: when the file was changed, in nanoseconds: the same file is parsed once.

    Raises:
        UnreadableDelivery: not a workbook, no visible sheet has the agreed header or one has it nearly, a column is
            doubled, or something outside the rows that are read looks like a CPR number.
    """
    every, hidden = _cells_of(path)
    visible = [cells for cells in every if cells not in hidden]
    several = len(every) > 1
    sheets, nearest = _with_header(_asked_for(visible, profile), several, profile)
    _refuse_cpr(every, sheets)
    if not sheets:
        raise _nothing_to_read(nearest, hidden, profile)
    layout, table, noted = _as_one(sheets, several, profile)
    unread = [cells for cells in visible if cells not in [sheet.cells for sheet in sheets]]
    if profile.matrix and profile.matrix.reason_column:
        lists = [found for cells in unread if (found := reasons.list_of(cells, profile))]
        unread = [cells for cells in unread if cells not in [found.cells for found in lists]]
        layout, table, told = reasons.added(lists, layout, table, profile)
        noted += told
    return replace(layout, notes=(*_noted_sheets(sheets, unread, hidden), *layout.notes, *noted)), table


def _cells_of(path: Path) -> tuple[list[Cells], list[Cells]]:
    """The workbook's sheets, and those of them that are hidden."""
    try:
        with zipfile.ZipFile(path) as archive:
            unread = unread_of(archive)
        with CalamineWorkbook.from_path(str(path)) as workbook:
            every = [
                (Cells(m.name, workbook.get_sheet_by_name(m.name), unread[m.name]), m.visible)
                for m in workbook.sheets_metadata
                if m.typ == SheetTypeEnum.WorkSheet
            ]
    except _NOT_A_BOOK as error:
        raise UnreadableDelivery(Finding("ulaeselig_fil", detalje="ikke en gyldig Excel-projektmappe")) from error
    return [cells for cells, _ in every], [cells for cells, how in every if how != SheetVisibleEnum.Visible]


def _asked_for(visible: list[Cells], profile: Profile) -> list[Cells]:
    """All visible sheets, or the one that the profile names."""
    wanted = profile.format.sheet
    if not wanted:
        return visible
    found = [cells for cells in visible if names.compared(cells.name) == names.compared(wanted)]
    if not found:
        raise UnreadableDelivery(Finding("ulaeselig_fil", detalje=f"arket {wanted} findes ikke eller er skjult"))
    return found


def _with_header(
    visible: list[Cells], several: bool, profile: Profile
) -> tuple[list[_Sheet], UnreadableDelivery | None]:
    """The sheets whose header matches, and what is wrong with the nearest of the others.

    Raises:
        UnreadableDelivery: a sheet has all of the header with a fault, or all but one column, and rows below: it is
            part of the delivery as likely as not.
    """
    sheets: list[_Sheet] = []
    others: list[tuple[int, UnreadableDelivery]] = []
    for cells in visible:
        matched, place = _header_place(cells, profile)
        try:
            sheets.append(_sheet(cells, place, profile))
        except UnreadableDelivery as error:
            told = UnreadableDelivery(*(replace(f, ark=cells.name if several else "") for f in error.findings))
            missing = [f.kolonne for f in error.findings if f.kode == "manglende_kolonne"]
            made = profile.matrix.name_column if profile.matrix else None
            if len(missing) <= 1 and made not in missing and cells.height > place + 1:
                raise told from error
            others.append((matched, told))
    return sheets, max(others, key=lambda other: other[0])[1] if others else None


def _header_place(cells: Cells, profile: Profile) -> tuple[int, int]:
    """How many agreed headers and columns of a matrix the sheet's best row has, and which row that is."""
    if profile.format.header_row:
        return 0, profile.format.header_row - 1
    found = []
    for place in range(min(HEADER_SOUGHT_IN, cells.height)):
        header = header_of(cells.header(place), profile)
        found.append((len(set(header.known.values())), len(header.things)))
    best = max(found, default=(0, 0))
    return sum(best), found.index(best) if found else 0


def _sheet(cells: Cells, place: int, profile: Profile) -> _Sheet:
    """A sheet with the layout of its header. Columns nobody knows that hold nothing are left out.

    Raises:
        UnreadableDelivery: the header does not match, or one of its cells could not be read.
    """
    header = cells.header(place)
    header += [""] * (cells.width - len(header))
    known = header_of(header, profile)
    # A text that is merged over several columns is a header of those that hold something.
    repeated = {i for i, text in enumerate(header) if i and text == header[i - 1]}
    idle = {i for i in range(len(header)) if i not in known.known and i not in known.things} | repeated
    filled = cells.columns_with_values(place, idle) if idle else set()
    positions = tuple(i for i in range(len(header)) if i not in idle or i in filled)
    texts = [header[i] or f"{column_letters(i)} uden overskrift" for i in positions]
    layout = layout_from("xlsx", texts, profile)
    unread = [column_letters(i) for i in positions if (place, i) in cells.unread.cells]
    if unread:
        raise UnreadableDelivery(*(Finding("ulaeselig_overskrift", kolonne=letters) for letters in unread))
    return _Sheet(cells, place, positions, layout)


def _refuse_cpr(every: list[Cells], sheets: list[_Sheet]) -> None:
    """Look for CPR numbers where no row is read; those that are read are judged like any others.

    Raises:
        UnreadableDelivery: there is one.
    """
    places = {sheet.cells.name: sheet.place + 1 for sheet in sheets}
    beside: Iterator[Iterable[object]] = chain(
        [[cells.name for cells in every]],
        *(islice(cells.sheet.iter_rows(), places.get(cells.name)) for cells in every),
    )
    if any(cpr.is_in_cell(value) for row in beside for value in row):
        raise UnreadableDelivery(Finding("cpr_nummer"))


def _nothing_to_read(nearest: UnreadableDelivery | None, hidden: list[Cells], profile: Profile) -> UnreadableDelivery:
    for cells in hidden:
        with suppress(UnreadableDelivery):
            _sheet(cells, _header_place(cells, profile)[1], profile)
            return UnreadableDelivery(Finding("skjult_ark", detalje=cells.name))
    return nearest or UnreadableDelivery(Finding("ulaeselig_fil", detalje="projektmappen har intet synligt ark"))


def _as_one(sheets: list[_Sheet], several: bool, profile: Profile) -> tuple[Layout, pa.Table, list[str]]:
    """The sheets' rows below each other, their layout, and notes on rows that were left out."""
    things: dict[str, str] = {}
    extras: dict[str, str] = {}
    own: list[list[str]] = []
    for sheet in sheets:
        named, headed = dict(sheet.layout.things), sheet.layout.extra_headers
        for name in named.values():
            things.setdefault(name, f"ting_{len(things)}")
        for header in headed.values():
            extras.setdefault(header, f"ekstra_{len(extras)}")
        own.append([things[named[c]] if c in named else extras[headed[c]] if c in headed else c
                    for c in sheet.layout.columns])  # fmt: skip
    columns: dict[str, list[str | None]] = {name: [] for name in chain(*own)}
    lines: list[int] = []
    noted: list[str] = []
    for number, (sheet, names_of_sheet) in enumerate(zip(sheets, own, strict=True)):
        rows = Rows(sheet.cells, sheet.place, sheet.positions, sheet.layout.columns, profile)
        for place, row in rows.table():
            lines.append(number * ROWS_OF_A_SHEET + place + 1)
            for name, text in zip(names_of_sheet, row, strict=True):
                columns[name].append(text)
        for name in columns.keys() - set(names_of_sheet):
            columns[name] += [None] * (len(lines) - len(columns[name]))
        noted += rows.notes(of_several=several)
    layout = Layout(
        "xlsx", tuple(columns), tuple(h for c in columns for h, e in extras.items() if e == c),
        tuple((c, name) for c in columns for name, t in things.items() if t == c),
        notes=tuple(notes.unread_columns(extras)),
        sheets=tuple(sheet.cells.name for sheet in sheets) if several else (),
        absent=tuple((n, c) for n, present in enumerate(own) for c in things.values() if c not in present),
    )  # fmt: skip
    arrays = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    return layout, pa.table({"linje": pa.array(lines, pa.int64()), **arrays}), noted


def _noted_sheets(sheets: list[_Sheet], unread: list[Cells], hidden: list[Cells]) -> Iterator[str]:
    if len(sheets) > 1:
        yield f"Rækkerne er læst fra {len(sheets)} ark: {notes.named(sheet.cells.name for sheet in sheets)}."
    for cells in unread:
        if cells.height:
            yield (
                f"Arket {notes.named([cells.name])} ({notes.rows(cells.height)}) er ikke læst: det har ikke den aftalte"
                " overskrift."
            )
    for cells in hidden:
        if cells.height:
            yield f"Arket {notes.named([cells.name])} ({notes.rows(cells.height)}) er skjult og ikke læst."
