"""Files that mean harm, made as their authors would make them."""

import gzip
import io
import zipfile
from collections.abc import Mapping

import openpyxl

SHEET = "xl/worksheets/sheet1.xml"
HEADER = (
    "myndighed_cvr",
    "myndighed_navn",
    "it_system_uuid",
    "it_system_navn",
    "kle_nummer",
    "kle_emne",
    "antal_sager",
)
ROW = ("29189501", "Brønderslev Kommune", "6f9619ff-8b86-d011-b42d-00c04fc964ff", "Nexus", "27.36.04", "Hjælp", 12)


def workbook(*rows: tuple[object, ...]) -> bytes:
    """A sound extract of KLE cases."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (HEADER, *(rows or (ROW,))):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_parts(parts: Mapping[str, bytes], base: bytes | None = None) -> bytes:
    """A workbook in which parts are added or replaced."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(base or workbook())) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return stream.getvalue()


def zip_bomb(megabytes: int) -> bytes:
    """A workbook whose sheet is a run of blanks: a thousandth of its size packed."""
    sheet = part_of(workbook(), SHEET)
    start, end = sheet.split(b"<sheetData>")
    return with_parts({SHEET: start + b" " * (megabytes << 20) + b"<sheetData>" + end})


def entity_bomb() -> bytes:
    """The billion laughs: ten entities, each ten of the one before, in a cell."""
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    declared = f'<!DOCTYPE x [<!ENTITY a0 "ha">{laughs}]>'.encode()
    sheet = part_of(workbook(), SHEET)
    return with_parts({SHEET: declared + sheet.replace(b"<sheetData>", b"<sheetData><!-- &a9; -->")})


def external_entity() -> bytes:
    """A sheet that asks its reader for a file of this machine."""
    declared = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    strings = (
        declared + b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&f;</t></si></sst>'
    )
    return with_parts({"xl/sharedStrings.xml": strings})


def part_of(book: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return archive.read(name)


def gzip_bomb(megabytes: int) -> bytes:
    """A header, then one endless line."""
    return gzip.compress(b"tidspunkt;myndighed_cvr\n" + b"0" * (megabytes << 20), compresslevel=9)


def encrypted_workbook() -> bytes:
    """What Excel writes for a workbook with a password: an OLE file with the stream EncryptedPackage."""
    return _OLE + b"\0" * 1016 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 4096


def old_workbook() -> bytes:
    """An .xls: an OLE file with the stream Workbook."""
    return _OLE + b"\0" * 1016 + "Workbook".encode("utf-16-le") + b"\0" * 4096


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HTML = b"<html><table><tr><td>myndighed_cvr</td></tr></table></html>"
