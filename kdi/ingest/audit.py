"""Judges the rows of one delivery, names every faulty one and writes the sound ones as Parquet.

This is the second of two passes over the same rules: for files that the first, :mod:`batch`, did not find faultless.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from expectations.findings import Finding, UnreadableDelivery
from expectations.profiles import Profile
from kdi.ingest import readers, whole_file, wordings
from kdi.ingest.inbox import InboxFile
from kdi.ingest.layout import ROWS_OF_A_SHEET, Layout
from kdi.ingest.rules import canonical, faults, instant, local, masked, read_as, summable
from kdi.ingest.undecided import Undecided
from kdi.notation import cpr
from kdi.notation.sql import sql_list, sql_text

LISTED_ROWS = 200


@dataclass
class Audit:
    """What was found in one delivery.

    Rows and sums of a delivery that cannot be read are 0. ``parquet`` is the file of sound rows,
    None when there is none to keep. ``notes`` say what was left unread. ``delivered`` is where the
    delivery's own bytes lie on this machine, ``may_be_kept`` whether they may be copied to the quarantine.
    ``undecided`` says why nothing at all is known of it, for a reason that is not the delivery's.
    """

    file: InboxFile
    path: Path
    findings: list[Finding] = field(default_factory=list)
    rows: int = 0
    rows_rejected: int = 0
    rows_duplicated: int = 0
    total: int = 0
    total_rejected: int = 0
    hours: int | None = None
    personal: bool = False
    extras: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    parquet: Path | None = None
    rows_written: int = 0
    total_written: int = 0
    delivered: Path = field(default_factory=Path)
    may_be_kept: bool = False
    undecided: Undecided | None = None


def open_engine(memory_limit: str, threads: int, scratch: Path) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that reads moments as UTC and spills into ``scratch``."""
    connection = duckdb.connect(
        config={"memory_limit": memory_limit, "threads": threads, "temp_directory": str(scratch / "spill")}
    )
    connection.execute("set timezone = 'UTC'")
    # DuckDB takes a process without a main module's file, as the sandbox's, for a person at a prompt.
    connection.execute("set enable_progress_bar = false")
    # A join looks the rows of its left side up in its right, as written. DuckDB would take a CSV file for the smaller
    # side of the join with the day's moments, which is slower and shuffles the rows: the fact table doubles.
    connection.execute("set disabled_optimizers = 'build_side_probe_side'")
    return connection


def audit_alone(
    connection: duckdb.DuckDBPyConnection,
    file: InboxFile,
    path: Path,
    layout: Layout,
    profile: Profile,
    scratch: Path,
) -> Audit:
    """The full audit of one file: every fault with its row."""
    audit = Audit(file, path, extras=layout.extras, notes=layout.notes)
    try:
        broken = _read(connection, file, path, layout, profile, scratch)
    except UnreadableDelivery as error:
        audit.findings += error.findings
        audit.personal = any(f.kode == "cpr_nummer" for f in error.findings)
        return audit
    audit.findings += broken[:LISTED_ROWS]
    if broken and whole_file.looks_personal(path):  # a broken row can be searched only so
        audit.personal = True
        audit.findings.append(Finding("cpr_nummer"))
    audit.rows, audit.total = _pair(connection, f"select count(*), {_total(profile)} from raekker")
    audit.rows += len(broken)
    audit.rows_rejected = len(broken)
    if profile.measure is None:  # the total is the number of rows
        audit.total += len(broken)
        audit.total_rejected = len(broken)
    if audit.rows == 0:
        audit.findings.append(Finding("ingen_raekker"))
        return audit
    _find_cpr(connection, audit, layout, profile, columns_of(layout, profile))
    _find_faults(connection, audit, profile)
    _find_duplicates(connection, audit, profile)
    if profile.vocabularies:
        audit.notes += tuple(wordings.notes(connection, profile, layout))
    if not audit.personal:
        _write_alone(connection, audit, profile, scratch)
    connection.execute("drop table raekker")
    if layout.kind == "xlsx":
        audit.findings = [_as_in_the_sheet(finding, layout) for finding in audit.findings]
    return audit


def _as_in_the_sheet(finding: Finding, layout: Layout) -> Finding:
    if finding.raekke is None:
        return finding
    row, sheet = layout.place(finding.raekke)
    return replace(finding, raekke=row, ark=sheet)


def _read(
    connection: duckdb.DuckDBPyConnection, file: InboxFile, path: Path, layout: Layout, profile: Profile, scratch: Path
) -> list[Finding]:
    """Table ``raekker``: the file's rows as they are understood. Returns a finding per row that is broken."""
    source, broken = readers.numbered_rows(connection, path, layout, profile, scratch)
    columns = ", ".join(_understood(c, profile) for c in columns_of(layout, profile))
    connection.execute(
        f"create or replace temp table raekker as"
        f" select linje as raekke, {sql_text(file.period)} as periode, {columns} from {source}"
    )
    return broken


def columns_of(layout: Layout, profile: Profile) -> list[str]:
    """The columns of the table that is judged; a matrix has two for all its things."""
    made = list(profile.matrix.made_columns) if profile.matrix else []
    return [c for c in layout.columns if not c.startswith("ting_")] + made


def _understood(name: str, profile: Profile) -> str:
    column = next((c for c in profile.columns if c.name == name), None)
    return f"{read_as(column, profile) if column else name} as {name}"


def _pair(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, int]:
    first, second = connection.execute(sql).fetchall()[0]
    return int(first), int(second)


