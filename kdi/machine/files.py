"""Hashes of files, folders that must reach the disk, and copies that prove what they copied.

One flipped byte in a Parquet page gives a wrong sum without a word, so nothing is read that has
not been compared with the hash written down when it was made. Only what a load reads is compared;
the scrub looks at the rest.
"""

import contextlib
import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


class Damaged(Exception):
    """A stored file is gone or is not what was stored; the message names it and says what to do."""


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def damaged_among(files: Iterable[tuple[Path, str]], done: Callable[[int], object] = lambda _: None) -> list[Path]:
    """Files that are gone or do not have their SHA-256; two are read at a time.

    Args:
        done: told of each file that has been read.
    """

    def is_damaged(file: tuple[Path, str]) -> bool:
        path, expected = file
        try:
            return sha256_of(path) != expected
        except OSError:  # gone, or the disk gives an error
            return True
        finally:
            done(1)

    files = list(files)
    with ThreadPoolExecutor(2) as pool:
        return [path for (path, _), bad in zip(files, pool.map(is_damaged, files), strict=True) if bad]


def copy_verified(source: Path, target: Path, expected: str) -> None:
    """Copy a file while its bytes are hashed beside: both read the same pages, so they come from the disk once.

    Args:
        expected: the SHA-256 it must have; empty when none was written down.

    Raises:
        Damaged: the file does not have the hash expected.
    """
    with ThreadPoolExecutor(1) as beside:
        digest = beside.submit(sha256_of, source) if expected else None
        shutil.copyfile(source, target)
    if digest and digest.result() != expected:
        raise Damaged(f"{source}: indholdet er ikke det, der blev gemt. Kør kdi scrub.")


def begin_to_sync(*files: Path) -> None:
    """Start putting files on disk beside other work: whoever waits for it later has little left to wait for.

    A day's load copies a release of a gigabyte; its disk would else begin at the first checkpoint that needs it.
    """

    def sync() -> None:
        for file in files:
            with contextlib.suppress(OSError), file.open("rb") as stream:
                os.fdatasync(stream.fileno())

    threading.Thread(target=sync, daemon=True).start()


def sync_folder(folder: Path) -> None:
    """Put a folder's list of names on disk: a rename is durable only then."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
