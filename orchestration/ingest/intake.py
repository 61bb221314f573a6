"""Takes a source's new deliveries from the inbox into the lake or the quarantine.

Every delivery is decided by itself: one bad day of sixty leaves fifty-nine in the lake. A crash
leaves at most files that nothing refers to; the log is written last and all at once.
"""

import os
import shutil
import tempfile
from collections.abc import Container, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from expectations.judge import Verdict, warm_up
from orchestration.ingest import inbox as inbox_module
from orchestration.ingest.audit import Audit, audit_batch, open_engine, read_back
from orchestration.ingest.gate import gate
from orchestration.ingest.inbox import InboxFile, InboxListing
from orchestration.ingest.profiles import Profile
from orchestration.ingest.readers import Layout, UnreadableDelivery, in_utf8, layout_of
from orchestration.lake import quarantine, store
from orchestration.lake.calendars import is_closed
from orchestration.lake.delivery_log import Delivery, DeliveryLog, Event
from orchestration.settings import Settings

# Files of one statement: enough to fill it, few enough that its rows fit in half the memory limit.
_BATCH_BYTES = 96 << 20
_BATCH_FILES = 48
_WORKERS = 2
# Starting the workers costs three seconds of each core; below this the work is done before that.
_WORTH_WORKERS_BYTES = 200 << 20


@dataclass(frozen=True)
class Pending:
    """A source's new files, and what else lies in its folder."""

    files: tuple[InboxFile, ...]
    listing: InboxListing
    newest: tuple[InboxFile, ...] = ()  # of each period, whether new or not

    @property
    def periods(self) -> list[str]:
        return sorted({f.period for f in self.files})


@dataclass(frozen=True)
class Intake:
    """What an intake did: the deliveries it decided and how they were judged."""

    deliveries: tuple[Delivery, ...] = ()
    verdicts: tuple[Verdict, ...] = ()


def find_pending(settings: Settings, profile: Profile) -> Pending:
    """Files of the source whose content has not been decided yet, oldest first."""
    log = DeliveryLog(settings.delivery_log)
    listing = inbox_module.look(settings.inbox_url, profile, settings.first_day, settings.settle_seconds)
    known = log.known_hashes()
    hashed: list[InboxFile] = []
    unread: list[InboxFile] = []
    for file in listing.files:
        digest = known.get((file.path, file.size, file.modified))
        (hashed if digest else unread).append(replace(file, sha256=digest or ""))
    fresh = inbox_module.with_hashes(unread, settings.inbox_url)
    if fresh:
        log.remember_hashes(fresh)
    seen = log.seen(profile.fingerprint, profile.source)
    new: dict[str, InboxFile] = {}
    newest: dict[str, InboxFile] = {}
    for file in sorted(hashed + fresh, key=lambda f: (f.modified, f.name)):
        newest[file.period] = file
        if f"{file.sha256}/{file.period}" not in seen:
            new.setdefault(file.delivery_id, file)
    new.update({f.delivery_id: f for f in _accepted_since(settings, log, profile)})
    return Pending(tuple(new.values()), listing, tuple(newest.values()))


def repeated(log: DeliveryLog, pending: Pending) -> list[str]:
    """Notes on files that repeat, as the newest of their period, what has been replaced since: they change nothing.

    Not where somebody brought the one that counts back: then the file has been dealt with.
    """
    standings = log.standings()
    replaced = {s.delivery.leverance_id for s in standings if s.state == "erstattet"}
    brought_back = {
        (s.delivery.kilde, s.delivery.periode)
        for s in standings
        if s.state == "gaelder" and s.event and s.event.handling == "genindsat"
    }
    return [
        f"{f.source}/{f.name} er den samme fil som en tidligere, nu erstattet leverance og ændrer intet;"
        f" skal den gælde: kdi delivery restore {f.delivery_id} --reason … --by …"
        for f in pending.newest
        if f.delivery_id in replaced and (f.source, f.period) not in brought_back
    ]


def take_in(settings: Settings, profile: Profile, periods: Container[str] | None = None) -> Intake:
    """Read, judge and store the source's new deliveries.

    Args:
        periods: only these; None for all.
    """
    files = [f for f in find_pending(settings, profile).files if periods is None or f.period in periods]
    if not files:
        return Intake()
    warm_up()
    settings.lake.mkdir(parents=True, exist_ok=True)
    log = DeliveryLog(settings.delivery_log)
    with tempfile.TemporaryDirectory(prefix=".indgaaende-", dir=settings.lake) as folder:
        scratch = Path(folder)
        audits = _audit_all(settings, profile, files, scratch)
        history = {d.periode: d.raekker_modtaget for d in log.active() if d.kilde == profile.source}
        refused, verdicts = gate(audits, profile, history, settings.data_docs, log.consented())
        deliveries = [_settle(settings, profile, a, bool(refused[a.file.delivery_id])) for a in audits]
    os.sync()  # what the log is about to promise must be on disk first
    log.record(deliveries, _held_back(settings, profile, log, deliveries))
    return Intake(tuple(deliveries), tuple(verdicts))


