"""Reads a delivery's bytes as text columns under canonical names, whatever the format.

Headers are compared by name: DuckDB binds a given column list by position, so the list handed to
it is made from each file's own header. Typing and judging are left to :mod:`audit`.
"""

import csv
import gzip
import io
import itertools
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from orchestration.ingest import cpr
from orchestration.ingest.findings import Finding, UnreadableDelivery
from orchestration.ingest.profiles import Column, Profile
from orchestration.ingest.rules import quoted, sql_list, sql_text

_HEADER_BYTES = 1 << 16
# A title, a date and a blank line above the header are common; forty lines are not.
_HEADER_SOUGHT_IN = 40
_FONT_CHANGE = re.compile(r"</t>\s*</r>\s*<r>.*?<t[^>]*>", re.DOTALL)
_OTHER_DELIMITERS = {";": "semikolon", ",": "komma", "\t": "tabulator", "|": "lodret streg"}


@dataclass(frozen=True)
class Layout:
    """How a file's own columns map onto the canonical ones.

    ``columns`` has one entry per column of the file, in its order: the canonical name, or
    ``ekstra_<n>`` for a column nobody asked for (``extras`` holds their headers). ``things`` names
    the columns of a matrix that become rows. ``schema`` is a Parquet file's own: read together
    with another's, 3.7 would become a whole number.
    """

    kind: str
    columns: tuple[str, ...]
    extras: tuple[str, ...]
    things: tuple[tuple[str, str], ...] = ()
    schema: str = ""

    @property
    def extra_headers(self) -> dict[str, str]:
        """What stands above each column that nobody asked for."""
        return dict(zip((c for c in self.columns if c.startswith("ekstra_")), self.extras, strict=True))


def layout_of(path: Path, profile: Profile) -> Layout:
    """Read a file's header and match it with the profile.

    Raises:
        UnreadableDelivery: empty, not decodable, wrong delimiter, a column missing or doubled.
    """
    if path.stat().st_size == 0:
        raise UnreadableDelivery(Finding("tom_fil"))
    kind = _KINDS.get(path.suffix.lower(), "csv")
    if kind == "json":
        return Layout(kind, tuple(c.name for c in profile.columns), ())
    header = {"csv": _csv_header, "parquet": _parquet_header, "xlsx": _excel_header}[kind](path, profile)
    layout = _match(kind, header, profile)
    if kind == "parquet":
        return replace(layout, schema=pq.read_schema(path).remove_metadata().to_string())
    return layout


_KINDS = {".parquet": "parquet", ".xlsx": "xlsx", ".json": "json"}


def _match(kind: str, header: list[str], profile: Profile) -> Layout:
    if any(cpr.is_in(h) for h in header):
        raise UnreadableDelivery(Finding("cpr_nummer"))
    canonical = _canonical_headers(profile)
    matched = [canonical.get(h.strip().casefold()) for h in header]
    things = _things(header, matched, profile)
    names = [m for m in matched if m] + list(things.values())
    doubled = sorted({m for m in names if names.count(m) > 1})
    missing = [c.name for c in _own_columns(profile) if c.name not in matched]
    if profile.matrix and not things:
        missing.append(profile.matrix.name_column)
    findings = [Finding("dobbelt_kolonne", kolonne=d, detalje=d) for d in doubled]
    findings += [Finding("manglende_kolonne", kolonne=m, detalje=m) for m in missing]
    if missing and kind == "csv" and len(header) == 1:
        found = [name for d, name in _OTHER_DELIMITERS.items() if d != profile.format.delimiter and d in header[0]]
        if found:
            findings.insert(0, Finding("forkert_skilletegn", detalje=found[0]))
    if findings:
        raise UnreadableDelivery(*findings)
    extras = tuple(h for i, (h, m) in enumerate(zip(header, matched, strict=True)) if m is None and i not in things)
    columns = tuple(m or (f"ting_{i}" if i in things else f"ekstra_{i}") for i, m in enumerate(matched))
    return Layout(kind, columns, extras, tuple((f"ting_{i}", name) for i, name in things.items()))


def _own_columns(profile: Profile) -> list[Column]:
    """The canonical columns that a file has itself; a matrix makes the other two."""
    made = (profile.matrix.name_column, profile.matrix.value_column) if profile.matrix else ()
    return [c for c in profile.columns if c.name not in made]


def _canonical_headers(profile: Profile) -> dict[str, str]:
    return {h.strip().casefold(): c.name for c in _own_columns(profile) for h in c.accepted_headers}


