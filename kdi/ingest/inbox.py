"""What lies in the inbox: files of known sources, whole, and told apart by their content.

Nothing is moved or changed here; the inbox belongs to the suppliers.
"""

import fcntl
import hashlib
import re
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import fsspec

from expectations.profiles import Profile
from kdi.ingest.remote import Inbox
from kdi.ingest.undecided import Undecided, undecided
from kdi.notation import cpr, periods
from kdi.notation.periods import LOCAL_TIME_ZONE

_CHUNK = 1 << 20
_LINK = "en genvej (link)"
# What office programs and file managers leave beside the files that they show: nobody delivered it.
_NOBODYS = re.compile(r"~\$.*|\..*|thumbs\.db|desktop\.ini", re.IGNORECASE)
UNFINISHED_SUFFIXES = (".tmp", ".part", ".filepart", ".crdownload", ".swp", "~")


@dataclass(frozen=True)
class InboxFile:
    """A file in the inbox. ``sha256`` is empty until :func:`with_hashes` has read it.

    ``mark`` ends the delivery's name where the content's hash must not (:mod:`kdi.ingest.delivery_ids`).
    ``is_kept``: it lies in the platform's own quarantine instead, from where it is read once more.
    """

    source: str
    period: str
    path: str
    size: int
    modified: float
    sha256: str = ""
    is_kept: bool = False
    mark: str = ""

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]

    @property
    def delivery_id(self) -> str:
        """Readable and unique: source, period and a mark, which is the start of the content's hash if none is given."""
        return f"{self.source}_{self.period}_{self.mark or self.sha256[:12]}"


@dataclass(frozen=True)
class InboxListing:
    """One look into a source's folder.

    ``no_files`` are sentences on what has a delivery's name and is no plain file; ``undecided`` says that the folder
    itself cannot be read.
    """

    files: tuple[InboxFile, ...] = ()
    unfinished: tuple[str, ...] = ()
    unrecognised: tuple[str, ...] = ()
    no_files: tuple[str, ...] = ()
    undecided: tuple[Undecided, ...] = ()


def is_nobodys(name: str) -> bool:
    """Whether a file is a program's own (a lock file of Excel's, a folder's thumbnails) and is passed over quietly."""
    return bool(_NOBODYS.fullmatch(name))


def look(inbox: Inbox, profile: Profile) -> InboxListing:
    """List the whole files of ``profile``'s source, oldest first.

    Periods before the inbox's first day, and periods that have not begun, are unrecognised; a file modified in the
    last ``settle_seconds`` must keep its size that long.

    Returns:
        The files, those still being written, those whose name is not of this source, and what is no file.

    Raises:
        InboxUnreachable: the inbox is not there, holds no source's folder, or is remote and cannot be read now.
    """
    fs, root = inbox.open()
    folder = f"{root}/{profile.source}"
    with inbox.errors():
        try:
            entries = fs.ls(folder, detail=True) if fs.isdir(folder) else []
        except PermissionError as error:
            if not is_local(fs):
                raise
            return InboxListing(undecided=(undecided(profile.source, "", error),))
        if not entries:
            inbox.demand(fs, root)
    whole, unfinished, unrecognised, no_files = [], [], [], []
    for entry in entries:
        name = entry["name"].rsplit("/", 1)[-1]
        if is_nobodys(name):
            continue
        if kind := _other_than_a_file(entry):
            if profile.period_of(name) or kind == _LINK:
                no_files.append(f"{cpr.masked(name)}: er {kind}, ikke en fil, og læses ikke; læg selve filen her")
            continue
        if name.endswith(UNFINISHED_SUFFIXES):
            unfinished.append(cpr.masked(name))
        elif (period := profile.period_of(name)) is None or not _is_known(period, inbox.first_day):
            unrecognised.append(cpr.masked(name))
        else:
            whole.append(InboxFile(profile.source, period, entry["name"], entry["size"], modified(entry)))
    growing = still_written(fs, whole, inbox.settle_seconds)
    unfinished += [file.name for file in whole if file.path in growing]
    files = sorted((file for file in whole if file.path not in growing), key=lambda f: (f.modified, f.name))
    return InboxListing(tuple(files), tuple(sorted(unfinished)), tuple(sorted(unrecognised)), tuple(sorted(no_files)))


