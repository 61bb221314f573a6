"""Judges many deliveries of one layout: the faultless ones together, the others one by one.

The first of two passes over the same rules. It writes files as they are read and asks only whether one
is faultless; of labels it looks at distinct values and of keys at hashes, so that 47 million rows
cost little more than reading them. What is wrong with the others, :mod:`audit` finds.
"""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import duckdb

from expectations.findings import UnreadableDelivery
from expectations.profiles import Column, Profile
from kdi.ingest import csv_files, readers
from kdi.ingest.audit import Audit, audit_alone
from kdi.ingest.inbox import InboxFile
from kdi.ingest.layout import Layout
from kdi.ingest.rules import is_plain, masked
from kdi.notation import cpr
from kdi.notation.periods import LOCAL_TIME_ZONE
from kdi.notation.sql import sql_list, sql_text


def audit_batch(
    connection: duckdb.DuckDBPyConnection,
    files: list[tuple[InboxFile, Path]],
    layout: Layout,
    profile: Profile,
    scratch: Path,
) -> list[Audit]:
    """Audit files of one layout; faultless ones together, the others one by one."""
    # Sheets, JSON and lists without a count are small, and need rules the first pass does not have.
    together = profile.measure is not None and not layout.things and layout.kind != "json" and layout.is_plain
    audits = _audit_together(connection, files, layout, profile, scratch) if together else {}
    return [
        audits.get(str(path)) or audit_alone(connection, file, path, layout, profile, scratch) for file, path in files
    ]


def _audit_together(
    connection: duckdb.DuckDBPyConnection,
    files: list[tuple[InboxFile, Path]],
    layout: Layout,
    profile: Profile,
    scratch: Path,
) -> dict[str, Audit]:
    """Audits of the faultless files by path; the others are missing.

    Each file is written as Parquet while it is read, with null for what is not plainly a moment or a
    count, and what was written is audited: its few distinct labels are cheap to find there.
    """
    if profile.moment:
        _spell_moments(connection, sorted({f.period for f, _ in files}))
    written: dict[Path, tuple[InboxFile, Path]] = {}
    for nr, (file, path) in enumerate(files):
        target = scratch / f"{nr}-{scratch.name}.parquet"
        with suppress(duckdb.Error, UnreadableDelivery):  # alone it is named
            source = readers.source_sql(connection, path, layout, profile)
            _write_plain(connection, f"{source} as kilde", file.period, profile, target)
            written[target] = file, path
    faulty = csv_files.rejected(connection) if layout.kind == "csv" else set()
    faulty |= _with_suspect_extras(connection, [path for _, path in written.values()], layout, profile)
    written = {target: each for target, each in written.items() if str(each[1]) not in faulty}
    if not written:
        return {}
    rows = f"read_parquet({sql_list([str(t) for t in written])}, filename = 'fil', hive_partitioning = false)"
    suspects = _with_suspect_labels(connection, rows, profile)
    audits = {}
    for target, (file, path) in written.items():
        figures = _figures(connection, target, profile)
        if target not in suspects and figures.sound and figures.months in (None, (file.period, file.period)):
            audits[str(path)] = Audit(
                file, path, rows=figures.rows, total=figures.total, hours=figures.hours, extras=layout.extras,
                notes=layout.notes, parquet=target, rows_written=figures.rows, total_written=figures.total,
            )  # fmt: skip
    return audits


def _spell_moments(connection: duckdb.DuckDBPyConnection, days: list[str]) -> None:
    """Table ``tider``: every hour of the days, in the spellings of ISO 8601 that systems write, as UTC and local.

    Looking a text up costs less than converting it. Other spellings are converted by the second pass.
    """
    connection.execute(
        f"""create or replace temp table tider as
        with timer as (
            select unnest(generate_series(
                timezone('{LOCAL_TIME_ZONE}', cast(dag as timestamp)),
                timezone('{LOCAL_TIME_ZONE}', cast(dag as timestamp) + interval 1 day) - interval 1 hour,
                interval 1 hour
            )) as oejeblik
            from (select unnest({sql_list(days)}) as dag)
        ), ure as (
            select timezone('UTC', oejeblik) as utc, timezone('{LOCAL_TIME_ZONE}', oejeblik) as dansk from timer
        ), stavet as (
            select *, utc as ur, unnest(['Z', '+00:00']) as zone from ure
            union all
            select *, dansk as ur,
                format('+{{:02d}}', date_diff('hour', utc, dansk)) || unnest([':00', '00', '']) as zone
            from ure
        )
        select strftime(ur, '%Y-%m-%d') || skille || strftime(ur, '%H:%M') || sekunder || zone as stavemaade,
            utc, cast(dansk as date) as dato, cast(extract(hour from dansk) as tinyint) as time
        from stavet, unnest(['T', ' ']) as s (skille), unnest([':00', '', ':00.000', ':00.000000']) as u (sekunder)"""
    )


