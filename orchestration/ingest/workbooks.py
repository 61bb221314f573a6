"""Excel workbooks: which sheet holds the delivery, where its header is, and its cells as text."""

import itertools
import zipfile
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product
from pathlib import Path

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from orchestration.ingest import cpr
from orchestration.ingest.findings import Finding, UnreadableDelivery
from orchestration.ingest.layout import Layout, canonical_headers, things_of
from orchestration.ingest.profiles import Profile

# A title, a date and a blank line above the header are common; forty lines are not.
_HEADER_SOUGHT_IN = 40


def _excel_sheet(path: Path, profile: Profile) -> tuple[CalamineSheet, int]:
    """The sheet that holds the delivery and the number of rows above its header."""
    return _parsed_sheet(path, path.stat().st_mtime_ns, profile)


@lru_cache(maxsize=1)  # parsing is most of the work, and the header comes before the rows
def _parsed_sheet(path: Path, modified: int, profile: Profile) -> tuple[CalamineSheet, int]:
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            names = [profile.format.sheet] if profile.format.sheet else workbook.sheet_names
            if not names or names[0] not in workbook.sheet_names:
                raise UnreadableDelivery(Finding("ulaeselig_fil", detalje=f"arket {profile.format.sheet} findes ikke"))
            sheets = {name: workbook.get_sheet_by_name(name) for name in workbook.sheet_names}
            places = {name: _header_place(sheets[name], profile) for name in names}
            chosen = max(places, key=lambda name: places[name][0])  # the first of those with most
            sheet, above = sheets.pop(chosen), places[chosen][1]
            beside: Iterator[Iterable[object]] = itertools.chain(
                [[chosen], list(sheets)],
                itertools.islice(sheet.iter_rows(), above),
                *(other.iter_rows() for other in sheets.values()),
            )
            # The rows below the header are judged like any others.
            if any(cpr.is_in_cell(value) for row in beside for value in row):
                raise UnreadableDelivery(Finding("cpr_nummer"))
            return sheet, above
    except (CalamineError, zipfile.BadZipFile, OSError) as error:
        raise UnreadableDelivery(Finding("ulaeselig_fil", detalje="ikke en gyldig Excel-projektmappe")) from error


def _header_place(sheet: CalamineSheet, profile: Profile) -> tuple[tuple[int, int], int]:
    """How many agreed headers, and columns of a matrix, the sheet's best row has; and how many rows lie above it."""
    if profile.format.header_row:
        return (0, 0), profile.format.header_row - 1
    canonical = canonical_headers(profile)
    rows = itertools.islice(sheet.iter_rows(), _HEADER_SOUGHT_IN)
    found = []
    for row in rows:
        header = [str(v).strip() for v in row]
        matched = [canonical.get(h.casefold()) for h in header]
        found.append((len(set(matched) - {None}), len(things_of(header, matched, profile))))
    return (max(found), found.index(max(found))) if found else ((0, 0), 0)


def header(path: Path, profile: Profile) -> list[str]:
    """The texts of the header."""
    sheet, above = _excel_sheet(path, profile)
    first = next(itertools.islice(sheet.iter_rows(), above, None), [])
    return [_cell_text(value) or "" for value in first]


def _cell_text(value: object) -> str | None:
    """A cell as the text a CSV would have carried: 29189846.0 is ``29189846``, blank is None."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()
    return text or None


def table(path: Path, layout: Layout, profile: Profile) -> pa.Table:
    """The rows below the header under the layout's columns, all text."""
    sheet, above = _excel_sheet(path, profile)
    merged = _merged_cells(sheet)
    _parsed_sheet.cache_clear()
    filled = []
    for number, row in enumerate(sheet.iter_rows()):
        # A row in which only the rest of a merged cell stands is blank.
        if number > above and any(_cell_text(value) for value in row):
            filled.append([merged.get((number, i), value) for i, value in enumerate(row)] if merged else row)
    return pa.table(
        {name: pa.array([_cell_text(row[i]) for row in filled], pa.string()) for i, name in enumerate(layout.columns)}
    )


def _merged_cells(sheet: CalamineSheet) -> dict[tuple[int, int], object]:
    """Every cell of a merged range with the range's value, by its place among the sheet's rows."""
    ranges = sheet.merged_cell_ranges
    if not ranges:
        return {}
    # iter_rows begins with the sheet's first row, but with its first column that is not empty.
    _, left = sheet.start or (0, 0)
    rows = list(sheet.iter_rows())
    cells: dict[tuple[int, int], object] = {}
    for (first_row, first_column), (last_row, last_column) in ranges:
        if first_row < len(rows) and 0 <= first_column - left < len(rows[first_row]):
            value = rows[first_row][first_column - left]
            last_row = min(last_row, len(rows) - 1)  # a whole column may be merged
            for row, column in product(range(first_row, last_row + 1), range(first_column, last_column + 1)):
                cells[row, column - left] = value
    return cells
