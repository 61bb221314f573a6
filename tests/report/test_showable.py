"""One character of one name stops no report, whatever it is, and two names never share a file."""

import csv
import io
import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from kdi.excel.sheets import write_cell
from kdi.report import pdf, showable
from kdi.report.document import Column, Document, Paragraph, Table
from kdi.report.file_names import LONGEST, file_names
from kdi.report.line_chart import DESK, Lines
from kdi.report.webpages import municipality_folders

from .reading import Pdf, squash

# What a reader sees of a name with it between two words; "" where it has no shape.
SHOWN = {
    "emoji": ("😀", "�"),
    "a family of joined emoji": ("👩\u200d👩\u200d👧", "���"),
    "emoji with a selector": ("☎\ufe0f", "�"),
    "Chinese": ("系统", "��"),
    "Arabic": ("مم", "��"),
    "Hebrew": ("שלום", "����"),
    "Thai with a mark": ("ก็", "��"),
    "byte order mark": ("\ufeff", ""),
    "right to left override": ("\u202e", ""),
    "zero width joiner": ("\u200d", ""),
    "soft hyphen": ("\u00ad", ""),
    "bullet pasted from Word": ("\uf0b7", "�"),
    "private use that the font has": ("\uece0", "�"),
    "noncharacter": ("\ufdd0", "�"),
    "beyond the basic plane": ("\U0001d54f", "�"),
    "NUL": ("\x00", "�"),
    "bell": ("\x07", "�"),
    "escape": ("\x1b", "�"),
    "delete": ("\x7f", "�"),
    "next line": ("\x85", " "),
    "line separator": ("\u2028", "\u2028"),
    "vertical tab": ("\x0b", " "),
    "ideographic space": ("\u3000", " "),
    "composed of two": ("e\u0301", "é"),
    "a mark on a letter that has none": ("q\u0301", "q\u0301"),
    "a mark that the font lacks": ("a\u20dd", "a�"),
    "Danish": ("æøåÆØÅ", "æøåÆØÅ"),
    "other Latin": ("łşĸệñ", "łşĸệñ"),
    "Greek and Cyrillic": ("ΩД", "ΩД"),
    "signs": ("–’“”…•→✓≥½€™®№", "–’“”…•→✓≥½€™®№"),
}


def of_text(text: str) -> Document:
    """A report that shows the text everywhere a report can."""
    table = Table(text, (Column(text),), ((text,), (f"={text}",)), name="navne")
    paragraph = Paragraph(f"Systemet {text} navn")
    return Document(text, text, text, text, (paragraph, table), (), (), "20230101T000000Z-aaaa", "31. december")


@pytest.mark.parametrize(("character", "seen"), SHOWN.values(), ids=SHOWN)
def test_a_character_is_shown_or_visibly_missing(character: str, seen: str) -> None:
    assert showable.text(f"KMD{character}Nexus") == f"KMD{seen}Nexus"


def test_every_character_can_stand_in_a_pdf() -> None:
    """All of them in one report, as a supplier's list would have them; the report is made and says the rest."""
    everything = "".join(f"a{c} b" for c, _ in SHOWN.values())
    made = Pdf(pdf.render(of_text(everything), "2023-01-01T00:00:00+00:00"))
    assert "Systemet" in made.text and "navn" in made.text
    assert squash("–’“”…•→✓≥½€™®№") in squash(made.text)


