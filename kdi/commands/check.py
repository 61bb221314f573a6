"""``kdi check``: judges a file as ``kdi load`` would, and stores nothing."""

import hashlib
import re
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from expectations.profiles import Profile, profiles
from expectations.reference import reference_profiles
from kdi.faults import Misused
from kdi.ingest import misnamed
from kdi.ingest.gate import gate
from kdi.ingest.inbox import InboxFile
from kdi.ingest.intake import Reception, read_again
from kdi.ingest.reference.intake import describe
from kdi.ingest.reference.judge import judge
from kdi.lake.reference import built_in_file
from kdi.lake.standing import active_in
from kdi.machine.files import sha256_of
from kdi.notation import danish

_MOST_SHOWN = 20


@dataclass(frozen=True)
class Judged:
    """Whether ``kdi load`` would take in every row of a file, and what there is to say about it, in Danish."""

    sound: bool
    lines: tuple[str, ...]


def check_file(reception: Reception, path: Path, source: str | None = None) -> Judged:
    """Read and judge a delivery or a reference file.

    Args:
        source: whose it is, where the name does not say it.

    Raises:
        Misused: there is no such file, or nobody can tell whose it is.
    """
    if not path.is_file():
        raise Misused(f"{path}: der er ingen fil af det navn.")
    if source is None and path.stem in reference_profiles() and path.suffix == ".csv":
        return _reference(path, reception.on)
    profile = _profile(path, source)
    period = profile.period_of(path.name)
    if period:
        return _delivery(reception, path, profile, period)
    period = misnamed.period_in(path.name, profile) or _period_within(path, profile, reception.on)
    judged = _delivery(reception, path, profile, period)
    # Who names the source asks about the content; else the name is what kdi load would stumble over.
    named = "Bemærk:" if source else "FEJL"
    told = f"{named} {misnamed.file(path.name, profile, reception.inbox.first_day)}"
    return Judged(judged.sound and bool(source), (told, *judged.lines))


def _profile(path: Path, source: str | None) -> Profile:
    if source:
        return profiles()[source]
    by_name = [p for p in profiles().values() if p.period_of(path.name)]
    meant = misnamed.nearest(re.split(r"\d", path.name)[0], profiles())
    if not by_name and not meant:
        raise Misused(
            f"{path.name}: navnet siger ikke, hvis fil det er. Skriv --source og en af {', '.join(profiles())}."
        )
    return by_name[0] if by_name else profiles()[str(meant)]


def _period_within(path: Path, profile: Profile, on: date) -> str:
    """The first day or month that a text file tells of; else the status date, which an extract may well be of."""
    form = rb"\d{4}-\d{2}" if profile.rhythm == "maaned" else rb"\d{4}-\d{2}-\d{2}"
    with path.open("rb") as stream:
        found = re.search(rb"(?<!\d)" + form + rb"(?!\d)", stream.read(1 << 16))
    if profile.rhythm != "udtraek" and found:
        return found[0].decode()
    return on.isoformat()[:7] if profile.rhythm == "maaned" else on.isoformat()


def _delivery(reception: Reception, path: Path, profile: Profile, period: str) -> Judged:
    stat = path.stat()
    too_large = stat.st_size > reception.allowed.bounds.file
    digest = hashlib.sha256(path.name.encode()).hexdigest() if too_large else sha256_of(path)
    # Kept: it is read where it lies, whatever the inbox is.
    file = InboxFile(profile.source, period, str(path.resolve()), stat.st_size, stat.st_mtime, digest, is_kept=True)
    log = reception.lake.log
    history = {d.periode: d.raekker_modtaget for d in active_in(log) if d.kilde == profile.source} if log.exists else {}
    with tempfile.TemporaryDirectory(prefix="kdi-check-") as folder:
        audit = read_again(reception, profile, file, Path(folder))
        refused, _ = gate([audit], profile, history, Path(folder) / "data_docs")
    name = f"{profile.source}/{path.name}"
    notes = [f"{name}: {note}" for note in audit.notes]
    findings = [f"{name}: {finding}" for finding in audit.findings[:_MOST_SHOWN]]
    if len(audit.findings) > _MOST_SHOWN:
        findings.append(f"{name}: og {danish.number(len(audit.findings) - _MOST_SHOWN)} fund til.")
    if refused[file.delivery_id]:
        return Judged(False, (f"FEJL {name}: vil blive afvist.", *findings, *notes))
    if audit.rows_rejected:
        share = f"{danish.number(audit.rows_rejected)} af {danish.number(audit.rows)} rækker"
        return Judged(False, (f"FEJL {name}: {share} sættes i karantæne.", *findings, *notes))
    return Judged(True, (f"{name}: i orden, {danish.number(audit.rows)} rækker for {period}.", *findings, *notes))


def _reference(path: Path, on: date) -> Judged:
    """Together with the project's own files, as the intake judges a set."""
    name, content = path.stem, path.read_bytes()
    built_in = {each: built_in_file(each).read_bytes() for each in reference_profiles()}
    judged = judge({name: content}, {}, built_in, on)
    if judged.faults:
        return Judged(False, tuple(f"FEJL {describe(n, faults)}" for n, faults in judged.faults.items()))
    rows = danish.number(judged.table(name).num_rows)
    return Judged(True, (f"reference/{path.name}: i orden, {rows} rækker.", *judged.notes))
