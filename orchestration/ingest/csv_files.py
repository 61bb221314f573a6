"""CSV, plain or packed: the header, the rows as DuckDB reads them, and those it could not."""

import csv
import gzip
import io
import zlib
from pathlib import Path

import duckdb

from orchestration.ingest.findings import Finding, UnreadableDelivery
from orchestration.ingest.layout import Layout
from orchestration.ingest.profiles import Profile
from orchestration.ingest.rules import sql_text

_HEADER_BYTES = 1 << 16


def header(path: Path, profile: Profile) -> list[str]:
    """The texts of the header.

    Raises:
        UnreadableDelivery: it cannot be unpacked, or its first line is not UTF-8.
    """
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


def rows_sql(paths: list[Path], layout: Layout, profile: Profile) -> str:
    """A table expression over files of one layout."""
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
    """Structurally broken rows since the last call per file path, one finding each; empties the list."""
    if not connection.execute("select 1 from duckdb_tables() where table_name = 'reject_errors'").fetchall():
        return {}  # no file could even be opened
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
    if _is_utf8(profile.format.encoding) or not path.name.lower().endswith((".csv", ".csv.gz")):
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


def _is_utf8(encoding: str) -> bool:
    return encoding.lower().replace("_", "-") in ("utf-8", "utf8")
