"""One sheet's cells as text: what merged cells mean, and which cells could not be read.

A cell that could not be read becomes a mark that no supplier writes; ``rules`` makes a fault of it, in whatever
column it stands. Rows and columns count from 0 here, as in the sheet from its corner.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import islice, product

from python_calamine import CalamineSheet

from expectations.findings import UNREAD_MARK
from expectations.profiles import Column
from kdi.ingest.sheet_xml import ERROR_VALUE, Unread
from kdi.notation import names

WRONG_TYPE = "forkert_celletype"
MERGED = "flettet_celle"

# A title, a date and a blank line above the header are common; forty lines are not.
HEADER_SOUGHT_IN = 40
# Whole numbers above it are no longer exact in a spreadsheet.
_LARGEST_EXACT = 10**15
# As a date Excel shows an empty count of days as 1900.
_NO_DATE = 1900
# Error values that were pasted as text, in English and Danish.
_ERROR_TEXTS = frozenset({
    "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
    "#I/T", "#REFERENCE!", "#VÆRDI!", "#NAVN?", "#DIVISION/0!", "#NUL!", "#OVERLØB!",
})  # fmt: skip
_NAMES = ("tekst", "snitflade", "valg", "ord")


@dataclass(frozen=True)
class Merged:
    """The range that a cell is merged into: its first row, its last, its first column, and its value."""

    top: int
    bottom: int
    left: int
    value: object


@dataclass(eq=False)
class Cells:
    """A sheet's cells as its reader gives them, its merged ranges, and what its XML says besides."""

    name: str
    sheet: CalamineSheet
    unread: Unread = field(default_factory=Unread)

    def rows(self) -> Iterator[list[object]]:
        """The sheet's rows from its first, each from its first column."""
        # iter_rows begins with the sheet's first row, but with its first column that is not empty.
        _, left = self.sheet.start or (0, 0)
        before: list[object] = [""] * left
        for row in self.sheet.iter_rows():
            yield before + row

    @cached_property
    def width(self) -> int:
        """Number of columns up to the last that holds anything."""
        return self.sheet.end[1] + 1 if self.sheet.end else 0

    @cached_property
    def height(self) -> int:
        """Number of rows down to the last that holds anything."""
        return self.sheet.end[0] + 1 if self.sheet.end else 0

    @cached_property
    def _first_rows(self) -> list[list[object]]:
        return list(islice(self.rows(), HEADER_SOUGHT_IN))

    @cached_property
    def ranges(self) -> list[tuple[int, int, int, int]]:
        """Merged ranges within what the sheet holds: first row and column, last row and column."""
        return [
            (top, left, min(bottom, self.height - 1), min(right, self.width - 1))  # a whole column may be merged
            for (top, left), (bottom, right) in self.sheet.merged_cell_ranges or []
        ]

    def merged_below(self, place: int) -> dict[tuple[int, int], Merged]:
        """Cells of merged ranges by row and column. A range that begins in the header or above is none of the rows'."""
        ranges = [each for each in self.ranges if each[0] > place]
        wanted = {top for top, _, _, _ in ranges}
        values = {place: row for place, row in enumerate(self.rows()) if place in wanted} if ranges else {}
        merged: dict[tuple[int, int], Merged] = {}
        for top, left, bottom, right in ranges:
            if top in values and left < len(values[top]):
                places = product(range(top, bottom + 1), range(left, right + 1))
                merged |= dict.fromkeys(places, Merged(top, bottom, left, values[top][left]))
        return merged

    def columns_with_values(self, place: int, among: set[int]) -> set[int]:
        """Which of the columns hold anything below row ``place``."""
        found: set[int] = {column for row, column in self.unread.cells if row > place and column in among}
        for row in islice(self.rows(), place + 1, None):
            found |= {i for i in among - found if i < len(row) and text_of(row[i])}
            if found == among:
                break
        return found

    def header(self, place: int) -> list[str]:
        """The texts of row ``place`` as a header: a merged text stands over each of its columns, and in each row."""
        rows = self._first_rows if place < HEADER_SOUGHT_IN else list(islice(self.rows(), place + 1))
        if len(rows) <= place:
            return []
        header = [text_of(value) or "" for value in rows[place]]
        for top, left, bottom, right in self.ranges:
            if top <= place <= bottom and left < len(rows[top]):
                header[left : right + 1] = [text_of(rows[top][left]) or ""] * (right + 1 - left)
        return header


def text_of(value: object) -> str | None:
    """A cell as the text a CSV would have carried: 29189846.0 is ``29189846``, blank is None."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()
    # Of other texts it is asked whether anybody sees anything of them.
    return text if text and (text[0].isalnum() or text.isascii() or names.shown(text)) else None


def typed_text(value: object, column: Column) -> str | None:
    """A cell of a known column as text, or the mark of one whose type the column cannot have."""
    match value:
        case str():
            is_error = "#" in value and value.strip().upper() in _ERROR_TEXTS
            return marked(ERROR_VALUE) if is_error else text_of(value)
        case bool():
            return marked(WRONG_TYPE)
        case float() | int():
            inexact = value != int(value) or abs(value) >= _LARGEST_EXACT
            return marked(WRONG_TYPE) if inexact and column.type in _NAMES else text_of(value)
        case date():  # also datetime
            return _date_text(value, column)
        case time() | timedelta() if column.type in _NAMES:
            return marked(WRONG_TYPE)
        case _:
            return text_of(value)


def marked(code: str) -> str:
    """What stands for a cell that could not be read."""
    return UNREAD_MARK + code


def _date_text(value: date, column: Column) -> str:
    if value.year <= _NO_DATE or column.type in _NAMES:
        return marked(WRONG_TYPE)
    midnight = not isinstance(value, datetime) or value.time() == time()
    if column.type == "maaned" and value.day == 1 and midnight:
        return f"{value:%Y-%m}"  # a month that the spreadsheet took for a date
    return str(value)
