"""Sets of reference data as they are stored: Parquet under the hash of their content, and which one is in force.

A changed set is a new set, and what it changes of the tables is made anew (:mod:`kdi.building.pieces`). What a
set must hold is judged by :mod:`kdi.ingest.reference`.
"""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from kdi.machine.files import damaged_among, sha256_of
from kdi.machine.steps import step
from kdi.notation.sql import sql_text
from kdi.settings import PROJECT_ROOT

_HASHES = "sha256.json"
_ABOUT = "om.json"
BUILT_IN = PROJECT_ROOT / "reference"


@dataclass(frozen=True)
class ReferenceSet:
    """Reference data: where they lie, which files are the user's, and what of them was left unread."""

    fingerprint: str
    folder: Path
    changed: bool
    replaced: tuple[str, ...]
    rows: dict[str, int]
    notes: tuple[str, ...] = ()


def built_in_file(name: str) -> Path:
    """The project's own file."""
    return BUILT_IN / f"{name}.csv"


def is_intact(folder: Path) -> bool:
    """Whether a stored set is whole: every file has the hash written down beside it."""
    hashes = _hashes(folder)
    return bool(hashes) and not damaged_among((folder / f"{n}.parquet", h) for n, h in hashes.items())


def files_of(folder: Path) -> dict[str, Path]:
    """The Parquet files of a stored set by name; an older set may lack one that came to be known since."""
    return {name: folder / f"{name}.parquet" for name in _hashes(folder)}


def _hashes(folder: Path) -> dict[str, str]:
    try:
        hashes: dict[str, str] = json.loads((folder / _HASHES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return hashes


def store(folder: Path, tables: Mapping[str, pa.Table], replaced: Sequence[str], notes: Sequence[str]) -> None:
    """Write a judged set.

    Args:
        tables: each file's rows, with their number in ``raekke``, which is not kept.
        replaced: names of the files that are the user's own.
        notes: what was left unread, in Danish lines.
    """
    for leftover in folder.parent.glob(".*"):
        shutil.rmtree(leftover)
    partial = folder.with_name(f".{folder.name}")
    partial.mkdir(parents=True)
    try:
        with duckdb.connect() as connection:
            for name, table in tables.items():
                _write(connection, table, partial / f"{name}.parquet")
                step("reference: file written", partial / f"{name}.parquet")
        hashes = {name: sha256_of(partial / f"{name}.parquet") for name in tables}
        about: dict[str, list[str]] = {"erstattede": list(replaced), "bemaerkninger": list(notes)}
        (partial / _ABOUT).write_text(json.dumps(about, ensure_ascii=False, indent=1), encoding="utf-8")
        (partial / _HASHES).write_text(json.dumps(hashes, indent=1), encoding="utf-8")
        step("reference: hashes written", partial / _HASHES)
        shutil.rmtree(folder, ignore_errors=True)  # a set that is no longer whole
        os.replace(partial, folder)
        step("reference: set stored")
        os.sync()  # before the log says that it is in force
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write(connection: duckdb.DuckDBPyConnection, table: pa.Table, target: Path) -> None:
    connection.register("raekker", table)
    connection.execute(
        f"copy (select * exclude (raekke) from raekker order by raekke) to {sql_text(str(target))} (format parquet)"
    )
    connection.unregister("raekker")


def set_in(folder: Path, changed: bool = False, notes: Sequence[str] = ()) -> ReferenceSet:
    """What a stored set holds.

    Args:
        changed: whether it has just been put in force.
        notes: more to be told of it than was written down with it.
    """
    about: dict[str, list[str]] = {"erstattede": [], "bemaerkninger": []}
    if (folder / _ABOUT).exists():
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
    with duckdb.connect() as connection:
        rows = {
            name: connection.execute(f"select count(*) from read_parquet({sql_text(str(path))})").fetchall()[0][0]
            for name, path in files_of(folder).items()
        }
    told = (*notes, *about["bemaerkninger"])
    return ReferenceSet(folder.name, folder, changed, tuple(about["erstattede"]), rows, told)
