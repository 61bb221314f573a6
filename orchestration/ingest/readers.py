"""Reads a delivery's bytes as text columns under canonical names, whatever the format.

Headers are compared by name: DuckDB binds a given column list by position, so the list handed to
it is made from each file's own header. Typing and judging are left to :mod:`audit`.
"""

import csv
import gzip
import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from orchestration.ingest.findings import Finding
from orchestration.ingest.profiles import Profile
from orchestration.ingest.rules import CPR_PATTERN, quoted, sql_list, sql_text

_HEADER_BYTES = 1 << 16
_OTHER_DELIMITERS = {";": "semikolon", ",": "komma", "\t": "tabulator", "|": "lodret streg"}


class UnreadableDelivery(Exception):
    """The delivery cannot be read as its profile says; ``findings`` says why."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("; ".join(str(f) for f in findings))
        self.findings = findings


@dataclass(frozen=True)
class Layout:
    """How a file's own columns map onto the canonical ones.

    ``columns`` has one entry per column of the file, in its order: the canonical name, or
    ``ekstra_<n>`` for a column nobody asked for (``extras`` holds their headers). ``schema`` is a
    Parquet file's own: read together with another's, 3.7 would become a whole number.
    """

    kind: str
    columns: tuple[str, ...]
    extras: tuple[str, ...]
    schema: str = ""


def layout_of(path: Path, profile: Profile) -> Layout:
    """Read a file's header and match it with the profile.

    Raises:
        UnreadableDelivery: empty, not decodable, wrong delimiter, a column missing or doubled.
    """
    if path.stat().st_size == 0:
        raise UnreadableDelivery(Finding("tom_fil"))
    kind = "parquet" if path.suffix.lower() == ".parquet" else "xlsx" if path.suffix.lower() == ".xlsx" else "csv"
    header = {"csv": _csv_header, "parquet": _parquet_header, "xlsx": _excel_header}[kind](path, profile)
    layout = _match(kind, header, profile)
    if kind == "parquet":
        return replace(layout, schema=pq.read_schema(path).remove_metadata().to_string())
    return layout


def _match(kind: str, header: list[str], profile: Profile) -> Layout:
    if any(re.search(CPR_PATTERN, h) for h in header):
        raise UnreadableDelivery(Finding("cpr_nummer"))
    canonical = {h.strip().casefold(): c.name for c in profile.columns for h in c.accepted_headers}
    matched = [canonical.get(h.strip().casefold()) for h in header]
    doubled = sorted({m for m in matched if m and matched.count(m) > 1})
    missing = [c.name for c in profile.columns if c.name not in matched]
    findings = [Finding("dobbelt_kolonne", kolonne=d, detalje=d) for d in doubled]
    findings += [Finding("manglende_kolonne", kolonne=m, detalje=m) for m in missing]
    if missing and kind == "csv" and len(header) == 1:
        found = [name for d, name in _OTHER_DELIMITERS.items() if d != profile.format.delimiter and d in header[0]]
        if found:
            findings.insert(0, Finding("forkert_skilletegn", detalje=found[0]))
    if findings:
        raise UnreadableDelivery(*findings)
    extras = tuple(h for h, m in zip(header, matched, strict=True) if m is None)
    columns = tuple(m or f"ekstra_{i}" for i, m in enumerate(matched))
    return Layout(kind, columns, extras)


def _csv_header(path: Path, profile: Profile) -> list[str]:
    opener = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with opener(path, "rb") as stream:
            start = stream.read(_HEADER_BYTES)
            # DuckDB takes a broken end of a compressed file for its end; the checksum tells.
            while opener is gzip.open and stream.read(1 << 20):
                pass
    except (EOFError, OSError, zlib.error) as error:
        raise UnreadableDelivery(Finding("ulaeselig_fil", detalje="komprimeringen er brudt")) from error
    first_line = start.splitlines()[0] if start.splitlines() else b""
    try:
        text = first_line.decode("utf-8-sig")  # in_utf8 has been here
    except UnicodeDecodeError as error:
        raise UnreadableDelivery(Finding("ukendt_tegnsaet", detalje="UTF-8")) from error
    return next(csv.reader(io.StringIO(text), delimiter=profile.format.delimiter), [])


def _with_bom(encoding: str) -> str:
    return "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding


def _parquet_header(path: Path, profile: Profile) -> list[str]:
    try:
        return pq.read_schema(path).names
    except (pa.ArrowInvalid, OSError) as error:
        raise UnreadableDelivery(Finding("ulaeselig_fil", detalje="ikke en gyldig Parquet-fil")) from error


def _excel_rows(path: Path, profile: Profile) -> Iterator[list[object]]:
    """Rows of the profile's sheet from the header row on, converted one at a time."""
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            name = profile.format.sheet or workbook.sheet_names[0]
            if name not in workbook.sheet_names:
                raise UnreadableDelivery(Finding("ulaeselig_fil", detalje=f"arket {name} findes ikke"))
            rows = workbook.get_sheet_by_name(name).iter_rows()
            yield from itertools.islice(rows, profile.format.header_row - 1, None)
    except (CalamineError, zipfile.BadZipFile, OSError) as error:
        raise UnreadableDelivery(Finding("ulaeselig_fil", detalje="ikke en gyldig Excel-projektmappe")) from error


