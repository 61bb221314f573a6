"""The lake's permanent place on an object store (``KDI_LAKE``): what is lost with a machine is found there.

Files lie there under the names they have in the lake's folder, which everything still reads: it is
compared with the hashes in the log before each use, and a file that is gone or damaged is fetched
again. A file is put there before the log names it, and the log after that, so the store's log never
names what the store lacks. One installation owns a store at a time: another one's log would
overwrite it.
"""

import json
import os
import secrets
import socket
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import fsspec

from kdi.faults import Unreachable
from kdi.lake.delivery import Delivery
from kdi.lake.delivery_log import DECISIONS, REFUSED, DeliveryLog
from kdi.machine import object_storage, progress
from kdi.machine.files import sha256_of
from kdi.machine.lock import file_lock
from kdi.settings import Settings

_LOG = "leverancer.sqlite"
_LINES = (DECISIONS, REFUSED)
_OWNER = "ejer.json"
# A store answers in tens of milliseconds, whatever the file's size; more at once use the line better.
_AT_ONCE = 8


class DepotUnreachable(Unreachable):
    """The store cannot be reached, or belongs to another installation; the text says what to do."""


def keep(settings: Settings, deliveries: Iterable[Delivery]) -> None:
    """Put the files of deliveries in the store, before the log names them. Does nothing without a store.

    Raises:
        DepotUnreachable: they are not there; the log must not name them.
    """
    if settings.lake_url:
        _put(settings, [name for d in deliveries if d.parquet for name in _names(d)])


def remove(settings: Settings, names: list[str]) -> None:
    """Delete files of the lake from the store too, as far as they are there. Does nothing without a store.

    Raises:
        DepotUnreachable: they may still be there.
    """
    if not settings.lake_url:
        return
    files, root = _join(settings)
    with _errors(settings):
        for name in names:
            if files.exists(f"{root}/{name}"):
                files.rm_file(f"{root}/{name}")


def keep_reference(settings: Settings, folder: Path) -> None:
    """The same for a set of reference data."""
    if settings.lake_url:
        _put(settings, [str(path.relative_to(settings.lake)) for path in folder.iterdir()])


def keep_log(settings: Settings) -> None:
    """Put the log and the decisions, as they are now, in the store. Does nothing without a store.

    Raises:
        DepotUnreachable: the store has the log of before; the next call makes up for it.
    """
    if not settings.lake_url:
        return
    files, root = _join(settings)
    # A decision takes no writer's lock; without one an older copy could be put over a newer.
    with file_lock(settings.root / "lager.lock"), tempfile.TemporaryDirectory() as folder, _errors(settings):
        copy = Path(folder) / _LOG
        DeliveryLog(settings.delivery_log).copy_to(copy)
        files.put_file(str(copy), f"{root}/{_LOG}")
        for name in _LINES:
            if (lines := settings.lake / name).exists():
                files.put_file(str(lines), f"{root}/{name}")


def fetch(settings: Settings, deliveries: Iterable[Delivery]) -> None:
    """Fetch the files of deliveries from the store; what is not there, or not what was stored, is left as it is.

    Raises:
        DepotUnreachable: the store cannot be reached.
    """
    if not settings.lake_url:
        return
    files, root = _open(settings)

    progress.stage("Henter fra lageret", len(deliveries := list(deliveries)))

    def one(delivery: Delivery) -> None:
        progress.advance()
        target = settings.lake / delivery.parquet
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".parquet.del")
        try:
            files.get_file(f"{root}/{delivery.parquet}", str(partial))
        except FileNotFoundError:
            return
        if sha256_of(partial) == delivery.parquet_sha256:
            os.replace(partial, target)
        partial.unlink(missing_ok=True)

    with _errors(settings), ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(one, deliveries))


