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
from kdi.lake.delivery_log import DECISIONS, LOG, REFUSED, DeliveryLog
from kdi.machine import object_storage, progress
from kdi.machine.files import sha256_of
from kdi.machine.lock import file_lock
from kdi.machine.object_storage import S3

_LINES = (DECISIONS, REFUSED)
_OWNER = "ejer.json"
# A store answers in tens of milliseconds, whatever the file's size; more at once use the line better.
_AT_ONCE = 8


class DepotUnreachable(Unreachable):
    """The store cannot be reached, or belongs to another installation; the text says what to do."""


class Depot:
    """The store of one lake; without an address all of this does nothing."""

    def __init__(self, folder: Path, url: str, s3: S3) -> None:
        self._folder, self._url, self._s3 = folder, url, s3
        self._log = DeliveryLog(folder / LOG)

    def keep(self, deliveries: Iterable[Delivery]) -> None:
        """Put the files of deliveries in the store, before the log names them.

        Raises:
            DepotUnreachable: they are not there; the log must not name them.
        """
        if self._url:
            self._upload(*self._join(), [name for d in deliveries if d.parquet for name in _names(d)])

    def remove(self, names: list[str]) -> None:
        """Delete files of the lake from the store too, as far as they are there.

        Raises:
            DepotUnreachable: they may still be there.
        """
        if not self._url:
            return
        files, root = self._join()
        with self._errors():
            for name in names:
                if files.exists(f"{root}/{name}"):
                    files.rm_file(f"{root}/{name}")

    def keep_reference(self, folder: Path) -> None:
        """The same for a set of reference data."""
        if self._url:
            self._upload(*self._join(), [str(path.relative_to(self._folder)) for path in folder.iterdir()])

    def keep_log(self) -> None:
        """Put the log and the decisions, as they are now, in the store.

        Raises:
            DepotUnreachable: the store has the log of before; the next call makes up for it.
        """
        if not self._url:
            return
        files, root = self._join()
        # A decision takes no writer's lock; without one an older copy could be put over a newer.
        with file_lock(self._folder.parent / "lager.lock"), tempfile.TemporaryDirectory() as folder, self._errors():
            copy = Path(folder) / LOG
            self._log.copy_to(copy)
            files.put_file(str(copy), f"{root}/{LOG}")
            for name in _LINES:
                if (lines := self._folder / name).exists():
                    files.put_file(str(lines), f"{root}/{name}")

    def fetch(self, deliveries: Iterable[Delivery]) -> None:
        """Fetch the files of deliveries from the store; what is not there, or not what was stored, is left as it is.

        Raises:
            DepotUnreachable: the store cannot be reached.
        """
        if not self._url:
            return
        files, root = self._open()

        progress.stage("Henter fra lageret", len(deliveries := list(deliveries)))

        def one(delivery: Delivery) -> None:
            progress.advance()
            target = self._folder / delivery.parquet
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_suffix(".parquet.del")
            try:
                files.get_file(f"{root}/{delivery.parquet}", str(partial))
            except FileNotFoundError:
                return
            if sha256_of(partial) == delivery.parquet_sha256:
                os.replace(partial, target)
            partial.unlink(missing_ok=True)

        with self._errors(), ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(one, deliveries))

    def take_over(self) -> int:
        """Make this machine's empty lake the store's, and the store this machine's; returns the number of deliveries.

        Call with the writer's lock held. Files whose bytes are not what was stored are left out; the
        next scrub names them.

        Raises:
            DepotUnreachable: the store cannot be reached or has no lake, or this machine has one.
        """
        files, root = self._open()
        if self._log.exists and self._log.all():
            raise DepotUnreachable(f"{self._folder} har allerede en sø; intet er hentet. Flyt den, og kør igen.")
        with self._errors():
            if not files.exists(f"{root}/{LOG}"):
                raise DepotUnreachable("Lageret i KDI_LAKE har ingen sø at hente. Tjek adressen.")
            self._claim(files, root)  # from here on the other machine's log can overwrite nothing
            with tempfile.TemporaryDirectory(prefix=".indgaaende-", dir=self._folder) as folder:
                copy = Path(folder) / LOG
                files.get_file(f"{root}/{LOG}", str(copy))
                deliveries = DeliveryLog(copy).all()
                self._fetch_reference(files, root)
                self.fetch([d for d in deliveries if d.parquet])
                for name in [*(names for d in deliveries if d.parquet for names in _names(d)[1:]), *_LINES]:
                    if files.exists(f"{root}/{name}"):
                        files.get_file(f"{root}/{name}", str(self._folder / name))
                os.sync()
                os.replace(copy, self._folder / LOG)  # last: it names what is there now
        return len(deliveries)

    def _fetch_reference(self, files: fsspec.AbstractFileSystem, root: str) -> None:
        for path in files.find(f"{root}/reference"):
            target = self._folder / path.removeprefix(root).lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            files.get_file(path, str(target))

    def _open(self) -> tuple[fsspec.AbstractFileSystem, str]:
        if object_storage.is_s3(self._url):
            return self._s3.open(self._url)
        files, root = fsspec.core.url_to_fs(self._url, auto_mkdir=True)
        return files, str(root).rstrip("/")

    def _errors(self) -> AbstractContextManager[None]:
        if object_storage.is_s3(self._url):
            return object_storage.errors("KDI_LAKE", DepotUnreachable)
        return nullcontext()

    def _join(self) -> tuple[fsspec.AbstractFileSystem, str]:
        """The store, when it is ours; one that is nobody's gets all that this machine has, and becomes ours."""
        files, root = self._open()
        own = self._folder / _OWNER
        ours = own.read_text(encoding="utf-8") if own.exists() else ""
        with self._errors():
            theirs = files.cat_file(f"{root}/{_OWNER}").decode() if files.exists(f"{root}/{_OWNER}") else ""
        if not theirs:
            named = [name for d in self._log.all() if d.parquet for name in _names(d)]
            sets = [str(p.relative_to(self._folder)) for p in (self._folder / "reference").glob("[!.]*/*")]
            self._upload(files, root, [name for name in [*named, *sets] if (self._folder / name).exists()])
            self._claim(files, root)
        elif ours != theirs:
            raise DepotUnreachable(
                f"Lageret i KDI_LAKE er overtaget af en anden installation ({json.loads(theirs)['maskine']}); intet er"
                " skrevet. Er denne maskine ny, så hent søen med kdi restore. Er den gammel, så stop den."
            )
        return files, root

    def _claim(self, files: fsspec.AbstractFileSystem, root: str) -> None:
        token = json.dumps({"installation": secrets.token_hex(8), "maskine": socket.gethostname()})
        with self._errors():
            files.pipe_file(f"{root}/{_OWNER}", token.encode())
        self._folder.mkdir(parents=True, exist_ok=True)
        partial = self._folder / f"{_OWNER}.del"
        partial.write_text(token, encoding="utf-8")
        os.replace(partial, self._folder / _OWNER)

    def _upload(self, files: fsspec.AbstractFileSystem, root: str, names: list[str]) -> None:
        with self._errors(), ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(lambda name: files.put_file(str(self._folder / name), f"{root}/{name}"), names))


def _names(delivery: Delivery) -> list[str]:
    return [delivery.parquet, str(Path(delivery.parquet).with_suffix(".json"))]