def _excel_header(path: Path, profile: Profile) -> list[str]:
    first = next(_excel_rows(path, profile), [])
    return [_cell_text(value) or "" for value in first]


def _cell_text(value: object) -> str | None:
    """A cell as the text a CSV would have carried: 29189846.0 is ``29189846``, blank is None."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()
    return text or None


def source_sql(connection: duckdb.DuckDBPyConnection, paths: list[Path], layout: Layout, profile: Profile) -> str:
    """A table expression over files of one layout: ``fil`` and the layout's columns, all text.

    Broken CSV rows are left out of it; :func:`broken_rows` returns them afterwards.
    """
    files = sql_list([str(p) for p in paths])
    if layout.kind == "parquet":
        names = pq.read_schema(paths[0]).names
        columns = [f"cast({quoted(n)} as varchar) as {c}" for n, c in zip(names, layout.columns, strict=True)]
        # Not just ``fil``: the file may have a column of that name.
        return f"(select __fil as fil, {', '.join(columns)} from read_parquet({files}, filename = '__fil'))"
    if layout.kind == "xlsx":
        connection.register("regneark", _excel_table(paths[0], layout, profile))
        return f"(select {sql_text(str(paths[0]))} as fil, * from regneark)"
    columns_map = ", ".join(f"'{c}': 'VARCHAR'" for c in layout.columns)
    # One read_csv per file: given a list of three or more, DuckDB 1.5.6 drops what follows an
    # open quote without a word.
    single = [
        f"select * from read_csv({sql_text(str(path))}, auto_detect = false, header = true,"
        f" columns = {{{columns_map}}}, delim = {sql_text(profile.format.delimiter)}, quote = '\"', escape = '\"',"
        " filename = 'fil', store_rejects = true, rejects_limit = 1000)"
        for path in paths
    ]
    return f"({' union all '.join(single)})"


def broken_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Finding]]:
    """Structurally broken rows of the last ``read_csv`` per file path, one finding each; empties the list."""
    rows = connection.execute(
        "select s.file_path, e.line, min(cast(e.error_type as varchar)) from reject_errors e"
        " join reject_scans s using (scan_id, file_id) group by all order by 1, 2"
    ).fetchall()
    connection.execute("delete from reject_errors")
    connection.execute("delete from reject_scans")
    found: dict[str, list[Finding]] = {}
    for path, line, error_type in rows:
        row = max(int(line) - 1, 1)
        if "ENCOD" in error_type or "UNICODE" in error_type:
            finding = Finding("ukendt_tegnsaet", raekke=row, detalje="UTF-8")
        else:
            finding = Finding("brudt_raekke", raekke=row, detalje=error_type.lower())
        found.setdefault(path, []).append(finding)
    return found


def in_utf8(path: Path, profile: Profile, scratch: Path) -> Path:
    """The file itself, or a UTF-8 copy when the profile declares another encoding for its CSV.

    Raises:
        UnreadableDelivery: the bytes are not of the declared encoding, or cannot be unpacked.
    """
    if _with_bom(profile.format.encoding) == "utf-8-sig" or path.suffix.lower() in (".xlsx", ".parquet"):
        return path
    packed = path.suffix.lower() == ".gz"
    copy = scratch / f"{path.name}.utf8.csv"
    try:
        with (gzip.open if packed else open)(path, "rb") as stream:
            copy.write_text(stream.read().decode(profile.format.encoding), encoding="utf-8", newline="")
    except (EOFError, OSError, zlib.error) as error:
        raise UnreadableDelivery(Finding("ulaeselig_fil", detalje="komprimeringen er brudt")) from error
    except UnicodeDecodeError as error:
        raise UnreadableDelivery(Finding("ukendt_tegnsaet", detalje=profile.format.encoding.upper())) from error
    return copy


def bytes_look_personal(path: Path) -> bool:
    """Whether something in a CSV file or workbook looks like a CPR number, wherever it stands.

    True as well when it cannot be searched.
    """
    name = path.name.lower()
    if not name.endswith((".csv", ".csv.gz", ".xlsx")):
        return True
    pattern = re.compile(CPR_PATTERN)
    try:
        if name.endswith(".xlsx"):
            with zipfile.ZipFile(path) as book:
                return any(pattern.search(book.read(part).decode("utf-8", "replace")) for part in book.namelist())
        with (gzip.open if name.endswith(".gz") else open)(path, "rb") as stream:
            # Without the zero bytes of UTF-16.
            return any(pattern.search(line.replace(b"\0", b"").decode("latin-1")) for line in stream)
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile):
        return True


def _excel_table(path: Path, layout: Layout, profile: Profile) -> pa.Table:
    rows = itertools.islice(_excel_rows(path, profile), 1, None)
    filled = [row for row in rows if any(value != "" for value in row)]
    return pa.table(
        {name: pa.array([_cell_text(row[i]) for row in filled], pa.string()) for i, name in enumerate(layout.columns)}
    )
