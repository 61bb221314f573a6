"""Reference data: the project's own CSV files, each replaceable by one in the inbox.

A set of reference files is stored under the hash of its content. A changed set therefore is a
new set, and everything that was built on the old one is built anew.
"""

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.ingest import cpr, remote
from orchestration.ingest.rules import quoted, sql_text
from orchestration.integrity.files import damaged_among, sha256_of
from orchestration.lake import depot
from orchestration.lake.delivery_log import DeliveryLog
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.steps import step

_HASHES = "sha256.json"
BUILT_IN = PROJECT_ROOT / "reference"

# Columns promised in the interface, and those that together identify a row.
COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "kommuner": (("kommune_kode", "cvr", "navn", "region", "landsdel", "xyz_klasse"), ("cvr",)),
    "folketal": (("kommune_kode", "kvartal", "folketal"), ("kommune_kode", "kvartal")),
    "kle": (
        ("kle_nummer", "emne", "gruppe", "gruppe_titel", "hovedgruppe", "hovedgruppe_titel",
         "gyldig_fra", "gyldig_til"),
        ("kle_nummer", "gyldig_fra"),
    ),
    "service_katalog": (("platform", "service", "snitflade", "dataomraade", "adgang"), ("platform", "service")),
    "snitflader": (("snitflade", "navn"), ("snitflade",)),
    "integrationer": (("integration", "navn", "snitflade"), ("integration", "snitflade")),
    "system_alias": (("navn", "uuid", "it_system"), ("navn", "uuid")),
    "aftaler": (("cvr", "deler_med_cvr", "fra", "til"), ("cvr", "deler_med_cvr", "fra")),
    "formaal": (("tabel", "formaal", "hjemmel", "taerskel", "kolonne"), ("tabel", "kolonne")),
    "vurderinger": (
        ("cvr", "it_system_uuid", "service", "fra", "til", "vurdering", "bemaerkning"),
        ("cvr", "it_system_uuid", "service", "fra"),
    ),
    "helligdage": (("dato", "navn"), ("dato", "navn")),
}  # fmt: skip


# Columns that a user's file may do without: the interface does not promise them.
OPTIONAL = {"formaal": {"kolonne"}}


class InvalidReference(Exception):
    """A reference file breaks its promise; the message says which, where and what to do."""


@dataclass(frozen=True)
class ReferenceSet:
    """The reference data in force: where it lies, whether it is new, which files the user replaced."""

    fingerprint: str
    folder: Path
    changed: bool
    replaced: tuple[str, ...]
    rows: dict[str, int]


def reference_folder(settings: Settings, fingerprint: str) -> Path:
    """Where a set's Parquet files lie."""
    return settings.lake / "reference" / fingerprint