def _find_cpr(
    connection: duckdb.DuckDBPyConnection, audit: Audit, layout: Layout, profile: Profile, columns: list[str]
) -> None:
    headers = layout.extra_headers
    counts = {c.name for c in (profile.measure, profile.moment) if c}
    counts |= {column for column, header in headers.items() if not cpr.names_a_person(header)}
    for column in columns:
        if found := cpr.found_in(connection, "raekker", column, a_count=column in counts):
            count, first, place = connection.execute(
                f"select count(distinct raekke), min(raekke), min_by({_place(column, profile)}, raekke) from raekker"
                f" where list_contains({sql_list(found)}, {column})"
            ).fetchall()[0]
            audit.personal = True
            audit.findings.append(Finding("cpr_nummer", kolonne=headers.get(column, place), raekke=first, antal=count))


def _place(column: str, profile: Profile) -> str:
    """The column of the file as SQL: in a matrix that of the thing, when its cell is meant."""
    if profile.matrix and column == profile.matrix.value_column:
        return profile.matrix.name_column
    return sql_text(column)


def _find_faults(connection: duckdb.DuckDBPyConnection, audit: Audit, profile: Profile) -> None:
    """Table ``fejl`` (raekke, kolonne, kode) and the findings listed from it."""
    parts = []
    for column in profile.columns:
        cases = " ".join(f"when {condition} then '{code}'" for code, condition in faults(column, profile))
        if not cases:
            continue
        parts.append(f"select raekke, {_place(column.name, profile)} as kolonne, case {cases} end as kode from raekker")
    connection.execute(
        f"""create or replace temp table fejl as
        select distinct * from ({" union all ".join(parts)}) where kode is not null"""
    )
    rejected, total_rejected = _pair(
        connection,
        f"select count(*), {_total(profile)} from raekker where raekke in (select raekke from fejl)",
    )
    audit.rows_rejected += rejected
    audit.total_rejected += total_rejected
    listed = connection.execute(
        f"select kode, kolonne, raekke from fejl order by raekke, kolonne limit {LISTED_ROWS}"
    ).fetchall()
    allowed = {c.name: ", ".join(c.values).replace("#", "N") for c in profile.columns}
    if profile.matrix:
        allowed = dict.fromkeys((column for _, column, _ in listed), allowed[profile.matrix.value_column]) | allowed
    audit.findings += [
        Finding(code, kolonne=column, raekke=row, detalje=allowed[column] if code == "ukendt_vaerdi" else "")
        for code, column, row in listed
    ]


def _total(profile: Profile) -> str:
    """The control total: the sum of the count, or of the rows when the source counts nothing."""
    return f"coalesce(sum({summable(profile.measure.name)}), 0)" if profile.measure else "count(*)"


def _find_duplicates(connection: duckdb.DuckDBPyConnection, audit: Audit, profile: Profile) -> None:
    by_name = {c.name: c for c in profile.columns}
    key = ", ".join(
        instant(k) if by_name[k].type == "tidspunkt" else canonical(by_name[k], profile) for k in profile.key
    )
    sheet = f"raekke // {ROWS_OF_A_SHEET}"
    doubled = "count(*) over same > 1"
    if profile.rows_may_repeat:
        doubled = f"min({sheet}) over same < max({sheet}) over same"
    rows = connection.execute(
        f"""select raekke from raekker
        where raekke not in (select raekke from fejl)
        window same as (partition by {key})
        qualify {doubled} order by raekke"""
    ).fetchall()
    audit.rows_duplicated = len(rows)
    # A row of a matrix is several of these, and its things are no part of what the sheet has twice.
    detail = ", ".join(k for k in profile.key if not profile.matrix or k != profile.matrix.name_column)
    listed = list(dict.fromkeys(row for (row,) in rows))[:LISTED_ROWS]
    audit.findings += [Finding("dublet", raekke=row, detalje=detail) for row in listed]


def _write_alone(connection: duckdb.DuckDBPyConnection, audit: Audit, profile: Profile, scratch: Path) -> None:
    """Write the sound rows, and count in the file what was written."""
    moment, measure = profile.moment, profile.measure
    columns = [f"{canonical(c, profile)} as {c.name}" for c in profile.labels]
    if moment:
        wall = local(moment.name)
        columns.insert(
            0,
            f"timezone('UTC', {instant(moment.name)}) as tidspunkt, cast({wall} as date) as dato,"
            f" cast(extract(hour from {wall}) as tinyint) as time",
        )
        audit.hours = connection.execute(
            f"select count(distinct {instant(moment.name)}) from raekker where raekke not in (select raekke from fejl)"
        ).fetchall()[0][0]
    if measure:
        columns.append(f"try_cast({measure.name} as bigint) as {measure.name}")
    if measure and measure.type == "antal_maskeret":
        columns.append(f"{masked(measure.name)} as maskeret_ved_kilden")
    audit.parquet = scratch / f"{audit.file.delivery_id}.parquet"
    connection.execute(
        f"""copy (select {", ".join(columns)} from raekker where raekke not in (select raekke from fejl)
        order by raekke) to {sql_text(str(audit.parquet))} (format parquet, compression zstd)"""
    )
    total = f"coalesce(sum({measure.name}), 0)" if measure else "count(*)"
    audit.rows_written, audit.total_written = _pair(
        connection, f"select count(*), {total} from read_parquet({sql_text(str(audit.parquet))})"
    )
