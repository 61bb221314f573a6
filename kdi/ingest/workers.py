"""Audits many files in limited processes, some files to each and two processes at once."""

import errno
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from expectations.findings import Finding
from expectations.profiles import Profile
from kdi.ingest import sandbox
from kdi.ingest.audit import Audit
from kdi.ingest.inbox import InboxFile
from kdi.ingest.reading import Allowance, Part, audit_part
from kdi.ingest.sandbox import Stopped
from kdi.ingest.undecided import is_of_the_machine, undecided

Fetched = list[tuple[InboxFile, Path]]

# Files of one statement: enough to fill it, few enough that its rows fit in half the memory limit.
_BATCH_BYTES = 96 << 20
_BATCH_FILES = 48
_WORKERS = 2
# Two at once take twice the memory; below this the work is done in a few seconds anyway.
_WORTH_WORKERS_BYTES = 200 << 20


def audit_all(allowed: Allowance, profile: Profile, files: Fetched, scratch: Path) -> list[Audit]:
    """Audits of files with their local paths, in no particular order; sound rows lie in ``scratch``."""
    parts = parts_of(allowed, profile, files, scratch)
    with ThreadPoolExecutor(at_once(sum(part.size for part in parts))) as threads:
        found = list(threads.map(audit, parts))
    return [each for audits in found for each in audits]


def at_once(size: int) -> int:
    """How many processes are worth their memory for ``size`` bytes.

    Processes, not threads: two engines in one process hold each other up to half speed.
    """
    return _WORKERS if size >= _WORTH_WORKERS_BYTES else 1


def parts_of(allowed: Allowance, profile: Profile, files: Fetched, scratch: Path) -> list[Part]:
    """The files in parts for one process each, with folders of their own below ``scratch``."""
    return [
        Part(tuple(some), profile, allowed, scratch / f"{profile.source}-{number}")
        for number, some in enumerate(_shares(files))
    ]


def audit(part: Part) -> list[Audit]:
    """The part's audits. A file that its process does not bear is found by giving each one of its own.

    Raises:
        OSError: the disk is full, or something else that any file would meet.
    """
    try:
        return sandbox.run(audit_part, part, part.allowed.process)
    except Exception as error:
        if is_of_the_machine(error):
            raise
        first = error
    if len(part.files) == 1:
        return [_alone(replace(part, folder=part.folder.with_name(f"{part.folder.name}-igen")), first)]
    alone = [
        replace(part, files=(each,), folder=part.folder / f"alene{number}") for number, each in enumerate(part.files)
    ]
    return [found for each in alone for found in audit(each)]


def _alone(part: Part, error: Exception) -> Audit:
    """The audit of a file with which something went wrong when it was alone; a killed process is tried once more."""
    ((file, path),) = part.files
    if isinstance(error, Stopped) and error.is_killed:
        try:
            (found,) = sandbox.run(audit_part, part, part.allowed.process)
            return found
        except Exception as second:
            error = second
    if isinstance(error, Stopped):
        return Audit(file, path, findings=[Finding("for_tung_fil", detalje=error.reason)])
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        reason = f"den fylder mere end {part.allowed.bounds.unpacked / 1e9:.1f} GB pakket ud".replace(".", ",")
        return Audit(file, path, findings=[Finding("for_tung_fil", detalje=reason)])
    return Audit(file, path, undecided=undecided(file.source, file.name, error))


def _shares(files: Fetched) -> Iterator[Fetched]:
    share: Fetched = []
    size = 0
    for file, path in files:
        most = 1 if path.suffix.lower() in (".xlsx", ".json") else _BATCH_FILES
        if share and (len(share) >= most or size + file.size > _BATCH_BYTES):
            yield share
            share, size = [], 0
        share.append((file, path))
        size += file.size
    if share:
        yield share
