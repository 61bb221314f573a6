"""Takes a source's new deliveries from the inbox into the lake or the quarantine.

Every delivery is decided by itself: one bad day of sixty leaves fifty-nine in the lake. A crash
leaves at most files that nothing refers to; the log is written last and all at once.
"""

import os
import shutil
import tempfile
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from expectations.findings import Finding
from expectations.judge import Verdict, warm_up
from expectations.profiles import Profile
from kdi.ingest import ahead, delivery_ids, quarantine, sandbox, workers
from kdi.ingest import inbox as inbox_module
from kdi.ingest.audit import Audit
from kdi.ingest.gate import gate
from kdi.ingest.inbox import InboxFile, InboxListing
from kdi.ingest.reading import Allowance
from kdi.ingest.remote import Inbox
from kdi.ingest.spans import Span
from kdi.ingest.undecided import Undecided, undecided
from kdi.lake.calendars import is_closed
from kdi.lake.delivery import Delivery, Event
from kdi.lake.delivery_log import DeliveryLog
from kdi.lake.standing import Standing, active_in, standings_in
from kdi.lake.store import Lake
from kdi.machine.steps import step
from kdi.notation import danish


@dataclass(frozen=True)
class Reception:
    """The inbox, and where what is in it goes; what reading it may take; and the day as of which it is judged."""

    inbox: Inbox
    lake: Lake
    quarantine: Path
    data_docs: Path
    allowed: Allowance
    on: date


@dataclass(frozen=True)
class Pending:
    """A source's new files, what else lies in its folder, and the files that cannot be read."""

    files: tuple[InboxFile, ...]
    listing: InboxListing
    newest: tuple[InboxFile, ...] = ()  # of each period, whether new or not
    undecided: tuple[Undecided, ...] = ()

    @property
    def periods(self) -> list[str]:
        return sorted({f.period for f in self.files})

    def within(self, span: Span) -> "Pending":
        """With the new files of a span only; a month that it meets belongs to it."""
        return replace(self, files=tuple(f for f in self.files if span.meets(f.period)))


@dataclass(frozen=True)
class Intake:
    """What an intake did: the deliveries it decided and how they were judged; and the files that it leaves."""

    deliveries: tuple[Delivery, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    undecided: tuple[Undecided, ...] = ()


def find_pending(reception: Reception, profile: Profile) -> Pending:
    """Files of the source whose content has not been decided yet, oldest first."""
    log = reception.lake.log
    listing = inbox_module.look(reception.inbox, profile)
    seen = log.seen(profile.fingerprint, profile.source)
    new: dict[str, InboxFile] = {}
    newest: dict[str, InboxFile] = {}
    hashed, undecided = _with_hashes(reception.inbox, log, listing)
    in_order = sorted(hashed, key=lambda f: (f.modified, f.name))
    for file in delivery_ids.named(in_order, profile, log.all(profile.source)):
        newest[file.period] = file
        if f"{file.sha256}/{file.period}" not in seen:
            new.setdefault(file.delivery_id, file)
    new.update({f.delivery_id: f for f in _accepted_since(log, reception.quarantine, profile)})
    return Pending(tuple(new.values()), listing, tuple(newest.values()), tuple(undecided))


def _with_hashes(inbox: Inbox, log: DeliveryLog, listing: InboxListing) -> tuple[list[InboxFile], list[Undecided]]:
    """The listed files with their hashes, and those that cannot be read; only new or changed ones are."""
    known = log.known_hashes()
    hashed: list[InboxFile] = []
    unread: list[InboxFile] = []
    for file in listing.files:
        digest = known.get((file.path, file.size, file.modified))
        (hashed if digest else unread).append(replace(file, sha256=digest or ""))
    fresh, undecided = inbox_module.with_hashes(unread, inbox)
    if fresh:
        log.remember_hashes({(f.path, f.size, f.modified): f.sha256 for f in fresh})
        step("inbox: hashes remembered")
    return hashed + fresh, [*listing.undecided, *undecided]


def inbox_files_by_hash(inbox: Inbox, log: DeliveryLog, profile: Profile) -> dict[str, InboxFile]:
    """The source's whole files in the inbox, taken in or not, by the hash of their content."""
    return {file.sha256: file for file in _with_hashes(inbox, log, inbox_module.look(inbox, profile))[0]}


def read_again(reception: Reception, profile: Profile, file: InboxFile, scratch: Path) -> Audit:
    """Audit a file that was taken in before; its sound rows lie in ``scratch``."""
    (audit,) = _audit_all(reception, profile, [file], scratch)
    return audit


def repeated(standings: Iterable[Standing], pending: Pending) -> list[str]:
    """Notes on files that repeat, as the newest of their period, what has been replaced since: they change nothing.

    Not where somebody brought the one that counts back: then the file has been dealt with.
    """
    standings = list(standings)
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


def take_in(reception: Reception, profile: Profile, periods: Container[str] | None = None) -> Intake:
    """Read, judge and store the source's new deliveries.

    Args:
        periods: only these; None for all.
    """
    files = [f for f in find_pending(reception, profile).files if periods is None or f.period in periods]
    if not files:
        return Intake()
    warm_up()
    sandbox.warm_up()
    lake, log = reception.lake, reception.lake.log
    lake.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".indgaaende-", dir=lake.folder) as folder:
        scratch = Path(folder)
        every = _audit_all(reception, profile, files, scratch)
        undecided = tuple(a.undecided for a in every if a.undecided)
        audits = [a for a in every if not a.undecided]
        if not audits:
            return Intake(undecided=undecided)
        history = {d.periode: d.raekker_modtaget for d in active_in(log) if d.kilde == profile.source}
        refused, verdicts = gate(audits, profile, history, reception.data_docs, log.consented())
        step("receive: judged")
        number = log.next_number()
        deliveries = [
            _settle(reception, profile, a, bool(refused[a.file.delivery_id]), place)
            for place, a in enumerate(audits, number)
        ]
    os.sync()  # what the log is about to promise must be on disk first, files and folders alike
    step("lake: on disk")
    lake.depot.keep(deliveries)
    step("lake: in the store")
    log.record(deliveries, _held_back(log, profile, deliveries, reception.on))
    step("log: verdicts recorded")
    lake.depot.keep_log()
    step("log: in the store")
    return Intake(tuple(deliveries), tuple(verdicts), undecided)