def take_in_reference(settings: Settings) -> ReferenceSet:
    """Check the reference files, store them as Parquet if they are new, and put them in force.

    Raises:
        InvalidReference: a file lacks a column, repeats a key or holds a CPR-like number. What was
            in force before stays in force.
    """
    contents, replaced = _contents(settings)
    digest = hashlib.sha256()
    for name, data in sorted(contents.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
    fingerprint = digest.hexdigest()[:16]
    folder = reference_folder(settings, fingerprint)
    if not is_intact(folder):
        _store(contents, folder)
        depot.keep_reference(settings, folder)
    rows = _count_rows(folder)
    log = DeliveryLog(settings.delivery_log)
    changed = log.reference() != fingerprint
    if changed:
        log.record_reference(fingerprint, datetime.now(UTC).isoformat(timespec="seconds"))
        step("reference: in force")
        depot.keep_log(settings)
    return ReferenceSet(fingerprint, folder, changed, replaced, rows)


def _contents(settings: Settings) -> tuple[dict[str, bytes], tuple[str, ...]]:
    fs, root = remote.open_inbox(settings.inbox_url)
    contents, replaced = {}, []
    for name in COLUMNS:
        own = f"{root}/reference/{name}.csv"
        with remote.errors(settings.inbox_url):
            given = fs.cat_file(own) if fs.exists(own) else None
        if given is not None:
            contents[name] = given
            replaced.append(name)
        else:
            contents[name] = (BUILT_IN / f"{name}.csv").read_bytes()
    return contents, tuple(replaced)


def is_intact(folder: Path) -> bool:
    """Whether a stored set is whole: every file has the hash written down beside it."""
    try:
        hashes: dict[str, str] = json.loads((folder / _HASHES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return set(COLUMNS) <= set(hashes) and not damaged_among((folder / f"{n}.parquet", h) for n, h in hashes.items())


def _store(contents: dict[str, bytes], folder: Path) -> None:
    for leftover in folder.parent.glob(".*"):
        shutil.rmtree(leftover)
    partial = folder.with_name(f".{folder.name}")
    partial.mkdir(parents=True)
    try:
        with duckdb.connect() as connection:
            for name, data in contents.items():
                source = partial / f"{name}.csv"
                source.write_bytes(data)
                _check_and_write(connection, name, source, partial / f"{name}.parquet")
                source.unlink()
                step("reference: file written", partial / f"{name}.parquet")
        hashes = {name: sha256_of(partial / f"{name}.parquet") for name in contents}
        (partial / _HASHES).write_text(json.dumps(hashes, indent=1), encoding="utf-8")
        step("reference: hashes written", partial / _HASHES)
        shutil.rmtree(folder, ignore_errors=True)  # a set that is no longer whole
        os.replace(partial, folder)
        step("reference: set stored")
        os.sync()  # before the log says that it is in force
    finally:
        shutil.rmtree(partial, ignore_errors=True)  # a refused file may hold what must not be kept


def _check_and_write(connection: duckdb.DuckDBPyConnection, name: str, source: Path, target: Path) -> None:
    wanted, key = COLUMNS[name]
    try:
        connection.execute(
            f"create or replace temp table t as select * from read_csv({sql_text(str(source))},"
            " delim = ';', header = true, all_varchar = true, quote = '\"', escape = '\"', auto_detect = true)"
        )
    except duckdb.Error as error:
        raise InvalidReference(
            f"reference/{name}.csv kan ikke læses som CSV med semikolon i UTF-8. Gem filen sådan."
        ) from error
    found = [row[0] for row in connection.execute("describe t").fetchall()]
    for column in OPTIONAL.get(name, set()) - set(found):
        connection.execute(f"alter table t add column {column} varchar")
        found.append(column)
    missing = [c for c in wanted if c not in found]
    if missing:
        raise InvalidReference(
            f"reference/{name}.csv mangler kolonnen {', '.join(missing)}. Tilføj den; overskriften skal være"
            f" {';'.join(wanted)}."
        )
    if any(cpr.is_in(column) for column in found):
        raise InvalidReference(
            f"reference/{name}.csv indeholder noget, der ligner et CPR-nummer, i overskriften. Fjern det."
        )
    for column in found:
        hits = connection.execute(
            f"select count(*) from t where {cpr.sql_is_in(quoted(column), a_count=column == 'folketal')}"
        ).fetchall()[0][0]
        if hits:
            raise InvalidReference(
                f"reference/{name}.csv indeholder noget, der ligner et CPR-nummer, i {hits} rækker. Fjern det."
            )
    keys = ", ".join(f"coalesce(trim({c}), '')" for c in key)
    doubled = connection.execute(
        f"select count(*) from (select {keys} from t group by all having count(*) > 1)"
    ).fetchall()[0][0]
    if doubled:
        raise InvalidReference(
            f"reference/{name}.csv har {doubled} nøgler ({', '.join(key)}) i mere end én række."
            " Behold én række pr. nøgle."
        )
    columns = ", ".join(f"nullif(trim({c}), '') as {c}" for c in wanted)
    connection.execute(f"copy (select {columns} from t) to {sql_text(str(target))} (format parquet)")


def _count_rows(folder: Path) -> dict[str, int]:
    with duckdb.connect() as connection:
        return {
            name: connection.execute(
                f"select count(*) from read_parquet({sql_text(str(folder / f'{name}.parquet'))})"
            ).fetchall()[0][0]
            for name in COLUMNS
        }
