"""The release in force beside one that is made whole from the same lake: the proof that no input is forgotten.

A build makes the pieces that differ and keeps the rest. That this gives what a whole build would give is tested, but
only here is it seen on the installation's own data. The whole build is made in a home of its own, in which the lake and
the releases are the same files by hard links, so nothing that readers see is touched.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from kdi.building.start import Site
from kdi.building.status import status_of
from kdi.lake.delivery_log import LOG
from kdi.machine.disk_space import demand_room
from kdi.machine.lock import writer_lock
from kdi.notation.sql import quoted, sql_text
from kdi.publish.access import decisions
from kdi.publish.release import Manifest
from kdi.settings import PROJECT_ROOT

# Beside the release's own size, for the copy that the build works in and for its Parquet files.
_ROOM = 4
# When a delivery came and with which release depends on the loads, not on what was delivered.
_OF_LOADS = {"marts.leverance_log": ("modtaget", "publiceret_i", "afgjort")}
# What is hidden of cases depends on what earlier releases said, which may be gone since.
_HIDDEN_CASES = {
    "marts.fct_kle_sager": ("antal_sager", "er_diskretioneret", "diskretion_aarsag"),
    "kpi.kle_sager": ("antal_sager", "er_diskretioneret", "diskretion_aarsag", "skjulte_celler"),
}
# What would reach out of the home of the whole build: other stores, servers and people.
_OUTSIDE = ("KDI_INBOX", "KDI_LAKE", "KDI_POSTGRES_DSN", "KDI_DAGSTER_POSTGRES_DSN", "KDI_ALERT_URLS")
_SHARED = "sammenlignes"
_BUILD = "import sys; from kdi.commands.load import rebuild; sys.exit('\\n'.join(rebuild().failures) or None)"


class CannotCompare(Exception):
    """There is nothing to compare; the message says why."""


class BuildFailed(Exception):
    """The whole build did not succeed; the message is what it said."""


@dataclass(frozen=True)
class Difference:
    """A table that a whole build makes otherwise: rows that only one of the two has."""

    table: str
    only_published: int
    only_rebuilt: int

    def __str__(self) -> str:
        return (
            f"{self.table}: {self.only_published} rækker i publiceringen og {self.only_rebuilt} i ombygningen er ikke"
            " ens. Kør kdi load --rebuild, og meld fejlen."
        )


def compare(site: Site) -> tuple[Manifest, int, list[Difference]]:
    """Build the release in force anew from the lake, and compare every published table.

    Whoever has the writer's lock is waited for while files are shared; the build that follows holds up no load.

    Returns:
        The release, how many tables were compared, and those that differ.

    Raises:
        CannotCompare: there is no release, or the lake says another thing than it does.
        BuildFailed: it could not be built.
        NoRoom: the disk is too full.
    """
    folder = site.lake.folder.with_name("sammenligning")
    try:
        with writer_lock(site.lake.writer_lock):
            release = _in_force(site)
            _share(site, folder)
        _build(release, folder)
        tables, different = compared(folder / _SHARED, folder / "published" / "current")
    finally:
        _remove(folder)
    return release, tables, different


def _in_force(site: Site) -> Manifest:
    release = site.releases.current()
    if release is None:
        raise CannotCompare("Der er endnu ingen publicering.")
    if not site.plan(status_of(site.lake.log, date.fromisoformat(release.statusdato))).is_empty:
        raise CannotCompare("Søen har nyt, der ikke er udgivet; der sammenlignes, når det er.")
    return release


def _share(site: Site, folder: Path) -> None:
    """A home with the same lake and releases: files that never change are the same files."""
    _remove(folder)
    root, release = folder.parent, site.releases.link
    demand_room(root, _ROOM * (release / "kdi.duckdb").stat().st_size)
    for name in ("lake", "published", "state"):
        shutil.copytree(root / name, folder / name, symlinks=True, copy_function=_same_file)
    with (
        closing(sqlite3.connect(f"file:{root / 'lake' / LOG}?mode=ro", uri=True)) as log,
        closing(sqlite3.connect(folder / "lake" / LOG)) as own,
    ):
        log.backup(own)
    (folder / "inbox").mkdir()
    (folder / _SHARED).mkdir()  # a load that goes on meanwhile may delete the release
    os.link(release / "kdi.duckdb", folder / _SHARED / "kdi.duckdb")


def _same_file(source: str, target: str) -> None:
    """What is large never changes; the delivery log is copied by its own means."""
    path = Path(source)
    if path.suffix in (".parquet", ".duckdb") and not path.is_symlink():
        os.link(source, target)
    elif ".sqlite" not in path.name:
        shutil.copy2(source, target, follow_symlinks=False)


def _build(release: Manifest, folder: Path) -> None:
    """In a process of its own: settings and Dagster's instance are one per process."""
    kept = {name: value for name, value in os.environ.items() if name not in _OUTSIDE}
    home = {"KDI_HOME": folder, "DAGSTER_HOME": folder / "dagster", "KDI_AS_OF": release.statusdato, "KDI_LOG": "off"}
    done = subprocess.run(
        [sys.executable, "-c", _BUILD],
        cwd=folder,  # where no .env lies
        env=kept | {name: str(value) for name, value in home.items()} | {"PYTHONPATH": str(PROJECT_ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuildFailed(done.stderr.strip()[-2000:] or "Ombygningen endte uden at sige hvorfor.")


def compared(published: Path, rebuilt: Path) -> tuple[int, list[Difference]]:
    """How many tables two releases have, and those whose rows are not the same, as multisets."""
    with duckdb.connect() as connection:
        for name, release in (("publiceret", published), ("ombygget", rebuilt)):
            connection.execute(f"attach {sql_text(str(release / 'kdi.duckdb'))} as {name} (read_only)")
        rows = connection.execute(
            "select schema_name || '.' || table_name, list(column_name order by column_index) from duckdb_columns()"
            " where database_name in ('publiceret', 'ombygget') and not internal group by all order by all"
        ).fetchall()
        omitted = left_out()
        found = [
            _difference(connection, table, [c for c in dict.fromkeys(columns) if c not in omitted.get(table, ())])
            for table, columns in rows
        ]
    return len(found), [difference for difference in found if difference]


def left_out() -> dict[str, tuple[str, ...]]:
    """Columns by table that the lake alone does not decide, and that are therefore not compared.

    Whether others may see a sum of several authorities' calls depends on the releases that were kept when it was made
    (``disclosure/sums_over_time.py``); so does what is hidden of cases.
    """
    sums = {t: ("er_anonym",) for t, d in decisions().tabeller.items() if any(s.bidrag for s in d.tal.flere.values())}
    return _OF_LOADS | _HIDDEN_CASES | sums


def _difference(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> Difference | None:
    chosen = ", ".join(map(quoted, columns))
    one, other = (f"select {chosen} from {release}.{table}" for release in ("publiceret", "ombygget"))
    ((gone, new),) = connection.execute(
        f"select (select count(*) from ({one} except all {other})), (select count(*) from ({other} except all {one}))"
    ).fetchall()
    return Difference(table, gone, new) if gone or new else None


def _remove(folder: Path) -> None:
    """Releases are read-only, folders too; a file that is shared keeps its rights."""
    for path in [folder, *folder.rglob("*")] if folder.exists() else []:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    shutil.rmtree(folder, ignore_errors=True)