def _accepted_since(log: DeliveryLog, quarantine: Path, profile: Profile) -> Iterator[InboxFile]:
    """Refused deliveries that somebody has accepted since: read once more, from the quarantine."""
    for standing in standings_in(log) if log.consented() else ():
        d = standing.delivery
        kept = quarantine / d.leverance_id / d.fil
        waits = standing.state == "afvist" and standing.is_newest and standing.event is not None
        if d.kilde == profile.source and waits and kept.exists():
            stat = kept.stat()
            mark = d.leverance_id.rsplit("_", 1)[1]
            yield InboxFile(d.kilde, d.periode, str(kept), stat.st_size, stat.st_mtime, d.sha256, True, mark)


def _held_back(log: DeliveryLog, profile: Profile, deliveries: Iterable[Delivery], on: date) -> Iterator[Event]:
    """Deliveries that would change a closed month after its numbers were published."""
    published = log.publications()
    known = {d.periode for d in log.all(profile.source) if d.leverance_id in published}
    for delivery in deliveries:
        if delivery.accepted and delivery.periode in known and is_closed(profile, delivery.periode, on):
            yield Event(
                delivery.leverance_id, "tilbageholdt", "platformen", delivery.modtaget,
                f"Måneden er lukket: den er publiceret og mere end {profile.closed_after_months} måneder gammel.",
            )  # fmt: skip


def _audit_all(reception: Reception, profile: Profile, files: list[InboxFile], scratch: Path) -> list[Audit]:
    """Audits in the order of ``files``; a file that changed while it was fetched waits for the next intake."""
    audits, unread = ahead.begun(reception.lake, files)
    largest = reception.allowed.bounds.file
    fetched: list[tuple[InboxFile, Path]] = []
    changed: list[InboxFile] = []
    for file in unread:
        if file.size > largest:
            finding = Finding("for_stor_fil", detalje=f"{danish.number(largest / 1e6)} MB")
            audits.append(Audit(file, Path(file.path), findings=[finding]))
            continue
        try:
            path = inbox_module.local_path(file, reception.inbox, scratch)
        except (FileNotFoundError, PermissionError) as error:
            audits.append(Audit(file, Path(file.path), undecided=undecided(file.source, file.name, error)))
            continue
        if path:
            fetched.append((file, path))
        else:
            changed.append(file)
    if changed:
        reception.lake.log.forget_hashes(f.path for f in changed)
    audits += workers.audit_all(reception.allowed, profile, fetched, scratch)
    for audit in audits:
        step("receive: rows written", audit.parquet)
    order = {f.delivery_id: i for i, f in enumerate(files)}
    return sorted(audits, key=lambda a: order[a.file.delivery_id])


def _settle(reception: Reception, profile: Profile, audit: Audit, refused: bool, number: int) -> Delivery:
    """Move the sound rows into the lake, or the delivery into quarantine, and say which."""
    file = audit.file
    if refused or audit.findings:
        quarantine.keep(reception.quarantine, audit, refused)
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
        noter=() if audit.personal else audit.notes,
        raekkefoelge=number,
    )
    if refused or audit.parquet is None:
        return delivery
    return reception.lake.keep(delivery, audit.parquet)


def remove_leftovers(lake: Lake) -> None:
    """Delete scratch folders that a killed intake left in the lake. Call with the writer's lock held."""
    for folder in lake.folder.glob(".indgaaende-*"):
        if not ahead.is_in_use(folder):
            shutil.rmtree(folder, ignore_errors=True)