def _things(header: list[str], matched: list[str | None], profile: Profile) -> dict[int, str]:
    """Positions of a matrix's columns with what each is about: ``SF 1470 - Sags- og …`` is ``SF1470``."""
    if not profile.matrix:
        return {}
    found = {}
    for i, text in enumerate(header):
        hit = re.search(profile.matrix.header_pattern, text) if matched[i] is None else None
        if hit:
            found[i] = hit.expand(profile.matrix.name).strip("_")
    return found


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
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:  # also names that are not UTF-8
        raise UnreadableDelivery(Finding("ulaeselig_fil", detalje="ikke en gyldig Parquet-fil")) from error


def _excel_sheet(path: Path, profile: Profile) -> tuple[CalamineSheet, int]:
    """The sheet that holds the delivery and the number of rows above its header."""
    return _parsed_sheet(path, path.stat().st_mtime_ns, profile)


@lru_cache(maxsize=1)  # parsing is most of the work, and the header comes before the rows
def _parsed_sheet(path: Path, modified: int, profile: Profile) -> tuple[CalamineSheet, int]:
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            names = [profile.format.sheet] if profile.format.sheet else workbook.sheet_names
            if not names or names[0] not in workbook.sheet_names:
                raise UnreadableDelivery(Finding("ulaeselig_fil", detalje=f"arket {profile.format.sheet} findes ikke"))
            sheets = {name: workbook.get_sheet_by_name(name) for name in workbook.sheet_names}
            places = {name: _header_place(sheets[name], profile) for name in names}
            chosen = max(places, key=lambda name: places[name][0])  # the first of those with most
            sheet, above = sheets.pop(chosen), places[chosen][1]
            beside: Iterator[Iterable[object]] = itertools.chain(
                [[chosen], list(sheets)],
                itertools.islice(sheet.iter_rows(), above),
                *(other.iter_rows() for other in sheets.values()),
            )
            # The rows below the header are judged like any others.
            if any(cpr.is_in_cell(value) for row in beside for value in row):
                raise UnreadableDelivery(Finding("cpr_nummer"))
            return sheet, above
    except (CalamineError, zipfile.BadZipFile, OSError) as error:
        raise UnreadableDelivery(Finding("ulaeselig_fil", detalje="ikke en gyldig Excel-projektmappe")) from error


def _header_place(sheet: CalamineSheet, profile: Profile) -> tuple[tuple[int, int], int]:
    """How many agreed headers, and columns of a matrix, the sheet's best row has; and how many rows lie above it."""
    if profile.format.header_row:
        return (0, 0), profile.format.header_row - 1
    canonical = _canonical_headers(profile)
    rows = itertools.islice(sheet.iter_rows(), _HEADER_SOUGHT_IN)
    found = []
    for row in rows:
        header = [str(v).strip() for v in row]
        matched = [canonical.get(h.casefold()) for h in header]
        found.append((len(set(matched) - {None}), len(_things(header, matched, profile))))
    return (max(found), found.index(max(found))) if found else ((0, 0), 0)


def _excel_header(path: Path, profile: Profile) -> list[str]:
    sheet, above = _excel_sheet(path, profile)
    first = next(itertools.islice(sheet.iter_rows(), above, None), [])
    return [_cell_text(value) or "" for value in first]


