"""What a file from outside must not be, whatever its name says: the first look at its bytes.

Archives are never unpacked by their members' names. They are measured by unpacking them into
nothing, since what an archive says of its own size is the sender's word.
"""

import gzip
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow.parquet as pq
from pyarrow import ArrowException

from expectations.findings import Finding, UnreadableDelivery
from kdi.notation import danish

_CHUNK = 1 << 20
# Hourly files pack 20 to 60 times; a sheet of nothing but one value a few hundred times.
_RATIO = 400
_SMALL = 64 << 20
# A workbook with a drawing and a comment sheet per sheet has some tens.
_MEMBERS = 1000
# 20 times the whole history of hours, which is 47 million.
_ROWS = 1_000_000_000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = {
    b"PK\x03\x04": "en zip-fil eller Excel-projektmappe",
    _OLE: "en fil fra et ældre Office-program",
    b"\x1f\x8b": "en gzip-fil",
    b"PAR1": "en Parquet-fil",
    b"%PDF": "en PDF-fil",
}
_OWN = {".xlsx": b"PK\x03\x04", ".gz": b"\x1f\x8b", ".parquet": b"PAR1"}
_MARKUP = re.compile(rb"\s*<(!doctype|html|\?xml|table|meta|head|workbook)", re.IGNORECASE)
_UNSAFE_NAME = re.compile(r"(^|[\\/])\.\.([\\/]|$)|^[\\/]|^[A-Za-z]:|\0")
_BROKEN = (EOFError, OSError, RuntimeError, NotImplementedError, zlib.error, zipfile.BadZipFile)


@dataclass(frozen=True)
class Bounds:
    """The largest file that is read, as it lies in the inbox and unpacked, in bytes."""

    file: int
    unpacked: int


def check(path: Path, bounds: Bounds) -> None:
    """Look at a file's bytes before any reader does.

    Raises:
        UnreadableDelivery: too large, packed to explode, another kind of file than its name says,
            protected by a password, or with macros or declarations that a sheet has no use for.
            A file that is merely broken passes; its reader says how.
    """
    size = path.stat().st_size
    if size > bounds.file:
        raise UnreadableDelivery(Finding("for_stor_fil", detalje=_size(bounds.file)))
    suffix = path.suffix.lower()
    with path.open("rb") as stream:
        start = stream.read(4096)
    _check_kind(path, suffix, start)
    match suffix:
        case ".gz":
            _measure_gzip(path, size, bounds)
        case ".xlsx":
            _measure_workbook(path, size, bounds)
        case ".parquet":
            _measure_parquet(path, bounds)


def _check_kind(path: Path, suffix: str, start: bytes) -> None:
    text = start.removeprefix(b"\xef\xbb\xbf")
    if start.startswith(_OLE) and suffix == ".xlsx":
        # Names of streams in such a file are UTF-16; an encrypted workbook has this one.
        with path.open("rb") as stream:
            encrypted = "EncryptedPackage".encode("utf-16-le") in stream.read(_CHUNK)
        raise _other_kind("en projektmappe med adgangskode" if encrypted else "en Excel-fil i det gamle format (.xls)")
    for signature, kind in _FOREIGN.items():
        if start.startswith(signature) and signature != _OWN.get(suffix):
            raise _other_kind(kind)
    if suffix != ".json" and _MARKUP.match(text):
        raise _other_kind("en HTML- eller XML-fil")


def _other_kind(kind: str) -> UnreadableDelivery:
    return UnreadableDelivery(Finding("forkert_filtype", detalje=kind))


def _measure_gzip(path: Path, size: int, bounds: Bounds) -> None:
    unpacked = 0
    try:
        with gzip.open(path, "rb") as stream:
            while chunk := stream.read(_CHUNK):
                unpacked += len(chunk)
                _check_unpacked(unpacked, size, bounds)
    except _BROKEN:
        return


def _measure_workbook(path: Path, size: int, bounds: Bounds) -> None:
    unpacked = 0
    try:
        with zipfile.ZipFile(path) as book:
            members = book.infolist()
            if len(members) > _MEMBERS:
                raise UnreadableDelivery(Finding("usikker_fil", detalje=f"den rummer mere end {_MEMBERS} dele"))
            if any(_UNSAFE_NAME.search(member.filename) for member in members):
                raise UnreadableDelivery(Finding("usikker_fil", detalje="dele af den har navne, der peger ud af filen"))
            if any(member.flag_bits & 1 for member in members):
                raise _other_kind("en projektmappe med adgangskode")
            if any(member.filename.lower().endswith("vbaproject.bin") for member in members):
                raise _other_kind("en projektmappe med makroer")
            for member in members:
                with book.open(member) as stream:
                    unpacked = _measure_member(stream, member.filename, unpacked, size, bounds)
    except _BROKEN:
        return


def _measure_member(stream: IO[bytes], name: str, unpacked: int, size: int, bounds: Bounds) -> int:
    is_xml = name.lower().endswith((".xml", ".rels", ".vml"))
    end = b""
    while chunk := stream.read(_CHUNK):
        unpacked += len(chunk)
        _check_unpacked(unpacked, size, bounds)
        if is_xml:
            seen = (end + chunk).replace(b"\0", b"")  # UTF-16 says the same with a zero in every second byte
            if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
                raise UnreadableDelivery(Finding("usikker_fil", detalje="den rummer XML-erklæringer (DTD)"))
            if name == "[Content_Types].xml" and b"macroEnabled" in seen:
                raise _other_kind("en projektmappe med makroer")
            end = chunk[-64:]
    return unpacked


def _measure_parquet(path: Path, bounds: Bounds) -> None:
    try:
        metadata = pq.read_metadata(path)
        unpacked = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    except (ArrowException, OSError, UnicodeDecodeError):  # also names that are not UTF-8
        return
    # Its own word: a false one makes the reader pass the limits of its process instead.
    if unpacked > bounds.unpacked or metadata.num_rows > _ROWS:
        raise UnreadableDelivery(Finding("for_stor_fil", detalje=f"{_size(bounds.unpacked)} pakket ud"))


def _check_unpacked(unpacked: int, size: int, bounds: Bounds) -> None:
    if unpacked > bounds.unpacked:
        raise UnreadableDelivery(Finding("for_stor_fil", detalje=f"{_size(bounds.unpacked)} pakket ud"))
    if unpacked > max(_SMALL, _RATIO * size):
        raise UnreadableDelivery(Finding("usikker_fil", detalje=f"den fylder over {_RATIO} gange mere pakket ud"))


def _size(number: int) -> str:
    return f"{danish.number(number / 1e6)} MB"
