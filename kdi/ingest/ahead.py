"""Reads deliveries ahead of the runs that take them in.

Reading is most of an intake's work and needs no lock: nothing counts before the delivery log says
so. A load begins it for all sources at once; it then goes on beside Dagster's work, which keeps one
core busy whatever the volume.
"""

import fcntl
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from expectations.profiles import profiles
from kdi.ingest import inbox, sandbox, workers
from kdi.ingest.audit import Audit
from kdi.ingest.inbox import InboxFile
from kdi.ingest.reading import Allowance, Part
from kdi.ingest.remote import Inbox
from kdi.lake.store import Lake
from kdi.machine import progress
from kdi.machine.lock import writer_lock

# By lake, source, period and content: the part in which the file is read. A delivery's name may be another's by then.
_begun: dict[tuple[Path, str, str, str], Future[list[Audit]]] = {}
_LOCK = "laas"


@contextmanager
def reading_ahead(
    where: Inbox, lake: Lake, allowed: Allowance, files: Mapping[str, Iterable[InboxFile]]
) -> Iterator[None]:
    """Read files of a local inbox during a block, in which runs of this process take them in.

    What nobody asked for by its end is thrown away; a remote inbox is read by the runs themselves.

    Args:
        files: those to read, by source, in the order in which they will be asked for.
    """
    fs, _ = where.open()
    wanted = {
        source: [(f, Path(f.path)) for f in some if f.size <= allowed.bounds.file] for source, some in files.items()
    }
    size = sum(file.size for some in wanted.values() for file, _ in some)
    if not size or not inbox.is_local(fs):
        yield
        return
    sandbox.warm_up()
    with _folder(lake) as scratch, ThreadPoolExecutor(workers.at_once(size)) as threads:
        keys = []
        try:
            for source, some in wanted.items():
                for part in workers.parts_of(allowed, profiles()[source], some, scratch):
                    future = threads.submit(workers.audit, part)
                    future.add_done_callback(partial(_told, part))
                    for file, _ in part.files:
                        keys.append(_key(lake, file))
                        _begun[keys[-1]] = future
            yield
        finally:
            threads.shutdown(cancel_futures=True)
            for key in keys:
                _begun.pop(key, None)


def _told(part: Part, _: Future[list[Audit]]) -> None:
    progress.advance(len(part.files))


def begun(lake: Lake, files: Iterable[InboxFile]) -> tuple[list[Audit], list[InboxFile]]:
    """Audits of the files whose reading has begun, waited for, and the other files."""
    waited: dict[Future[list[Audit]], dict[tuple[Path, str, str, str], InboxFile]] = {}
    others = []
    for file in files:
        key = _key(lake, file)
        future = _begun.pop(key, None)
        if future:
            waited.setdefault(future, {})[key] = file
        else:
            others.append(file)
    audits = []
    for future, wanted in waited.items():
        for audit in future.result():
            key = _key(lake, audit.file)
            if key in wanted:
                audit.file = wanted[key]
                audits.append(audit)
    return audits, others


def _key(lake: Lake, file: InboxFile) -> tuple[Path, str, str, str]:
    return lake.folder, file.source, file.period, file.sha256


def is_in_use(folder: Path) -> bool:
    """Whether a living process reads ahead into this folder of the lake."""
    try:
        with (folder / _LOCK).open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


@contextmanager
def _folder(lake: Lake) -> Iterator[Path]:
    """A scratch folder that no other process takes for the leftover of a killed one."""
    lake.folder.mkdir(parents=True, exist_ok=True)
    with writer_lock(lake.writer_lock):  # leftovers are removed with it held
        folder = tempfile.TemporaryDirectory(prefix=".indgaaende-", dir=lake.folder, ignore_cleanup_errors=True)
        lock = (Path(folder.name) / _LOCK).open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
    with folder as name, lock:
        yield Path(name)