def _accepted_since(settings: Settings, log: DeliveryLog, profile: Profile) -> Iterator[InboxFile]:
    """Refused deliveries that somebody has accepted since: read once more, from the quarantine."""
    for standing in log.standings() if log.consented() else ():
        d = standing.delivery
        kept = settings.quarantine / d.leverance_id / d.fil
        waits = standing.state == "afvist" and standing.is_newest and standing.event is not None
        if d.kilde == profile.source and waits and kept.exists():
            stat = kept.stat()
            yield InboxFile(d.kilde, d.periode, str(kept), stat.st_size, stat.st_mtime, d.sha256, is_kept=True)


def _held_back(
    settings: Settings, profile: Profile, log: DeliveryLog, deliveries: Iterable[Delivery]
) -> Iterator[Event]:
    """Deliveries that would change a closed month after its numbers were published."""
    published = log.publications()
    known = {d.periode for d in log.all(profile.source) if d.leverance_id in published}
    for delivery in deliveries:
        if (
            delivery.accepted
            and delivery.periode in known
            and is_closed(profile, delivery.periode, settings.status_date)
        ):
            yield Event(
                delivery.leverance_id, "tilbageholdt", "platformen", delivery.modtaget,
                f"Måneden er lukket: den er publiceret og mere end {profile.closed_after_months} måneder gammel.",
            )  # fmt: skip


def _audit_all(settings: Settings, profile: Profile, files: list[InboxFile], scratch: Path) -> list[Audit]:
    unreadable: list[Audit] = []
    by_layout: dict[Layout, list[tuple[InboxFile, Path]]] = {}
    for file in files:
        path = inbox_module.local_path(file, settings.inbox_url, scratch)
        try:
            path = in_utf8(path, profile, scratch)
            by_layout.setdefault(layout_of(path, profile), []).append((file, path))
        except UnreadableDelivery as error:
            unreadable.append(Audit(file, path, findings=list(error.findings),
                                    personal=any(f.kode == "cpr_nummer" for f in error.findings)))  # fmt: skip
    batches = [
        _Batch(layout, tuple(batch), profile, settings.memory_limit, scratch / f"parti{number}")
        for number, (layout, batch) in enumerate(
            (layout, batch) for layout, group in by_layout.items() for batch in _batches(layout, group)
        )
    ]
    audits = [audit for part in _in_parallel(batches) for audit in part]
    order = {f.delivery_id: i for i, f in enumerate(files)}
    return sorted(unreadable + audits, key=lambda a: order[a.file.delivery_id])


@dataclass(frozen=True)
class _Batch:
    """Files that one statement reads, and the folder for what it writes."""

    layout: Layout
    files: tuple[tuple[InboxFile, Path], ...]
    profile: Profile
    memory_limit: str
    folder: Path


def _in_parallel(batches: list[_Batch]) -> list[list[Audit]]:
    """Audit the batches, several at once when there are several.

    Processes, not threads: two engines in one process hold each other up to half speed.
    """
    size = sum(file.size for batch in batches for file, _ in batch.files)
    if len(batches) < 2 or size < _WORTH_WORKERS_BYTES:
        return [_audit_one(batch) for batch in batches]
    with ProcessPoolExecutor(_WORKERS, mp_context=get_context("spawn")) as pool:
        return list(pool.map(_audit_one, batches))


def _audit_one(batch: _Batch) -> list[Audit]:
    batch.folder.mkdir()
    # One thread per engine: a partitioned write then makes exactly one file per delivery.
    connection = open_engine(batch.memory_limit, 1, batch.folder)
    try:
        audits = audit_batch(connection, list(batch.files), batch.layout, batch.profile, batch.folder)
        read_back(connection, audits, batch.profile)
        return audits
    finally:
        connection.close()


def _batches(layout: Layout, files: list[tuple[InboxFile, Path]]) -> Iterator[list[tuple[InboxFile, Path]]]:
    batch: list[tuple[InboxFile, Path]] = []
    size = 0
    most = 1 if layout.kind in ("xlsx", "json") else _BATCH_FILES
    for file, path in files:
        if batch and (len(batch) >= most or size + file.size > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((file, path))
        size += file.size
    if batch:
        yield batch


def _settle(settings: Settings, profile: Profile, audit: Audit, refused: bool) -> Delivery:
    """Move the sound rows into the lake, or the delivery into quarantine, and say which."""
    file = audit.file
    if refused or audit.findings:
        quarantine.keep(settings.quarantine, audit, refused)
    loaded = 0 if refused else audit.rows_written
    total_loaded = 0 if refused else audit.total_written
    delivery = Delivery(
        leverance_id=file.delivery_id,
        kilde=profile.source,
        periode=file.period,
        fil=file.name,
        sha256=file.sha256,
        modtaget=datetime.now(UTC).isoformat(timespec="seconds"),
        profil=profile.fingerprint,
        status="afvist" if refused else "delvis_karantaene" if audit.rows_rejected else "indlaest",
        raekker_modtaget=audit.rows,
        raekker_indlaest=loaded,
        raekker_karantaene=audit.rows - loaded,
        sum_modtaget=audit.total,
        sum_indlaest=total_loaded,
        sum_karantaene=audit.total - total_loaded,
        parquet="",
        parquet_sha256="",
        aarsager=tuple(audit.findings),
    )
    if refused or audit.parquet is None:
        return delivery
    return store.keep(settings.lake, delivery, audit.parquet)


def remove_leftovers(settings: Settings) -> None:
    """Delete scratch folders that a killed intake left in the lake. Call with the writer's lock held."""
    for folder in settings.lake.glob(".indgaaende-*"):
        shutil.rmtree(folder, ignore_errors=True)
