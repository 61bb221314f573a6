"""Judges many deliveries of one layout: the faultless ones together, the others one by one.

The first of two passes over the same rules. It writes files as they are read and asks only whether one
is faultless; it looks at distinct label values, not at rows, so that 47 million rows cost little
more than reading them. What is wrong with the others, :mod:`audit` finds.
"""

from contextlib import suppress
from pathlib import Path

import duckdb

from orchestration.ingest import cpr, readers
from orchestration.ingest.audit import Audit, audit_alone
from orchestration.ingest.inbox import InboxFile
from orchestration.ingest.profiles import Profile
from orchestration.ingest.readers import Layout
from orchestration.ingest.rules import LOCAL_TIME_ZONE, is_plain, masked, sql_list, sql_text


def audit_batch(
    connection: duckdb.DuckDBPyConnection,
    files: list[tuple[InboxFile, Path]],
    layout: Layout,
    profile: Profile,
    scratch: Path,
) -> list[Audit]:
    """Audit files of one layout; faultless ones together, the others one by one."""
    # Sheets, JSON and lists without a count are small, and need rules the first pass does not have.
    together = profile.measure is not None and not layout.things and layout.kind != "json"
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
    written: dict[int, Path] = {}
    for nr, (file, path) in enumerate(files):
        target = scratch / f"{nr}-{scratch.name}.parquet"
        with suppress(duckdb.Error, readers.UnreadableDelivery):  # alone it is named
            source = readers.source_sql(connection, [path], layout, profile)
            _write_plain(connection, f"{source} as kilde", file.period, profile, target)
            written[nr] = target
    suspects = set(readers.broken_rows(connection)) if layout.kind == "csv" else set()
    suspects |= _personal_extras(connection, [files[nr][1] for nr in written], layout, profile)
    written = {nr: target for nr, target in written.items() if str(files[nr][1]) not in suspects}
    if not written:
        return {}
    _combine(connection, files, written, profile)
    numbers = _faultless(connection, profile)
    figures = connection.execute(
        "select nr, sum(raekker), coalesce(sum(maal), 0), bit_count(bit_or(timer)) from kombinationer group by nr"
    ).fetchall()
    audits = {}
    for nr, rows, total, hours in figures:
        if nr in numbers:
            file, path = files[nr]
            audits[str(path)] = Audit(
                file, path, rows=int(rows), total=int(total), hours=hours if profile.moment else None,
                extras=layout.extras, parquet=written[nr],
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


def _personal_extras(
    connection: duckdb.DuckDBPyConnection, paths: list[Path], layout: Layout, profile: Profile
) -> set[str]:
    """Paths of the files with something like a CPR number in a column that nobody asked for."""
    if not layout.extra_headers:
        return set()
    found = " or ".join(
        cpr.sql_is_in(extra, a_count=not cpr.names_a_person(header)) for extra, header in layout.extra_headers.items()
    )
    return {
        str(path)
        for path in paths
        if connection.execute(
            f"select 1 from {readers.source_sql(connection, [path], layout, profile)} where {found} limit 1"
        ).fetchall()
    }


def _combine(
    connection: duckdb.DuckDBPyConnection,
    files: list[tuple[InboxFile, Path]],
    written: dict[int, Path],
    profile: Profile,
) -> None:
    """Table ``kombinationer``: the labels that occur together in a file, and table ``filer``.

    ``timer`` has a bit for each hour of the combination: 25 hours in a row have different ones.
    """
    connection.execute(
        "create or replace temp table filer as"
        " select unnest(?::integer[]) as nr, unnest(?) as fil, unnest(?) as periode",
        [list(written), [str(target) for target in written.values()], [files[nr][0].period for nr in written]],
    )
    assert profile.measure is not None
    measure, masked_too = profile.measure.name, profile.measure.type == "antal_maskeret"
    labels = [c.name for c in profile.labels]
    bit, sound_moment = "1", "true"
    if profile.moment:
        bit = "1::bigint << cast(epoch(tidspunkt) // 3600 % 62 as integer)"
        sound_moment = "tidspunkt is not null"
    kept = f"read_parquet({sql_list([str(t) for t in written.values()])}, filename = 'fil', hive_partitioning = false)"
    connection.execute(
        f"""create or replace temp table kombinationer as
        select nr, {", ".join(labels)}, count(*) as raekker, sum({measure}) as maal, bit_or({bit}) as timer,
            bool_and({measure} is not null{" or maskeret_ved_kilden" if masked_too else ""}) as maal_godt,
            bool_and({sound_moment}) as oejeblik_godt
        from {kept} inner join filer using (fil) group by nr, {", ".join(labels)}"""
    )


def _faultless(connection: duckdb.DuckDBPyConnection, profile: Profile) -> set[int]:
    """Numbers of the files in which every row is sound, plain and unique and nothing looks like a CPR number."""
    faulty = _numbers(connection, "select nr from kombinationer where not maal_godt or not oejeblik_godt")
    key = ", ".join(c.name for c in profile.labels if c.name in profile.key)
    faulty |= _numbers(
        connection,
        f"select nr from kombinationer group by nr, {key} having bit_count(bit_or(timer)) < sum(raekker)",
    )
    for column in profile.labels:
        suspect = f"coalesce(not {is_plain(column, profile)}, true) or {cpr.sql_is_in(column.name)}"
        faulty |= _with_suspects(connection, column.name, suspect)
    return _numbers(connection, "select nr from kombinationer") - faulty


def _numbers(connection: duckdb.DuckDBPyConnection, sql: str) -> set[int]:
    return {row[0] for row in connection.execute(f"select distinct nr from ({sql})").fetchall()}


def _with_suspects(connection: duckdb.DuckDBPyConnection, column: str, suspect: str) -> set[int]:
    """Numbers of the files with a value for which the condition ``suspect`` holds.

    Each distinct value is looked at once per period, however many rows have it.
    """
    connection.execute(
        f"""create or replace temp table mistanke as
        with vaerdier as (
            select distinct {column}, periode from kombinationer inner join filer using (nr)
        )
        select {column}, periode from vaerdier
        where {suspect}"""
    )
    return _numbers(
        connection,
        f"""select nr from kombinationer inner join filer using (nr) inner join mistanke
        on mistanke.periode = filer.periode and mistanke.{column} is not distinct from kombinationer.{column}""",
    )