@pytest.mark.long
def test_every_single_character_of_unicode_can_stand_in_a_pdf() -> None:
    """Not a list of known ones: each assigned character, and what is none, in texts of two thousand."""
    characters = [chr(c) for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
    shown = {showable.text(f"a{c}b") for c in characters}
    everything = sorted(shown)
    assert len(everything) > 800
    for start in range(0, len(everything), 2000):
        text = " ".join(everything[start : start + 2000])
        assert pdf.render(of_text(text), "2023-01-01T00:00:00+00:00")


def test_a_picture_shows_them_as_the_text_does() -> None:
    lines = Lines({"By 😀\x07": [(date(2022, 1, 1), 3.0)], "系统": [(date(2022, 1, 1), 1.0)]}, "kald")
    drawn = lines.svg(DESK)
    assert "By ��" in drawn and "😀" not in drawn
    assert lines.png(DESK).startswith(b"\x89PNG")


def test_the_attached_table_computes_nothing() -> None:
    rows = (("=HYPERLINK(1)", "+1.234,5"), ("@SUM(A1)", "-3 %"), (" +cmd|x", "−2"), ("-1+2", "–"))
    table = Table("Navne", (Column("=Navn"), Column("Tal")), rows, name="navne")
    document = replace(of_text("x"), front=(table,))
    found = list(csv.reader(io.StringIO(pdf.csv_text(document, "navne")), delimiter=";"))
    assert found[1:] == [
        ["'=HYPERLINK(1)", "+1.234,5"], ["'@SUM(A1)", "-3 %"], ["' +cmd|x", "−2"], ["'-1+2", "–"],
    ]  # fmt: skip


def test_a_workbook_keeps_whole_numbers_and_long_texts(tmp_path: Path) -> None:
    """Values as sheets of data hold them: 32 bits are passed, a text is whole or says that it is not."""
    values = [4_622_216_394, -(2**40), 2**53, 7, True, "a\x00b\x07c", "x" * 40_000, "=1+1", "系统😀", None]
    with xlsxwriter.Workbook(tmp_path / "ark.xlsx") as book:
        sheet = book.add_worksheet()
        for place, value in enumerate(values):
            write_cell(sheet, 0, place, value, None)
    (row,) = CalamineWorkbook.from_path(tmp_path / "ark.xlsx").get_sheet_by_index(0).to_python()
    assert row[:6] == [4_622_216_394, -(2**40), 2**53, 7, True, "a�b�c"]
    assert len(row[6]) == 32_767 and row[6].endswith("x…")
    assert row[7:9] == ["=1+1", "系统😀"]


A, B, C = (f"{n}{n}{n}{n}{n}{n}{n}{n}-0000-4000-8000-000000000000" for n in "abc")


def test_names_that_differ_by_a_sign_get_a_file_each() -> None:
    found = file_names({A: "KMD Nexus", B: "KMD-Nexus", C: "Momentum"})
    assert found == {A: "kmd-nexus-aaaaaaaa", B: "kmd-nexus-bbbbbbbb", C: "momentum"}
    assert found == file_names({C: "Momentum", B: "KMD-Nexus", A: "KMD Nexus"})


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Ringkøbing-Skjern", "ringkoebing-skjern"),
        ("CON", "con-aaaaaaaa"),
        ("nul.", "nul-aaaaaaaa"),
        ("Aux", "aux-aaaaaaaa"),
        ("LPT1", "lpt1-aaaaaaaa"),
        ("..", "aaaaaaaa"),
        ("../../etc/passwd", "etc-passwd"),
        ("系统", "aaaaaaaa"),
        ("", "aaaaaaaa"),
        ("index", "index-aaaaaaaa"),
        ("offentlig", "offentlig-aaaaaaaa"),
        ("A" * 260, f"{'a' * 71}-aaaaaaaa"),
    ],
)
def test_names_that_no_file_can_have(name: str, file: str) -> None:
    assert file_names({A: name}, taken=("offentlig",)) == {A: file}


def test_any_set_of_names_has_as_many_files() -> None:
    """Also one that is named as another's file would be, and those that only case or accents tell apart."""
    names = ["KMD Nexus", "KMD-Nexus", "kmd nexus", "KMD Nexus aaaaaaaa", "KMD  Nexus", "Kmd Néxus", "ＫＭＤ Nexus"]
    names += ["CON", "con", "Con.", "系", "统", "", " ", "A" * 260, "A" * 261, "B" * LONGEST]
    identities = [A, *(f"{n:08x}-0000-4000-8000-000000000000" for n in range(1, len(names)))]
    found = file_names(dict(zip(identities, names, strict=True)))
    assert len(set(found.values())) == len(names)
    assert all(
        unicodedata.normalize("NFC", f).isascii() and len(f) <= LONGEST and f == f.lower() for f in found.values()
    )


def test_two_municipalities_of_one_name_have_pages_each() -> None:
    folders = municipality_folders({"11111111": "Aarø", "22222222": "Aaroe", "33333333": "Aalborg"})
    assert folders["33333333"] == "kommune/aalborg-kommune"
    assert len(set(folders.values())) == 3
