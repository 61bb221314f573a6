"""Looks through what is kept for CPR numbers, as they are known today, and removes what holds one.

What a delivery may hold is decided when it comes; a spelling that was not known then may have been let in. A file in
the quarantine goes; a delivery in the lake is refused after the fact, so that the next build is without it; a release
made from it goes too, the one in force when another has taken its place.
"""

from pathlib import Path

import duckdb

from expectations.findings import Finding
from expectations.profiles import profiles
from kdi.ingest.whole_file import looks_personal
from kdi.lake.store import Lake
from kdi.machine.lock import writer_lock
from kdi.machine.steps import step
from kdi.notation import cpr
from kdi.notation.sql import quoted, sql_list
from kdi.publish.release import Releases

_REASONS = {"fejl.csv", "aarsag.txt"}
_WHAT = "rummer noget, der ligner et CPR-nummer"


def remove_personal(lake: Lake, releases: Releases, quarantine: Path) -> tuple[list[str], list[str]]:
    """Remove files with something like a CPR number.

    Returns:
        What was removed, and what a person has to do: a Danish line each, without the numbers.
    """
    removed = [*_from_quarantine(quarantine), *_from_lake(lake)]
    gone, left = _from_releases(releases, lake.writer_lock)
    return removed + gone, left


def _from_quarantine(quarantine: Path) -> list[str]:
    """Delete kept deliveries; their reasons were written without the number and stay."""
    lines = []
    for path in sorted(quarantine.glob("*/*")):
        if path.name not in _REASONS and path.is_file() and (looks_personal(path) or _rows_look_personal(path)):
            path.unlink()
            step("scrub: personal file removed from the quarantine", path)
            lines.append(
                f"quarantine/{path.parent.name}: den afviste fil {_WHAT} eller kunne ikke gennemsøges; slettet."
            )
    return lines


def _rows_look_personal(path: Path) -> bool:
    if path.suffix.lower() != ".parquet":
        return False
    try:
        return bool(_personal_among([path], None))
    except duckdb.Error:
        return True  # it cannot be searched


def _from_lake(lake: Lake) -> list[str]:
    """Refuse deliveries after the fact and delete their files; also files that no delivery owns any more."""
    lines = []
    for source, profile in profiles().items():
        counts = {c.name for c in (profile.measure, profile.moment) if c}
        found = _personal_among(sorted((lake.folder / source).rglob("*.parquet")), counts)
        if not found:
            continue
        with writer_lock(lake.writer_lock):
            owners = {lake.folder / d.parquet: d for d in lake.log.all(source) if d.parquet}
            for path in found:
                if path in owners:
                    lake.log.record_refused(owners[path].leverance_id, Finding("cpr_nummer"))
                names = [path.relative_to(lake.folder), path.with_suffix(".json").relative_to(lake.folder)]
                for name in names:
                    (lake.folder / name).unlink(missing_ok=True)
                step("scrub: personal file removed from the lake", path)
                lake.depot.remove([str(name) for name in names])
                lines.append(f"lake/{names[0]}: {_WHAT}; leverancen er afvist og filen slettet. Kør kdi load.")
            lake.depot.keep_log()
    return lines


def _personal_among(paths: list[Path], counts: set[str] | None) -> list[Path]:
    """Those of some Parquet files with a text that can be read as a CPR number.

    Args:
        counts: columns that are no names; None for files of which nothing is known, all of whose columns are looked at.
    """
    if not paths or not _suspect(paths, counts):
        return []
    return [path for path in paths if _suspect([path], counts)]


def _suspect(paths: list[Path], counts: set[str] | None) -> bool:
    """Whether something personal is in them. A damaged file of the lake is mended after this, and looked at then."""
    try:
        return _personal_together(paths, counts)
    except duckdb.Error:
        if counts is None:
            raise
        return len(paths) > 1


def _personal_together(paths: list[Path], counts: set[str] | None) -> bool:
    source = f"read_parquet({sql_list([str(p) for p in paths])}, union_by_name = true)"
    with duckdb.connect() as connection:
        for name, kind, *_ in connection.execute(f"describe from {source}").fetchall():
            column = quoted(name) if kind == "VARCHAR" else f"cast({quoted(name)} as varchar)"
            looked_at = kind == "VARCHAR" or counts is None
            if looked_at and cpr.found_in(connection, source, column, a_count=name in (counts or ())):
                return True
    return False


def _from_releases(releases: Releases, lock: Path) -> tuple[list[str], list[str]]:
    current = releases.current()
    gone, left = [], []
    for publication_id in releases.all():
        if not _release_is_personal(releases.folder / publication_id / "kdi.duckdb"):
            continue
        if current and current.publicering_id == publication_id:
            left.append(
                f"published/releases/{publication_id}: den gældende publicering {_WHAT}. Kør kdi load, som danner en"
                " ny, og derefter kdi scrub igen, som sletter denne."
            )
        else:
            with writer_lock(lock):
                releases.delete(publication_id)
            gone.append(f"published/releases/{publication_id}: {_WHAT}; slettet.")
    return gone, left


def _release_is_personal(database: Path) -> bool:
    if not database.exists():
        return False
    try:
        connection = duckdb.connect(str(database), read_only=True)
    except duckdb.Error:
        return False  # a damaged release is told by its hash
    with connection:
        columns = connection.execute(
            "select table_schema || '.' || table_name, list(column_name) from information_schema.columns"
            " where data_type = 'VARCHAR' and table_schema in ('marts', 'kpi') group by all"
        ).fetchall()
        return any(_has_personal(connection, table, names) for table, names in columns)


def _has_personal(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> bool:
    # One search of all columns, since to prepare it takes longer than to search most of them; and two statements, since
    # in one DuckDB asks every row before it takes the distinct ones.
    texts = " union ".join(f"select distinct {quoted(column)} as tekst from {table}" for column in columns)
    connection.execute(f"create or replace temp table tekster as {texts}")
    return bool(cpr.found_in(connection, "tekster", "tekst"))