def _write_plain(
    connection: duckdb.DuckDBPyConnection, source: str, period: str, profile: Profile, target: Path
) -> None:
    """Write one file as it will lie in the lake when it is faultless."""
    moment, measure = profile.moment, profile.measure
    assert measure is not None
    number = f"try_cast({measure.name} as bigint)"
    plain = f"cast({number} as varchar) = {measure.name} and {number} between 0 and {profile.largest_count}"
    columns = [c.name for c in profile.labels] + [f"case when {plain} then {number} end as {measure.name}"]
    if measure.type == "antal_maskeret":
        columns.append(f"coalesce({masked(measure.name)}, false) as maskeret_ved_kilden")
    if moment:
        columns.insert(0, "dagens.utc as tidspunkt, dagens.dato, dagens.time")
        source += f""" left join (select * from tider where dato = {sql_text(period)}) as dagens
            on dagens.stavemaade = kilde.{moment.name}"""
    query = f"select {', '.join(columns)} from {source}"
    connection.execute(f"copy ({query}) to {sql_text(str(target))} (format parquet, compression zstd)")


def _with_suspect_extras(
    connection: duckdb.DuckDBPyConnection, paths: list[Path], layout: Layout, profile: Profile
) -> set[str]:
    """Paths of the files with a column that nobody asked for and that holds something like a CPR number, or rows."""
    if not layout.extra_headers:
        return set()
    delimiter = sql_text(profile.format.delimiter)
    found = set()
    for path in paths:
        # Once for all its columns: what is read of Parquet a second time is empty.
        source = readers.source_sql(connection, path, layout, profile)
        connection.execute(
            f"create or replace temp table ekstra as select {', '.join(layout.extra_headers)} from {source}"
        )
        for extra, header in layout.extra_headers.items():
            # Rows that an open quote has swallowed are a text of several lines.
            rows = f"contains({extra}, {delimiter}) and regexp_matches({extra}, '[\\r\\n]')"
            if cpr.found_in(connection, "ekstra", extra, a_count=not cpr.names_a_person(header)) or (
                connection.execute(f"select 1 from ekstra where {rows} limit 1").fetchall()
            ):
                found.add(str(path))
    return found


class _Figures(NamedTuple):
    """One written file's rows, sum, hours and whether all its moments, counts and keys are sound.

    A file without rows is not sound. ``months`` is the first and last that it names, when it has such a column.
    """

    rows: int
    total: int
    hours: int | None
    sound: bool
    months: tuple[str, str] | None


def _figures(connection: duckdb.DuckDBPyConnection, written: Path, profile: Profile) -> _Figures:
    """One written file's figures.

    Keys are compared by their hash: the sixty-four bits of two different ones being the same costs a second pass.
    A file by itself, since its keys then fit in the processor's cache: all at once took three times as long.
    """
    assert profile.measure is not None
    measure = profile.measure.name
    counted = f"{measure} is not null"
    if profile.measure.type == "antal_maskeret":
        counted = f"({counted} or maskeret_ved_kilden)"
    sound = [f"bool_and({counted})", f"count(distinct hash({', '.join(profile.key)})) = count(*)"]
    hours = months = "null"
    if profile.moment:
        hours = f"count(distinct {profile.moment.name})"
        sound.append(f"bool_and({profile.moment.name} is not null)")
    if month := _month(profile):
        months = f"[min({month.name}), max({month.name})]"
        sound.append(f"bool_and({month.name} is not null)")
    found = connection.execute(
        f"""select count(*), coalesce(sum({measure}), 0), {hours}, {" and ".join(sound)}, {months}
        from read_parquet({sql_text(str(written))}, hive_partitioning = false)"""
    ).fetchone()
    assert found
    count, total, hours, is_sound, months = found
    return _Figures(int(count), int(total), hours, bool(is_sound), (months[0], months[1]) if months else None)


def _month(profile: Profile) -> Column | None:
    """The column that repeats the file's month in every row."""
    return next((c for c in profile.labels if c.type == "maaned"), None)


def _with_suspect_labels(connection: duckdb.DuckDBPyConnection, rows: str, profile: Profile) -> set[Path]:
    """The files with a label that is not plainly sound or looks like a CPR number.

    Each distinct value is looked at once, however many rows and files have it.
    """
    found = set()
    month = _month(profile)  # compared with the file's own, as one of its figures
    for column in (c for c in profile.labels if c is not month):
        name = column.name
        unsound = f"coalesce(not {is_plain(column, profile)}, true)"
        # Two statements: in one, DuckDB asks every row before it takes the distinct ones.
        connection.execute(f"create or replace temp table vaerdier as select distinct {name} from {rows}")
        personal = sql_list(cpr.found_in(connection, "vaerdier", name))
        suspect = f"{unsound} or coalesce(list_contains({personal}, {name}), false)"
        connection.execute(f"create or replace temp table mistanke as select {name} from vaerdier where {suspect}")
        if connection.execute("select 1 from mistanke limit 1").fetchall():
            files = connection.execute(
                f"select distinct fil from {rows} as r semi join mistanke as m"
                f" on r.{name} is not distinct from m.{name}"
            ).fetchall()
            found |= {Path(path) for (path,) in files}
    return found
