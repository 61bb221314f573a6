"""However a CPR number is written, and wherever in a file it stands, the file is not kept; and nothing else is one."""

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cpr_spellings import innocent, spelled

from kdi.ingest.whole_file import looks_personal
from kdi.notation import cpr

SPELLINGS = list(dict.fromkeys(text for _, text in spelled()))
SHEET = "<worksheet><sheetData><row><c t='inlineStr'><is><t>{}</t></is></c></row></sheetData></worksheet>"


def workbook(comment: str = "", **parts: str) -> bytes:
    """The parts that matter of a workbook, under the names that Excel gives them."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        for name, text in {"sheet1": SHEET.format("Aalborg"), **parts}.items():
            book.writestr(zipfile.ZipInfo(f"xl/{name}.xml"), text)
        book.comment = comment.encode()
    return stream.getvalue()


def packed(text: str = "", name: str = "") -> bytes:
    """A gzip file; its head can hold a name."""
    head = b"\x1f\x8b\x08" + (b"\x08" if name else b"\0") + b"\0" * 6 + (name.encode() + b"\0" if name else b"")
    return head + gzip.compress(f"a;b\nx;{quoted(text)}\n".encode(), mtime=0)[10:]


def parquet(value: str = "x", metadata: str = "", of_column: str = "") -> bytes:
    field = pa.field("a", pa.string(), metadata={"note": of_column} if of_column else None)
    schema = pa.schema([field], metadata={"note": metadata} if metadata else None)
    stream = io.BytesIO()
    pq.write_table(pa.table({"a": [value]}, schema=schema), stream)
    return stream.getvalue()


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""').replace("\n", " ") + '"'


PLACES: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "CSV, a field": ("x.csv", lambda t: f"a;b\nx;{quoted(t)}\n".encode()),
    "CSV, the header": ("x.csv", lambda t: f"a;{quoted(t)}\nx;y\n".encode()),
    "CSV, a field too many": ("x.csv", lambda t: f"a;b\nx;y;{quoted(t)}\n".encode()),
    "CSV in UTF-16": ("x.csv", lambda t: f"a;b\nx;{quoted(t)}\n".encode("utf-16-le")),
    "gzip, a field": ("x.csv.gz", packed),
    "gzip, its name": ("x.csv.gz", lambda t: packed(name=t)),
    "sheet": ("x.xlsx", lambda t: workbook(sheet1=SHEET.format(escape(t)))),
    "hidden sheet": ("x.xlsx", lambda t: workbook(sheet2=SHEET.format(escape(t)))),
    "shared strings": ("x.xlsx", lambda t: workbook(sharedStrings=f"<sst><si><t>{escape(t)}</t></si></sst>")),
    "page footer": (
        "x.xlsx",
        lambda t: workbook(sheet1=f"<worksheet><oddFooter>&amp;C{escape(t)}</oddFooter></worksheet>"),
    ),
    "comment": ("x.xlsx", lambda t: workbook(comments1=f"<comments><t>{escape(t)}</t></comments>")),
    "properties": ("x.xlsx", lambda t: workbook(core=f"<coreProperties><title>{escape(t)}</title></coreProperties>")),
    "drawing": ("x.xlsx", lambda t: workbook(drawing1=f"<xdr:wsDr><a:t>{escape(t)}</a:t></xdr:wsDr>")),
    "a part's name": ("x.xlsx", lambda t: workbook(**{t: "<a/>"})),
    "comment of the archive": ("x.xlsx", lambda t: workbook(comment=t)),
    "Parquet metadata": ("x.parquet", lambda t: parquet(metadata=t)),
    "Parquet, of a column": ("x.parquet", lambda t: parquet(of_column=t)),
}


def test_there_are_enough_of_them() -> None:
    assert len(SPELLINGS) >= 300 and len(PLACES) >= 12
    assert len(set(innocent())) >= 5000


@pytest.mark.parametrize("how", dict.fromkeys(how for how, _ in spelled()))
def test_every_spelling_is_seen_in_a_cell(how: str) -> None:
    for name, text in spelled():
        if name == how:
            assert cpr.is_in_cell(text), text
            assert not cpr.is_in_cell(cpr.masked(text)) or cpr.masked(text) == text, text


def test_what_else_is_delivered_is_none() -> None:
    assert [value for value in dict.fromkeys(innocent()) if cpr.is_in_cell(value)] == []


@pytest.mark.parametrize("every", [11, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("place", PLACES)
def test_a_file_with_one_anywhere_is_not_kept(place: str, every: int, tmp_path: Path) -> None:
    """Nine digits alone are told from a number only in a cell, and a row's end is a row's end in CSV."""
    name, made = PLACES[place]
    file = tmp_path / name
    file.write_bytes(made("Aalborg Kommune, SF1470 af 2022-01-31"))
    assert not looks_personal(file), "an innocent one is"
    missed = []
    for text in SPELLINGS[::every]:
        file.write_bytes(made(text))
        if not looks_personal(file):
            missed.append(text)
    assert [text for text in missed if cpr.is_in(text)] == []


UNSEARCHABLE = {
    "a picture": lambda: workbook() and _with_part("xl/media/image1.png", b"\x89PNG"),
    "an embedded file": lambda: _with_part("xl/embeddings/oleObject1.bin", b"\xd0\xcf"),
    "bytes before the archive": lambda: b"010190-1234" + b" " * 40 + workbook(),
    "bytes that end early": lambda: workbook()[:-30],
}


def _with_part(name: str, content: bytes) -> bytes:
    stream = io.BytesIO(workbook())
    with zipfile.ZipFile(stream, "a") as book:
        book.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize("what", UNSEARCHABLE)
def test_what_cannot_be_searched_is_not_kept(what: str, tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(UNSEARCHABLE[what]())
    assert looks_personal(file)
