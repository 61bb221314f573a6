"""Rows as the files that people and programs make of them."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl


def read_csv(path: Path) -> list[dict[str, Any]]:
    """A semicolon-separated file as a list of rows."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


def csv_bytes(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str] | None = None,
    headers: Mapping[str, str] | None = None,
    delimiter: str = ";",
    newline: str = "\n",
    encoding: str = "utf-8",
    is_quoted: bool = False,
) -> bytes:
    """A CSV file. ``columns`` sets the order, ``headers`` renames, ``is_quoted`` puts every field in quotes."""
    chosen = list(columns or rows[0])
    text = io.StringIO()
    quoting = csv.QUOTE_ALL if is_quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(text, delimiter=delimiter, lineterminator=newline, quoting=quoting)
    writer.writerow([(headers or {}).get(c, c) for c in chosen])
    writer.writerows([[row[c] for c in chosen] for row in rows])
    return text.getvalue().encode(encoding)


def xlsx_bytes(
    rows: Iterable[Sequence[object]],
    notes: Iterable[Sequence[object]] = (),
    sheet: str = "Udtræk",
    notes_first: bool = False,
) -> bytes:
    """An Excel workbook with one sheet of data and, if there are ``notes``, a second one with them."""
    book = openpyxl.Workbook()
    data = book.active
    data.title = sheet
    for row in rows:
        data.append(list(row))
    note_rows = list(notes)
    if note_rows:
        extra = book.create_sheet("Noter", 0 if notes_first else None)
        for row in note_rows:
            extra.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
