"""The part of an intake that touches outside bytes, from the first look to audited rows.

It runs in a limited process (:mod:`sandbox`); what it needs goes in as one :class:`Part`, and
audits with the paths of what it wrote come out.
"""

from dataclasses import dataclass
from pathlib import Path

from expectations.findings import UnreadableDelivery
from expectations.profiles import Profile
from kdi.ingest import untrusted
from kdi.ingest.audit import Audit, open_engine
from kdi.ingest.batch import audit_batch
from kdi.ingest.csv_files import in_utf8
from kdi.ingest.inbox import InboxFile
from kdi.ingest.layout import Layout
from kdi.ingest.readers import layout_of
from kdi.ingest.sandbox import Limits
from kdi.ingest.whole_file import looks_personal


@dataclass(frozen=True)
class Allowance:
    """What reading may take: how large a file is, and what a process and its DuckDB use."""

    bounds: untrusted.Bounds
    process: Limits
    memory_limit: str


@dataclass(frozen=True)
class Part:
    """Files of one source with their local paths, and a folder for what is written of them."""

    files: tuple[tuple[InboxFile, Path], ...]
    profile: Profile
    allowed: Allowance
    folder: Path

    @property
    def size(self) -> int:
        return sum(file.size for file, _ in self.files)


def audit_part(part: Part) -> list[Audit]:
    """Audits of the part's files, in no particular order; one that cannot be read has its findings only."""
    part.folder.mkdir(parents=True)
    audits: list[Audit] = []
    delivered = {file.delivery_id: path for file, path in part.files}
    by_layout: dict[Layout, list[tuple[InboxFile, Path]]] = {}
    for file, path in part.files:
        try:
            untrusted.check(path, part.allowed.bounds)
            text = in_utf8(path, part.profile, part.folder)
            by_layout.setdefault(layout_of(text, part.profile), []).append((file, text))
        except UnreadableDelivery as error:
            audits.append(Audit(file, path, findings=list(error.findings),
                                personal=any(f.kode == "cpr_nummer" for f in error.findings)))  # fmt: skip
    for number, (layout, files) in enumerate(by_layout.items()):
        audits += _audit_layout(part, layout, files, part.folder / str(number))
    for audit in audits:
        audit.delivered = delivered[audit.file.delivery_id]
        audit.may_be_kept = bool(audit.findings) and _free_of_cpr(audit, part.allowed.bounds)
    return audits


def _audit_layout(part: Part, layout: Layout, files: list[tuple[InboxFile, Path]], folder: Path) -> list[Audit]:
    folder.mkdir()
    # One thread per engine: a partitioned write then makes exactly one file per delivery.
    connection = open_engine(part.allowed.memory_limit, 1, folder)
    try:
        return audit_batch(connection, files, layout, part.profile, folder)
    finally:
        connection.close()


def _free_of_cpr(audit: Audit, bounds: untrusted.Bounds) -> bool:
    """Whether the delivery's own bytes may be kept: they were searched, and nothing looks like a CPR number."""
    if audit.personal:
        return False
    if audit.delivered.suffix.lower() == ".parquet":
        return audit.rows > 0 and not looks_personal(audit.path)  # every column of every row was searched
    try:
        untrusted.check(audit.delivered, bounds)
    except UnreadableDelivery:
        return False
    return not looks_personal(audit.path)
