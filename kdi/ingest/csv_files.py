"""CSV, plain or packed: where its header is, and the rows as DuckDB reads them.

DuckDB reads what is plainly right. Anything else, :mod:`csv_rows` reads row by row.
"""

import codecs
import csv
import gzip
import io
import itertools
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

import duckdb

from expectations.findings import Finding, UnreadableDelivery
from expectations.profiles import Profile
from kdi.ingest.layout import Layout, header_of, layout_from
from kdi.notation.sql import sql_text

_CHUNK = 1 << 20
# A title, a date and a blank line above the header are common; forty lines are not.
_HEADER_SOUGHT_IN = 40
# Excel's own limit is 16,384, which takes DuckDB gigabytes; a sheet of all interfaces has some tens.
_MOST_COLUMNS = 1000
# DuckDB passes over blanks beside a quote; others take them, and the quote, for a part of the text.
_BLANK_BESIDE_QUOTE = re.compile(rb'[ \t]"|"[ \t]')


def is_packed(path: Path) -> bool:
    """Whether the file is a gzip."""
    return path.suffix.lower() == ".gz"


def open_bytes(path: Path) -> IO[bytes]:
    """The file's bytes, unpacked."""
    return gzip.open(path, "rb") if is_packed(path) else path.open("rb")  # type: ignore[return-value]


@contextmanager
def unpacking() -> Iterator[None]:
    """Tell a packed file that is broken as what it is."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UnreadableDelivery(Finding("ulaeselig_fil", detalje="komprimeringen er brudt")) from error


def layout_of(path: Path, profile: Profile) -> Layout:
    """Find the header and match it with the profile.

    Raises:
        UnreadableDelivery: it cannot be unpacked, is not UTF-8, or has not the agreed columns.
    """
    with unpacking(), open_bytes(path) as stream:
        start = stream.read(_CHUNK)
        is_plain = _is_plain(start)
        if is_plain or is_packed(path):
            # DuckDB takes a broken end of a compressed file for its end; the checksum tells.
            end = start[-1:]
            while chunk := stream.read(_CHUNK):
                is_plain = is_plain and _is_plain(end + chunk)
                end = chunk[-1:]
    above, header = _header(_first_rows(start, profile), profile)
    if len(header) > _MOST_COLUMNS:
        raise UnreadableDelivery(Finding("for_mange_kolonner", detalje=f"{len(header)} kolonner"))
    return replace(layout_from("csv", header, profile), above=above, is_plain=is_plain and not above)


def _is_plain(part: bytes) -> bool:
    return b'"' not in part or not _BLANK_BESIDE_QUOTE.search(part)


def _first_rows(start: bytes, profile: Profile) -> list[list[str]]:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableDelivery(Finding("ukendt_tegnsaet", detalje="UTF-8 (den er UTF-16)"))
    whole, _, rest = start.rpartition(b"\n" if b"\n" in start else b"\r")
    if not whole and len(start) == _CHUNK:
        raise UnreadableDelivery(Finding("for_lang_overskrift", detalje="den fylder over 1 MB"))
    if len(start) < _CHUNK:
        whole += b"\n" + rest
    text = io.TextIOWrapper(io.BytesIO(whole), "utf-8-sig", "surrogateescape", newline="")
    rows = csv.reader(text, delimiter=profile.format.delimiter)
    try:
        return list(itertools.islice(rows, profile.format.header_row or _HEADER_SOUGHT_IN))
    except csv.Error as error:
        raise UnreadableDelivery(Finding("for_lang_overskrift", detalje="et felt er for langt")) from error


def _header(rows: list[list[str]], profile: Profile) -> tuple[int, list[str]]:
    """The number of rows above the header, and the header: the first row with most of the agreed columns."""
    if profile.format.header_row:
        above = profile.format.header_row - 1
    else:
        found = [_agreed(row, profile) for row in rows]
        above = found.index(max(found)) if found else 0
        if found and not any(found[above]):  # none at all: what was meant is most likely the first row with a text
            above = next((i for i, row in enumerate(rows) if any(row)), 0)
    header = rows[above] if above < len(rows) else []
    if any("\udc80" <= character <= "\udcff" for text in header for character in text):
        raise UnreadableDelivery(Finding("ukendt_tegnsaet", detalje="UTF-8"))
    return above, header


def _agreed(row: list[str], profile: Profile) -> tuple[int, int]:
    header = header_of(row, profile)
    return len(set(header.known.values())), len(header.things)


def rows_sql(path: Path, layout: Layout, profile: Profile) -> str:
    """A table expression over a plain file. Rows that DuckDB cannot read are left out; see :func:`has_rejects`."""
    columns_map = ", ".join(f"'{c}': 'VARCHAR'" for c in layout.columns)
    # One read_csv per file: given a list of three or more, DuckDB 1.5.6 drops what follows an
    # open quote without a word.
    return (
        f"(select * from read_csv({sql_text(str(path))}, auto_detect = false, header = true,"
        f" columns = {{{columns_map}}}, delim = {sql_text(profile.format.delimiter)}, quote = '\"', escape = '\"',"
        f" compression = '{'gzip' if is_packed(path) else 'none'}', store_rejects = true, rejects_limit = 1000))"
    )


def rejected(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Paths of the files with rows that DuckDB could not read since the last call."""
    if not connection.execute("select 1 from duckdb_tables() where table_name = 'reject_errors'").fetchall():
        return set()  # no file could even be opened
    paths = connection.execute(
        "select distinct s.file_path from reject_errors e join reject_scans s using (scan_id, file_id)"
    ).fetchall()
    connection.execute("delete from reject_errors")
    connection.execute("delete from reject_scans")
    return {path for (path,) in paths}


def in_utf8(path: Path, profile: Profile, scratch: Path) -> Path:
    """The file itself, or a UTF-8 copy when the profile declares another encoding for its CSV.

    A file that is UTF-8 all the same, with letters that are more than one byte, is read as that: no text in
    another encoding is valid UTF-8 by chance.

    Raises:
        UnreadableDelivery: the bytes are not of the declared encoding, or cannot be unpacked.
    """
    if _is_utf8(profile.format.encoding) or not path.name.lower().endswith((".csv", ".csv.gz")):
        return path
    with unpacking():
        if _holds_utf8(path):
            return path
        copy = scratch / f"{path.name}.utf8.csv"
        decoder = codecs.getincrementaldecoder(profile.format.encoding)()
        try:
            with open_bytes(path) as stream, copy.open("w", encoding="utf-8", newline="") as target:
                while chunk := stream.read(_CHUNK):
                    target.write(decoder.decode(chunk))
                target.write(decoder.decode(b"", final=True))
        except UnicodeDecodeError as error:
            detail = profile.format.encoding.upper()
            raise UnreadableDelivery(Finding("ukendt_tegnsaet", detalje=detail)) from error
    return copy


def _holds_utf8(path: Path) -> bool:
    """Whether the bytes are UTF-8 and more than ASCII."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_ascii = True
    try:
        with open_bytes(path) as stream:
            while chunk := stream.read(_CHUNK):
                is_ascii = is_ascii and chunk.isascii()
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return not is_ascii


def _is_utf8(encoding: str) -> bool:
    return encoding.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig")