def take_over(settings: Settings) -> int:
    """Make this machine's empty lake the store's, and the store this machine's; returns the number of deliveries.

    Call with the writer's lock held. Files whose bytes are not what was stored are left out; the
    next scrub names them.

    Raises:
        DepotUnreachable: the store cannot be reached or has no lake, or this machine has one.
    """
    files, root = _open(settings)
    log = DeliveryLog(settings.delivery_log)
    if log.exists and log.all():
        raise DepotUnreachable(f"{settings.lake} har allerede en sø; intet er hentet. Flyt den, og kør igen.")
    with _errors(settings):
        if not files.exists(f"{root}/{_LOG}"):
            raise DepotUnreachable("Lageret i KDI_LAKE har ingen sø at hente. Tjek adressen.")
        _claim(settings, files, root)  # from here on the other machine's log can overwrite nothing
        with tempfile.TemporaryDirectory(prefix=".indgaaende-", dir=settings.lake) as folder:
            copy = Path(folder) / _LOG
            files.get_file(f"{root}/{_LOG}", str(copy))
            deliveries = DeliveryLog(copy).all()
            _fetch_reference(settings, files, root)
            fetch(settings, [d for d in deliveries if d.parquet])
            for name in [*(names for d in deliveries if d.parquet for names in _names(d)[1:]), *_LINES]:
                if files.exists(f"{root}/{name}"):
                    files.get_file(f"{root}/{name}", str(settings.lake / name))
            os.sync()
            os.replace(copy, settings.delivery_log)  # last: it names what is there now
    return len(deliveries)


def _fetch_reference(settings: Settings, files: fsspec.AbstractFileSystem, root: str) -> None:
    for path in files.find(f"{root}/reference"):
        target = settings.lake / path.removeprefix(root).lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        files.get_file(path, str(target))


def _names(delivery: Delivery) -> list[str]:
    return [delivery.parquet, str(Path(delivery.parquet).with_suffix(".json"))]


def _open(settings: Settings) -> tuple[fsspec.AbstractFileSystem, str]:
    if object_storage.is_s3(settings.lake_url):
        return object_storage.open_s3(settings.lake_url, settings)
    files, root = fsspec.core.url_to_fs(settings.lake_url, auto_mkdir=True)
    return files, str(root).rstrip("/")


def _errors(settings: Settings) -> AbstractContextManager[None]:
    if object_storage.is_s3(settings.lake_url):
        return object_storage.errors("KDI_LAKE", DepotUnreachable)
    return nullcontext()


def _join(settings: Settings) -> tuple[fsspec.AbstractFileSystem, str]:
    """The store, when it is ours; one that is nobody's gets all that this machine has, and becomes ours."""
    files, root = _open(settings)
    own = settings.lake / _OWNER
    ours = own.read_text(encoding="utf-8") if own.exists() else ""
    with _errors(settings):
        theirs = files.cat_file(f"{root}/{_OWNER}").decode() if files.exists(f"{root}/{_OWNER}") else ""
    if not theirs:
        named = [name for d in DeliveryLog(settings.delivery_log).all() if d.parquet for name in _names(d)]
        sets = [str(p.relative_to(settings.lake)) for p in (settings.lake / "reference").glob("[!.]*/*")]
        _upload(settings, files, root, [name for name in [*named, *sets] if (settings.lake / name).exists()])
        _claim(settings, files, root)
    elif ours != theirs:
        raise DepotUnreachable(
            f"Lageret i KDI_LAKE er overtaget af en anden installation ({json.loads(theirs)['maskine']}); intet er"
            " skrevet. Er denne maskine ny, så hent søen med kdi restore. Er den gammel, så stop den."
        )
    return files, root


def _claim(settings: Settings, files: fsspec.AbstractFileSystem, root: str) -> None:
    token = json.dumps({"installation": secrets.token_hex(8), "maskine": socket.gethostname()})
    with _errors(settings):
        files.pipe_file(f"{root}/{_OWNER}", token.encode())
    settings.lake.mkdir(parents=True, exist_ok=True)
    partial = settings.lake / f"{_OWNER}.del"
    partial.write_text(token, encoding="utf-8")
    os.replace(partial, settings.lake / _OWNER)


def _put(settings: Settings, names: list[str]) -> None:
    files, root = _join(settings)
    _upload(settings, files, root, names)


def _upload(settings: Settings, files: fsspec.AbstractFileSystem, root: str, names: list[str]) -> None:
    with _errors(settings), ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(lambda name: files.put_file(str(settings.lake / name), f"{root}/{name}"), names))
