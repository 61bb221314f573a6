"""Names of deliveries with small counts: they say which of its period a delivery is, and nothing of what is in it.

A name from the content's hash would let whoever knows the rest of a file try the few values that a hidden count can
have. Names are published, and stand in Dagster and in logs.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from expectations.profiles import Profile
from kdi.ingest.inbox import InboxFile
from kdi.lake.delivery import Delivery


def named(files: Iterable[InboxFile], profile: Profile, known: Iterable[Delivery]) -> list[InboxFile]:
    """The same files with the names of their deliveries: those they have, or the next of their period.

    Args:
        files: of one source, with hashes, oldest first.
        known: the source's deliveries so far.
    """
    if not profile.hides_counts:
        return list(files)
    marks = {(d.periode, d.sha256): d.leverance_id.rsplit("_", 1)[1] for d in known}
    found = []
    for file in files:
        if (file.period, file.sha256) not in marks:
            marks[file.period, file.sha256] = _next_mark(
                file, {m for (period, _), m in marks.items() if period == file.period}
            )
        found.append(replace(file, mark=marks[file.period, file.sha256]))
    return found


def _next_mark(file: InboxFile, taken: set[str]) -> str:
    """Shaped as the start of a hash, because deliveries from before have that."""
    number = len(taken) + 1
    while (mark := hashlib.sha256(f"{file.source}/{file.period}/{number}".encode()).hexdigest()[:12]) in taken:
        number += 1
    return mark
