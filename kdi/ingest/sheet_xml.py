"""What a workbook's XML says of its sheets and their reader does not: cells it gives as empty, hidden rows and columns.

A formula that was never computed and an error value are both read as nothing by the reader of cells.
"""

import re
import zipfile
from dataclasses import dataclass, field
from itertools import product
from pathlib import PurePosixPath
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

NOT_COMPUTED = "formel_uden_vaerdi"
ERROR_VALUE = "fejlvaerdi"

# A formula, an error, something hidden: only such a sheet is parsed, since millions of cells take seconds.
_TELLING = (b"<f", b":f>", b":f ", b":f/", b'"e"', b"'e'", b"hidden")
_CHUNK = 1 << 20
_OVERLAP = 64
_LARGEST_SPILL = 1_000_000
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]+)")


@dataclass
class Unread:
    """Cells that hold something which is not known, by row and column from 0, with the fault of each."""

    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[range] = field(default_factory=list)


def unread_of(book: zipfile.ZipFile) -> dict[str, Unread]:
    """What is unread of each worksheet, by its name.

    Raises:
        KeyError, ElementTree.ParseError, expat.ExpatError: not a workbook's XML.
    """
    main = _main_part(book)
    tree = ElementTree.fromstring(book.read(main))
    targets = _targets(book, main)
    # Set by programs that write formulas without computing them; the values are then all 0 or empty.
    never_computed = any(_local(e.tag) == "calcPr" and e.get("fullCalcOnLoad") in ("1", "true") for e in tree.iter())
    found = {}
    for sheet in (e for e in tree.iter() if _local(e.tag) == "sheet"):
        (link,) = (v for k, v in sheet.attrib.items() if _local(k) == "id")
        if part := targets.get(link):
            found[sheet.get("name", "")] = _unread_in(book, part, never_computed)
    return found


def column_letters(column: int) -> str:
    """A column from 0 as Excel calls it: 0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _main_part(book: zipfile.ZipFile) -> str:
    links = ElementTree.fromstring(book.read("_rels/.rels"))
    (target,) = (e.get("Target", "") for e in links if e.get("Type", "").endswith("/officeDocument"))
    return target.lstrip("/")


def _targets(book: zipfile.ZipFile, main: str) -> dict[str, str]:
    """The parts of the worksheets by the ids of their links."""
    folder = PurePosixPath(main).parent
    links = ElementTree.fromstring(book.read(str(folder / "_rels" / f"{PurePosixPath(main).name}.rels")))
    return {
        e.get("Id", ""): target.lstrip("/") if (target := e.get("Target", "")).startswith("/") else str(folder / target)
        for e in links
        if e.get("Type", "").endswith("/worksheet")
    }


def _unread_in(book: zipfile.ZipFile, part: str, never_computed: bool) -> Unread:
    with book.open(part) as stream:
        if not _has_telling(stream):
            return Unread()
    search = _Search(never_computed)
    with book.open(part) as stream:
        search.parse(stream)
    return search.unread


def _has_telling(stream: IO[bytes]) -> bool:
    end = b""
    while chunk := stream.read(_CHUNK):
        seen = end + chunk.replace(b"\0", b"")  # UTF-16 says the same with a zero in every second byte
        if any(sign in seen for sign in _TELLING):
            return True
        end = seen[-_OVERLAP:]
    return False


class _Search:
    """One pass over a sheet's XML. Cells and rows may leave out where they stand: then they follow the last one."""

    def __init__(self, never_computed: bool) -> None:
        self.unread = Unread()
        self._never_computed = never_computed
        self._row = self._column = -1
        self._type = self._value = self._spill = ""
        self._has_formula = self._in_value = False

    def parse(self, stream: IO[bytes]) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.ParseFile(stream)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
                self._column = -1
                if attributes.get("hidden") in ("1", "true"):
                    self.unread.hidden_rows.add(self._row)
            case "col" if attributes.get("hidden") in ("1", "true"):
                self.unread.hidden_columns.append(range(int(attributes["min"]) - 1, int(attributes["max"])))
            case "c":
                place = _PLACE.fullmatch(attributes.get("r", ""))
                self._column = _column(place[1]) if place else self._column + 1
                self._type, self._value, self._spill = attributes.get("t", "n"), "", ""
                self._has_formula = False
            case "f":
                self._has_formula = True
                self._spill = attributes.get("ref", "") if attributes.get("t") in ("array", "dataTable") else ""
            case "v":
                self._in_value = True

    def _text(self, text: str) -> None:
        if self._in_value and self._has_formula:
            self._value += text

    def _end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "v":
                self._in_value = False
            case "c":
                if self._type == "e":
                    self.unread.cells[self._row, self._column] = ERROR_VALUE
                elif self._has_formula and self._is_not_computed():
                    self._mark_not_computed()

    def _is_not_computed(self) -> bool:
        if self._never_computed:
            return self._value.strip() in ("", "0")
        return not self._value and self._type != "str"  # a text may have been computed to be empty

    def _mark_not_computed(self) -> None:
        self.unread.cells[self._row, self._column] = NOT_COMPUTED
        ends = [_PLACE.fullmatch(end) for end in self._spill.split(":")]
        if len(ends) == 2 and ends[0] and ends[1]:
            rows = range(int(ends[0][2]) - 1, int(ends[1][2]))
            columns = range(_column(ends[0][1]), _column(ends[1][1]) + 1)
            if len(rows) * len(columns) <= _LARGEST_SPILL:  # the first cell alone refuses the sheet
                self.unread.cells.update(dict.fromkeys(product(rows, columns), NOT_COMPUTED))


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1


def _local(name: str) -> str:
    return name.rpartition("}")[2]
