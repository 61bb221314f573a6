"""What people do in Excel: formulas, errors, hidden rows, subtotals, several sheets. Nothing is guessed."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from receiving import KLE, NEXUS, Outcome, Platform

HEADER = [
    "myndighed_cvr",
    "myndighed_navn",
    "it_system_uuid",
    "it_system_navn",
    "kle_nummer",
    "kle_emne",
    "antal_sager",
]
SUBJECTS = ("27.36.04", "27.36.08", "54.18.12")


def received(folder: Path, change: Callable[[Any], None]) -> Outcome:
    """An extract of three subjects with 10 cases each, changed as somebody would in Excel."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER)
    for subject in SUBJECTS:
        sheet.append([29189501, "Brønderslev Kommune", NEXUS, "Nexus", subject, "Emne", 10])
    change(book)
    stream = io.BytesIO()
    book.save(stream)
    platform = Platform(folder)
    platform.put("kle", "kle_2022-03-31.xlsx", stream.getvalue())
    (delivery,) = platform.take_in(KLE).deliveries
    return platform.outcome(delivery)


@pytest.mark.parametrize("cell", ["G3", "F3", "D3"])
def test_a_formula_that_was_never_computed_is_not_an_empty_field(tmp_path: Path, cell: str) -> None:
    outcome = received(tmp_path, lambda book: book.active.__setitem__(cell, "=5+5"))
    assert outcome.place("formel_uden_vaerdi") == (dict(zip("DFG", (HEADER[3], *HEADER[5:]), strict=True))[cell[0]], 3)


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!"])
def test_an_error_value_is_not_a_number(tmp_path: Path, error: str) -> None:
    outcome = received(tmp_path, lambda book: book.active.__setitem__("G3", error))
    assert outcome.status == "afvist"
    assert {f.raekke for f in outcome.delivery.aarsager if f.raekke} == {3}


def test_hidden_rows_and_columns_count(tmp_path: Path) -> None:
    """A filter hides rows from the eye, not from the sum."""

    def hide(book: Any) -> None:
        book.active.row_dimensions[3].hidden = True
        book.active.column_dimensions["B"].hidden = True
        book.active.auto_filter.ref = "A1:G4"

    outcome = received(tmp_path, hide)
    assert (outcome.status, outcome.column("antal_sager")) == ("indlaest", [10, 10, 10])


def test_a_subtotal_row_is_not_counted_as_a_subject(tmp_path: Path) -> None:
    outcome = received(tmp_path, lambda book: book.active.append([None, "I alt", None, None, None, None, 30]))
    assert outcome.status == "afvist"
    assert {f.raekke for f in outcome.delivery.aarsager if f.raekke} == {5}


def test_a_hidden_sheet_with_the_agreed_header_is_not_preferred(tmp_path: Path) -> None:
    def add(book: Any) -> None:
        old = book.create_sheet("Gammel")
        old.sheet_state = "hidden"
        old.append(HEADER)
        old.append([29189501, "Brønderslev Kommune", NEXUS, "Nexus", "27.36.04", "Emne", 99])

    outcome = received(tmp_path, add)
    assert (outcome.status, outcome.column("antal_sager")) == ("indlaest", [10, 10, 10])


def test_a_date_where_a_number_belongs_is_told(tmp_path: Path) -> None:
    """Excel makes 27.36.04 a date in some settings; a number or date is no KLE number."""
    from datetime import datetime

    outcome = received(tmp_path, lambda book: book.active.__setitem__("E3", datetime(2022, 3, 4)))
    assert outcome.place("ugyldigt_kle_nummer") == ("kle_nummer", 3)
