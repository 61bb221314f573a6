"""Hashes of files, folders that must reach the disk, and copies that prove what they copied.

One flipped byte in a Parquet page gives a wrong sum without a word, so nothing is read that has
not been compared with the hash written down when it was made. Only what a load reads is compared;
the scrub looks at the rest.
"""

import hashlib
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_CHUNK = 1 << 20


class Damaged(Exception):
    """A stored file is gone or is not what was stored; the message names it and says what to do."""


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def damaged_among(files: Iterable[tuple[Path, str]]) -> list[Path]:
    """Files that are gone or do not have their SHA-256; two are read at a time."""

    def is_damaged(file: tuple[Path, str]) -> bool:
        path, expected = file
        try:
            return sha256_of(path) != expected
        except OSError:  # gone, or the disk gives an error
            return True

    files = list(files)
    with ThreadPoolExecutor(2) as pool:
        return [path for (path, _), bad in zip(files, pool.map(is_damaged, files), strict=True) if bad]


def copy_verified(source: Path, target: Path, expected: str) -> None:
    """Copy a file, hashing the bytes on their way.

    Args:
        expected: the SHA-256 it must have; empty when none was written down.

    Raises:
        Damaged: the copy does not have the hash expected.
    """
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(_CHUNK))
    with source.open("rb", buffering=0) as reader, target.open("wb", buffering=0) as writer:
        while count := reader.readinto(buffer):
            digest.update(buffer[:count])
            done = 0
            while done < count:
                done += writer.write(buffer[done:count])
    if expected and digest.hexdigest() != expected:
        raise Damaged(f"{source}: indholdet er ikke det, der blev gemt. Kør kdi scrub.")


def sync_folder(folder: Path) -> None:
    """Put a folder's list of names on disk: a rename is durable only then."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