def _cell_text(value: object) -> str | None:
    """A cell as the text a CSV would have carried: 29189846.0 is ``29189846``, blank is None."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()
    return text or None


def source_sql(connection: duckdb.DuckDBPyConnection, paths: list[Path], layout: Layout, profile: Profile) -> str:
    """A table expression over files of one layout: ``fil`` and the layout's columns, all text.

    A matrix has the columns ``linje`` (its row in the sheet) and those of the profile instead.
    Broken CSV rows are left out of it; :func:`broken_rows` returns them afterwards.
    """
    if layout.things:
        return _unpivoted(_source_sql(connection, paths, layout, profile), layout, profile)
    return _source_sql(connection, paths, layout, profile)


def _unpivoted(source: str, layout: Layout, profile: Profile) -> str:
    assert profile.matrix
    kept = [c for c in layout.columns if not c.startswith("ting_")]
    names = " ".join(f"when {sql_text(column)} then {sql_text(name)}" for column, name in layout.things)
    things = ", ".join(column for column, _ in layout.things)
    return f"""(
        select fil, linje, {", ".join(kept)}, case ting {names} end as {profile.matrix.name_column},
            celle as {profile.matrix.value_column}
        from (select *, row_number() over () as linje from {source})
        unpivot include nulls (celle for ting in ({things}))
    )"""


def _source_sql(connection: duckdb.DuckDBPyConnection, paths: list[Path], layout: Layout, profile: Profile) -> str:
    files = sql_list([str(p) for p in paths])
    if layout.kind == "parquet":
        names = pq.read_schema(paths[0]).names
        columns = [f"cast({quoted(n)} as varchar) as {c}" for n, c in zip(names, layout.columns, strict=True)]
        # Not just ``fil``: the file may have a column of that name.
        return f"(select __fil as fil, {', '.join(columns)} from read_parquet({files}, filename = '__fil'))"
    if layout.kind in ("xlsx", "json"):
        table = _json_table if layout.kind == "json" else _excel_table
        connection.register("regneark", table(paths[0], layout, profile))
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
    if _with_bom(profile.format.encoding) == "utf-8-sig" or path.suffix.lower() in _KINDS:
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
    try:
        if name.endswith(".xlsx"):
            with zipfile.ZipFile(path) as book:
                parts = (book.read(part).decode("utf-8", "replace") for part in book.namelist())
                # A text of several fonts is cut where they change.
                return any(cpr.is_in_bytes(p) or cpr.is_in_bytes(_FONT_CHANGE.sub("", p)) for p in parts)
        with (gzip.open if name.endswith(".gz") else open)(path, "rb") as stream:
            # Without the zero bytes of UTF-16.
            return any(cpr.is_in_bytes(line.replace(b"\0", b"").decode("utf-8", "replace")) for line in stream)
    except (EOFError, OSError, RuntimeError, zlib.error, zipfile.BadZipFile):
        return True


def _excel_table(path: Path, layout: Layout, profile: Profile) -> pa.Table:
    sheet, above = _excel_sheet(path, profile)
    merged = _merged_cells(sheet)
    _parsed_sheet.cache_clear()
    filled = []
    for number, row in enumerate(sheet.iter_rows()):
        # A row in which only the rest of a merged cell stands is blank.
        if number > above and any(_cell_text(value) for value in row):
            filled.append([merged.get((number, i), value) for i, value in enumerate(row)] if merged else row)
    return pa.table(
        {name: pa.array([_cell_text(row[i]) for row in filled], pa.string()) for i, name in enumerate(layout.columns)}
    )


def _merged_cells(sheet: CalamineSheet) -> dict[tuple[int, int], object]:
    """Every cell of a merged range with the range's value, by its place among the sheet's rows."""
    ranges = sheet.merged_cell_ranges
    if not ranges:
        return {}
    # iter_rows begins with the sheet's first row, but with its first column that is not empty.
    _, left = sheet.start or (0, 0)
    rows = list(sheet.iter_rows())
    cells: dict[tuple[int, int], object] = {}
    for (first_row, first_column), (last_row, last_column) in ranges:
        if first_row < len(rows) and 0 <= first_column - left < len(rows[first_row]):
            value = rows[first_row][first_column - left]
            last_row = min(last_row, len(rows) - 1)  # a whole column may be merged
            for row, column in product(range(first_row, last_row + 1), range(first_column, last_column + 1)):
                cells[row, column - left] = value
    return cells


def _json_table(path: Path, layout: Layout, profile: Profile) -> pa.Table:
    """The profile's paths of every object of a JSON array. What else the objects hold is never looked at.

    Raises:
        UnreadableDelivery: not an array of objects in UTF-8.
    """
    try:
        objects = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnreadableDelivery(Finding("ukendt_tegnsaet", detalje="UTF-8")) from error
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits
        raise UnreadableDelivery(Finding("ulaeselig_fil", detalje="ikke gyldig JSON")) from error
    if not isinstance(objects, list) or not all(isinstance(o, dict) for o in objects):
        raise UnreadableDelivery(Finding("ulaeselig_fil", detalje="JSON-filen er ikke en liste af objekter"))
    try:
        return pa.table(
            {c.name: pa.array([_at(o, c.accepted_headers) for o in objects], pa.string()) for c in profile.columns}
        )
    except UnicodeEncodeError as error:  # half a character, as in "\\ud800"
        raise UnreadableDelivery(Finding("ukendt_tegnsaet", detalje="UTF-8")) from error


def _at(value: object, paths: tuple[str, ...]) -> str | None:
    """The text at the first path that leads to one."""
    for path in paths:
        found = value
        for key in path.split("."):
            found = found.get(key) if isinstance(found, dict) else None
        if found is not None and not isinstance(found, dict | list):
            return str(found).strip().lower() if isinstance(found, bool) else str(found).strip() or None
    return None
