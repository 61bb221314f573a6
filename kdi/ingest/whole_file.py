"""Looks through all bytes of a delivery for CPR numbers, before the delivery itself is kept anywhere.

The rows that are read are searched where they are read; here is searched what nobody reads: hidden sheets, page
headers, comments, properties, names and comments of an archive's parts, and rows that cannot be told apart. What
cannot be searched, such as a picture, counts as if there were one.
"""

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from kdi.notation import cpr

_TEXT = (".xml", ".rels", ".vml", ".txt", ".json")
# Text in them stands as it is, a byte or two a letter.
_PLAIN_BINARY = ("printersettings", "customproperty")
# A text of several fonts is cut where they change.
_FONT_CHANGE = re.compile(r"</(?:\w+:)?t>\s*</(?:\w+:)?r>\s*<(?:\w+:)?r>.*?<(?:\w+:)?t[^>]*>", re.DOTALL)
# In a page's header &C is a place on the page, and &12 a size of letters; then the text follows.
_PLACE, _SIZE = re.compile(r"&(?:amp;)?[A-Z]"), re.compile(r"&(?:amp;)?(\d{1,2})")
# Bytes before a part's own name, in an archive, and of its sizes behind it.
_HEADER, _DESCRIPTOR = 30, 24
_BROKEN = (EOFError, OSError, RuntimeError, NotImplementedError, zlib.error, zipfile.BadZipFile, pa.ArrowException)


def looks_personal(path: Path) -> bool:
    """Whether anything in a file can be read as a CPR number, wherever it stands, or cannot be searched.

    Of a Parquet file only what stands beside the rows.
    """
    name = path.name.lower()
    try:
        if name.endswith(".xlsx"):
            return _in_workbook(path)
        if name.endswith(".parquet"):
            return in_parquet_metadata(path)
        if name.endswith(".csv"):
            with path.open("rb") as stream:
                return any(map(cpr.is_in_line, _lines(stream)))
        if name.endswith(".csv.gz"):
            with path.open("rb") as packed:
                head = packed.read(1024)  # may hold a file's name and a comment
            with gzip.open(path, "rb") as stream:
                return cpr.is_in(_letters(head[: _name_ends(head)])) or any(map(cpr.is_in_line, _lines(stream)))
    except (*_BROKEN, ValueError):
        return True
    return True


def _name_ends(head: bytes) -> int:
    """Where the texts in a gzip file's head end: an extra field, the name and a comment (RFC 1952)."""
    flags, at = head[3], 10
    if flags & 4:
        at += 2 + int.from_bytes(head[at : at + 2], "little")
    for text in (8, 16):
        if flags & text:
            at = head.index(b"\0", at) + 1
    return at


def in_parquet_metadata(path: Path) -> bool:
    """Whether a Parquet file's own texts, which are no cells, hold one."""
    schema = pq.read_schema(path)
    pairs = [pq.read_metadata(path).metadata or {}, schema.metadata or {}, *(f.metadata or {} for f in schema)]
    texts = [_letters(text) for pair in pairs for both in pair.items() for text in both]
    # pandas and Arrow describe the columns there, in numbers of their own
    return any(cpr.is_in(text) or cpr.is_in_line(text) for text in [*schema.names, *texts])


def _in_workbook(path: Path) -> bool:
    with zipfile.ZipFile(path) as book:
        parts = book.infolist()
        beside = [_letters(book.comment)]
        beside += [text for part in parts for text in (part.filename, _letters(part.comment), _letters(part.extra))]
        with path.open("rb") as stream:
            if any(map(cpr.is_in, beside)) or any(map(cpr.is_in, _between_parts(stream, parts, book.start_dir))):
                return True
        return any(_in_part(part.filename.lower(), book.read(part)) for part in parts if not part.is_dir())


def _between_parts(stream: IO[bytes], parts: list[zipfile.ZipInfo], end: int) -> Iterator[str]:
    """What stands in an archive's parts' own heads.

    Raises:
        BadZipFile: there are bytes that belong to no part, and may be anything.
    """
    reached = 0
    for part in sorted(parts, key=lambda p: p.header_offset):
        _require_padding(stream, reached, part.header_offset)
        stream.seek(part.header_offset)
        head = stream.read(_HEADER)
        name, extra = int.from_bytes(head[26:28], "little"), int.from_bytes(head[28:30], "little")
        yield _letters(stream.read(name + extra))
        reached = part.header_offset + _HEADER + name + extra + part.compress_size
    _require_padding(stream, reached, end)


def _require_padding(stream: IO[bytes], start: int, end: int) -> None:
    """Between two parts stand zeros, or the sizes of the part before."""
    stream.seek(start)
    if start > end or len(stream.read(end - start).strip(b"\0")) > _DESCRIPTOR:
        raise zipfile.BadZipFile("bytes of no part")


def _in_part(name: str, content: bytes) -> bool:
    if not name.endswith(_TEXT):
        plain = any(kind in name for kind in _PLAIN_BINARY)
        return not plain or cpr.is_in(_letters(content))
    text = _letters(content) if b"\0" in content[:4] else content.decode("utf-8", "replace")
    header = _PLACE.sub(" ", text)
    readings = (text, _FONT_CHANGE.sub("", text), header, _SIZE.sub(" ", header), _SIZE.sub(lambda m: m[1][1:], header))
    return any(cpr.is_in_markup(reading) for reading in dict.fromkeys(readings))


def _letters(content: bytes) -> str:
    """Bytes as text, one or two a letter."""
    return content.replace(b"\0", b"").decode("utf-8", "replace")


def _lines(stream: IO[bytes] | gzip.GzipFile) -> Iterator[str]:
    start = stream.read(64)
    stream.seek(0)
    if b"\0" in start:
        wide = "utf-16-be" if start[:1] == b"\0" or start.startswith(b"\xfe\xff") else "utf-16-le"
        return iter(io.TextIOWrapper(stream, encoding=wide, errors="replace"))
    return (line.decode("utf-8", "replace") for line in stream)