def _other_than_a_file(entry: dict) -> str | None:
    """What an entry of a folder is, in Danish; None for a file."""
    if entry["type"] == "link" or entry.get("islink", False):
        return _LINK  # it could name any file of this machine
    return {"file": None, "directory": "en mappe"}.get(entry["type"], "en kanal eller enhed")


def with_hashes(files: Iterable[InboxFile], inbox: Inbox) -> tuple[list[InboxFile], list[Undecided]]:
    """The same files with the SHA-256 of their bytes, and those of a local inbox that cannot be read."""
    fs, _ = inbox.open()

    def hashed(file: InboxFile) -> InboxFile | Undecided:
        try:
            return replace(file, sha256=_sha256_of(file, fs))
        except OSError as error:
            if not is_local(fs):
                raise
            return undecided(file.source, file.name, error)

    with inbox.errors(), ThreadPoolExecutor(max_workers=2) as pool:
        found = list(pool.map(hashed, files))
    return [f for f in found if isinstance(f, InboxFile)], [f for f in found if isinstance(f, Undecided)]


def _sha256_of(file: InboxFile, fs: fsspec.AbstractFileSystem) -> str:
    digest = hashlib.sha256()
    if not is_local(fs):
        with fs.open(file.path, "rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()
    buffer = memoryview(bytearray(_CHUNK))
    # Unbuffered: a second copy of every byte would more than double the time.
    with open(file.path, "rb", buffering=0) as stream:
        while count := stream.readinto(buffer):
            digest.update(buffer[:count])
    return digest.hexdigest()


def local_path(file: InboxFile, inbox: Inbox, scratch: Path) -> Path | None:
    """A local path with the file's bytes: itself, or a copy in ``scratch`` for a remote inbox.

    None when a remote file is no longer the one that was hashed; the next look finds it anew.
    """
    if file.is_kept:
        return Path(file.path)
    fs, _ = inbox.open()
    if is_local(fs):
        return Path(file.path)
    copy = scratch / file.name
    digest = hashlib.sha256()
    left = file.size
    with inbox.errors(), fs.open(file.path, "rb") as stream, copy.open("wb") as target:
        while left >= 0 and (chunk := stream.read(_CHUNK)):
            left -= len(chunk)
            digest.update(chunk)
            target.write(chunk)
    return copy if digest.hexdigest() == file.sha256 else None


def is_local(fs: fsspec.AbstractFileSystem) -> bool:
    """Whether paths of the file system can be opened directly."""
    return "file" in (fs.protocol if isinstance(fs.protocol, tuple) else (fs.protocol,))


def _is_known(period: str, first_day: date) -> bool:
    try:
        day = periods.first_day(period)
    except ValueError:
        return False
    return first_day.replace(day=1) <= day <= datetime.now(ZoneInfo(LOCAL_TIME_ZONE)).date()


def modified(entry: dict) -> float:
    """When a file was changed, in seconds since 1970, as its file system lists it; 0 where it does not say."""
    stamp = entry.get("mtime") or entry.get("LastModified") or entry.get("last_modified") or 0.0
    return stamp.timestamp() if isinstance(stamp, datetime) else float(stamp)


def still_written(fs: fsspec.AbstractFileSystem, files: list[InboxFile], settle_seconds: float) -> set[str]:
    """Paths of files that a writer holds open or whose size changes while we wait."""
    held = {file.path for file in files if _open_for_writing(file.path)}
    young = [f for f in files if f.path not in held and time.time() - f.modified < settle_seconds]
    if young:
        time.sleep(settle_seconds)
        held |= {f.path for f in young if not fs.exists(f.path) or fs.size(f.path) != f.size}
    return held


def _open_for_writing(path: str) -> bool:
    """Whether a process on this machine has the file open for writing (Linux file leases).

    A read lease is refused exactly then. Where leases do not exist the size test must do.
    """
    try:
        with open(path, "rb") as stream:
            fcntl.fcntl(stream, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(stream, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except (OSError, AttributeError):
        return False
    return False
