"""The scrub: every stored file is read and compared with the hash written down when it was made.

A delivery's file that is damaged is made anew from the delivery itself when that still lies in the
inbox. Reference sets are made anew by the next load, releases by a build from the lake. First of all goes what can be
read as a CPR number (``personal.py``).
"""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from expectations.profiles import profiles
from kdi.ingest.intake import Reception, inbox_files_by_hash, read_again, remove_leftovers
from kdi.lake.delivery import Delivery
from kdi.lake.delivery_log import MANIFESTS
from kdi.lake.reference import is_intact
from kdi.lake.store import Lake
from kdi.machine import progress
from kdi.machine.files import damaged_among
from kdi.machine.lock import writer_lock
from kdi.machine.steps import step
from kdi.operations.personal import remove_personal
from kdi.publish.release import Releases


@dataclass
class Scrubbed:
    """What a scrub read, what it mended and what it could not, each a line to be read by a person."""

    files: int = 0
    bytes: int = 0
    removed: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def scrub(reception: Reception, releases: Releases) -> Scrubbed:
    """Read all that is kept, mend what can be mended, and remember which releases must not be used.

    The writer's lock is held only while something is mended: nothing that is compared ever changes.
    """
    outcome = Scrubbed()
    lake = reception.lake
    if any(lake.folder.glob(".indgaaende-*")):  # of an intake at work, or of a scrub that was killed while it mended
        with writer_lock(lake.writer_lock):
            remove_leftovers(lake)
    outcome.removed, outcome.damaged = remove_personal(lake, releases, reception.quarantine)
    _scrub_lake(reception, outcome)
    _scrub_reference(lake, outcome)
    _scrub_releases(releases, lake.writer_lock, outcome)
    return outcome


def _compared(what: str, files: list[tuple[Path, str]], outcome: Scrubbed) -> list[Path]:
    outcome.files += len(files)
    outcome.bytes += sum(path.stat().st_size for path, _ in files if path.exists())
    progress.stage(f"Læser {what}", len(files))
    return damaged_among(files, progress.advance)


def _scrub_lake(reception: Reception, outcome: Scrubbed) -> None:
    lake = reception.lake
    deliveries = {lake.folder / d.parquet: d for d in lake.log.all() if d.parquet}
    unknown = sorted(p for p in lake.folder.glob(MANIFESTS) if p.with_suffix(".parquet") not in deliveries)
    if unknown:
        example = unknown[0].relative_to(lake.folder.parent)
        outcome.damaged.append(
            f"{len(unknown)} leverancer i søen står ikke i leveranceloggen, fx {example}."
            " Kør kdi load; står de der stadig ikke, så kør kdi restore --log, som danner loggen af søen."
        )
    damaged = [
        deliveries[path]
        for path in _compared("søens filer", [(p, d.parquet_sha256) for p, d in deliveries.items()], outcome)
    ]
    if not damaged:
        return
    with writer_lock(lake.writer_lock):
        for delivery in damaged:
            name = f"lake/{delivery.parquet}"
            reason = _mend(reception, delivery)
            if reason:
                outcome.damaged.append(
                    f"{name}: indholdet er ikke det, der blev gemt. {reason} Læg {delivery.fil} med SHA-256"
                    f" {delivery.sha256[:12]}… i indbakken igen, og kør kdi scrub."
                )
            else:
                outcome.mended.append(f"{name}: indholdet var ændret og er hentet igen fra {delivery.fil}.")


def _mend(reception: Reception, delivery: Delivery) -> str:
    """Make a delivery's file anew from the inbox; returns why it could not be, empty when it was."""
    lake = reception.lake
    lake.depot.fetch([delivery])
    if not damaged_among([(lake.folder / delivery.parquet, delivery.parquet_sha256)]):
        return ""
    profile = profiles()[delivery.kilde]
    file = inbox_files_by_hash(reception.inbox, lake.log, profile).get(delivery.sha256)
    if file is None:
        return "Leverancen ligger ikke længere i indbakken."
    with tempfile.TemporaryDirectory(prefix=".indgaaende-", dir=lake.folder) as folder:
        audit = read_again(reception, profile, file, Path(folder))
        if audit.parquet is None:
            return "Leverancen kan ikke længere læses."
        step("scrub: rows written anew", audit.parquet)
        if (audit.rows_written, audit.total_written) != (delivery.raekker_indlaest, delivery.sum_indlaest):
            return "Leverancen giver i dag andre rækker, end da den blev indlæst."
        stored = lake.keep(delivery, audit.parquet)
        os.sync()
        lake.depot.keep([stored])
        if stored.parquet_sha256 != delivery.parquet_sha256:  # the same rows, written by another DuckDB
            lake.log.record_rewritten(delivery.leverance_id, stored.parquet_sha256)
            step("scrub: new hash recorded")
            lake.depot.keep_log()
    return ""


def _scrub_reference(lake: Lake, outcome: Scrubbed) -> None:
    fingerprint = lake.log.reference()
    if fingerprint is None:
        return
    folder = lake.reference_folder(fingerprint)
    outcome.files += sum(1 for _ in folder.glob("*.parquet"))
    if not is_intact(folder):
        outcome.damaged.append(f"lake/reference/{fingerprint}: sættet er ikke helt. Kør kdi load, som danner det igen.")


def _scrub_releases(releases: Releases, lock: Path, outcome: Scrubbed) -> None:
    read: dict[tuple[int, int], bool] = {}
    faulty: set[str] = set()
    for publication_id in releases.all():
        try:
            files = dict(_files_of(releases, publication_id))
        except (OSError, TypeError, ValueError):
            faulty.add(publication_id)
            outcome.damaged.append(
                f"published/releases/{publication_id}/manifest.json: kan ikke læses. Er det den gældende publicering,"
                " så fjern linket published/current og kør kdi load, som danner en ny fra søen."
            )
            continue
        # A month's file is the same file in many releases: it is read once.
        places = {path: (s.st_dev, s.st_ino) for path in files if path.exists() and (s := path.stat())}
        unread = [(p, files[p]) for p, place in places.items() if place not in read]
        bad = set(_compared("publiceringer", unread, outcome))
        read |= {places[path]: path in bad for path, _ in unread}
        found = [path for path in files if path not in places or read[places[path]]]
        if found and publication_id in releases.all():  # it may have been pruned meanwhile
            faulty.add(publication_id)
            outcome.damaged.append(_told(releases, publication_id, found))
    if faulty != releases.damaged():
        with writer_lock(lock):
            releases.mark_damaged(faulty)


def _files_of(releases: Releases, publication_id: str) -> Iterator[tuple[Path, str]]:
    manifest = releases.manifest(publication_id)
    folder = releases.folder / publication_id
    yield from ((folder / path, digest) for path, digest in manifest.filer.items())
    if manifest.tilstand:
        yield releases.state(publication_id), manifest.tilstand


def _told(releases: Releases, publication_id: str, damaged: list[Path]) -> str:
    names = ", ".join(str(path.relative_to(releases.link.parents[1])) for path in damaged[:3])
    others = f" og {len(damaged) - 3} andre" if len(damaged) > 3 else ""
    current = releases.current()
    if current and current.publicering_id == publication_id:
        remedy = (
            "Den gældende publicering skal dannes igen fra søen: kør kdi load, eller kdi publish --rollback straks."
        )
    else:
        remedy = "Der kan ikke rulles tilbage til den publicering."
    return f"{names}{others}: indholdet er ikke det, der blev gemt. {remedy}"
