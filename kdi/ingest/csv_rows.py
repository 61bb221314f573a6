"""CSV row by row, as Python's csv module reads it: for files that are not plainly right, and their faults.

Whatever line ends stand in the file, mixed too, end a row; blank rows are none, as in a sheet. Rows are numbered as
a spreadsheet shows them: the header and what stands above it are counted.
"""

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.findings import Code, Finding, UnreadableDelivery
from expectations.profiles import Profile
from kdi.ingest.csv_files import open_bytes, unpacking
from kdi.ingest.layout import Layout
from kdi.notation import cpr

_BATCH = 50_000
# What DOS put at the end of a file.
_END_OF_FILE = "\x1a"


def write_rows(path: Path, layout: Layout, profile: Profile, target: Path) -> list[Finding]:
    """Write the rows below the header as Parquet: ``linje`` (the row's number) and the layout's columns, all text.

    Returns:
        A finding per row that is broken, in their order; such rows are not written.

    Raises:
        UnreadableDelivery: it cannot be unpacked, or a line above the header looks like a CPR number.
    """
    broken: list[Finding] = []
    schema = pa.schema([("linje", pa.int64()), *((name, pa.string()) for name in layout.columns)])
    counts = [1 + i for i, name in enumerate(layout.columns) if name in _counts(profile)]
    with unpacking(), open_bytes(path) as stream, pq.ParquetWriter(target, schema) as writer:
        sound = _sound(_numbered(stream, profile), layout, profile, broken)
        if profile.format.decimal:
            sound = (_with_plain_numbers(row, counts, profile.format.decimal) for row in sound)
        while batch := list(itertools.islice(sound, _BATCH)):
            columns = [pa.array(c, f.type) for c, f in zip(zip(*batch, strict=True), schema, strict=True)]
            writer.write_batch(pa.record_batch(columns, schema))
    return broken


def _counts(profile: Profile) -> set[str]:
    return {c.name for c in profile.columns if c.type in ("antal", "antal_maskeret")}


def _numbered(stream: IO[bytes], profile: Profile) -> Iterator[tuple[int, list[str] | Finding]]:
    """Every row with its number, from 1; or why it cannot be read."""
    text = io.TextIOWrapper(stream, "utf-8-sig", "surrogateescape", newline="")
    rows = csv.reader(_without_end_of_file(text), delimiter=profile.format.delimiter, strict=True)
    for number in itertools.count(1):
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, Finding("brudt_raekke", raekke=number, detalje=_reason(error))
            continue
        yield number, row


def _without_end_of_file(lines: Iterable[str]) -> Iterator[str]:
    """The lines, the last without a sign of DOS for the end."""
    last = None
    for line in lines:
        if last is not None:
            yield last
        last = line
    if last is not None:
        yield last.rstrip("\r\n" + _END_OF_FILE) if _END_OF_FILE in last else last


def _reason(error: csv.Error) -> str:
    if "unexpected end" in str(error):
        return "et åbent anførselstegn, som ikke lukkes"
    if "field larger" in str(error):
        return f"et felt på over {csv.field_size_limit()} tegn, formentlig et åbent anførselstegn"
    return "tekst efter et lukket anførselstegn"


def _sound(
    rows: Iterator[tuple[int, list[str] | Finding]], layout: Layout, profile: Profile, broken: list[Finding]
) -> Iterator[list[int | str]]:
    """Rows below the header with as many fields as it has, after their number; the others become findings."""
    width = len(layout.columns)
    for number, row in rows:
        if isinstance(row, Finding):
            broken.append(row)
        elif number <= layout.above + 1:
            if any(cpr.is_in(text) for text in row):
                raise UnreadableDelivery(Finding("cpr_nummer", raekke=number))
        elif not any(text.strip() for text in row):
            continue
        elif fault := _fault(row, width, profile):
            broken.append(Finding(fault[0], raekke=number, detalje=fault[1]))
        else:
            yield [number, *row[:width]]


def _fault(row: list[str], width: int, profile: Profile) -> tuple[Code, str] | None:
    if any("\udc80" <= character <= "\udcff" for text in row for character in text if not text.isascii()):
        return "ukendt_tegnsaet", "UTF-8"
    if len(row) < width or any(row[width:]):  # an empty field too many is a delimiter at the row's end
        return "brudt_raekke", f"{len(row)} felter, overskriften har {width}"
    # A name may have been broken over two lines. What holds the delimiter too are rows that a quote has swallowed.
    if any(profile.format.delimiter in text and ("\n" in text or "\r" in text) for text in row):
        return "brudt_raekke", "et åbent anførselstegn, som har slugt rækkerne efter"
    return None


def _with_plain_numbers(row: list[int | str], places: list[int], decimal: str) -> list[int | str]:
    for place in places:
        row[place] = plain_number(str(row[place]), decimal)
    return row


def plain_number(text: str, decimal: str) -> str:
    """A whole number without separators, when ``decimal`` is its decimal sign; any other text as it is.

    >>> plain_number("1.234.567,00", ",")
    '1234567'
    """
    thousands = r"[,'’\s]" if decimal == "." else r"[.'’\s]"
    found = re.fullmatch(rf"\s*(\d{{1,3}}(?:{thousands}\d{{3}})+|\d+)(?:{re.escape(decimal)}0*)?\s*", text)
    return re.sub(r"\D", "", found[1]) if found else text
