"""Puts the reference files in force that lie in the inbox and the project now, when nothing is wrong with them.

All files are one set: what is in force was judged together. When one is faulty, the set in force stays whole.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from expectations import reference as profiles
from expectations.findings import Finding
from kdi.ingest import quarantine
from kdi.ingest.intake import Reception
from kdi.ingest.reference.judge import JudgedSet, judge
from kdi.ingest.reference.look import Seen, look
from kdi.ingest.remote import Inbox
from kdi.lake import reference as stored
from kdi.lake.reference import ReferenceSet
from kdi.lake.store import Lake
from kdi.machine.steps import step

# Reasons on one line; all of them are in the quarantine.
_TOLD = 3
_LISTED = 200


class InvalidReference(Exception):
    """Reference files break their promise; the message has a line for each, ``faults`` every reason by file."""

    def __init__(self, lines: Iterable[str], faults: Mapping[str, list[Finding]]) -> None:
        super().__init__("\n".join(lines))
        self.faults = dict(faults)


@dataclass(frozen=True)
class Look:
    """The files of the project and the inbox as they lie now."""

    seen: Seen
    built_in: Mapping[str, bytes]
    fingerprint: str

    def judged(self, on: date) -> JudgedSet:
        """The whole set, with every fault."""
        return judge(self.seen.contents, self.seen.faults, self.built_in, on)


def look_at(inbox: Inbox) -> Look:
    """The files as they lie now, with the fingerprint that their set would have; nothing is judged yet.

    Raises:
        InboxUnreachable: the inbox is remote and cannot be read now.
    """
    seen = look(inbox)
    built_in = {name: stored.built_in_file(name).read_bytes() for name in profiles.reference_profiles()}
    digest = hashlib.sha256(profiles.fingerprint().encode())
    for name, data in sorted((built_in | seen.contents).items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
    return Look(seen, built_in, digest.hexdigest()[:16])


def take_in_reference(reception: Reception) -> ReferenceSet:
    """Judge the reference files, store them as Parquet if they are new, and put them in force.

    Raises:
        InvalidReference: something is wrong with a file; its reasons are in the quarantine. What was in force
            before stays in force.
    """
    lake = reception.lake
    now = look_at(reception.inbox)
    folder = lake.reference_folder(now.fingerprint)
    if now.seen.faults or not stored.is_intact(folder):
        judged = now.judged(reception.on)
        if judged.faults:
            raise InvalidReference(_refuse(reception, now, judged), judged.faults)
        stored.store(folder, {n: judged.table(n) for n in now.built_in}, sorted(now.seen.contents), judged.notes)
        lake.depot.keep_reference(folder)
    changed = lake.log.reference() != now.fingerprint
    if changed:
        lake.log.record_reference(now.fingerprint, datetime.now(UTC).isoformat(timespec="seconds"))
        step("reference: in force")
        lake.depot.keep_log()
    return stored.set_in(folder, changed, tuple(now.seen.notes))


def reference_notes(inbox: Inbox, lake: Lake, before: str | None) -> list[str]:
    """What lies in the inbox and is not read, in Danish lines; of the set in force only when it is new.

    Args:
        before: the set that was in force.
    """
    passed_over = look(inbox).notes
    now = lake.log.reference()
    if now in (None, before):
        return passed_over
    return [*passed_over, *stored.set_in(lake.reference_folder(str(now))).notes]


def _refuse(reception: Reception, now: Look, judged: JudgedSet) -> list[str]:
    """Keep the reasons, and the file where it may be kept; a line for each file."""
    in_force = reception.lake.log.reference()
    lines = []
    for name, faults in judged.faults.items():
        read, content = judged.files[name], now.seen.contents.get(name)
        given = hashlib.sha256(content or name.encode()).hexdigest()[:12]
        kept = content if read.searched and not read.personal else None
        target = reception.quarantine / f"reference_{name}_{given}"
        quarantine.keep_reference(target, f"{name}.csv", faults[:_LISTED], kept)
        lines.append(f"{describe(name, faults)} Alle grunde: quarantine/{target.name}/aarsag.txt.")
    stays = "Det tidligere sæt referencedata gælder fortsat." if in_force else "Intet udgives, før den er i orden."
    return [f"{line} {stays}" for line in lines]


def describe(name: str, faults: list[Finding]) -> str:
    """One line on a faulty file: where, which row, what to do; one reason of each kind, at most three."""
    kinds: dict[tuple[str, str | None], list[Finding]] = {}
    for fault in faults:
        kinds.setdefault((fault.kode, fault.kolonne), []).append(fault)
    shown = list(kinds.values())[:_TOLD]
    parts = [f"{these[0]}{f' ({len(these)} rækker i alt)' if len(these) > 1 else ''}" for these in shown]
    left_out = len(faults) - sum(len(these) for these in shown)
    others = f" Og {left_out} fund til." if left_out else ""
    return f"reference/{name}.csv: afvist. {' '.join(parts)}{others}"
