"""Locks that the kernel frees when their holder is killed.

The writer's lock: one process writes lake, build or releases, whoever started it. Dagster's pool
of one keeps its own steps apart; the lock also holds against a second ``kdi load`` and covers all
steps of a build.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

_held: dict[Path, TextIOWrapper] = {}


def acquire(path: Path) -> None:
    """Wait for the writer's lock and keep it until :func:`release` or the end of the process."""
    if path in _held:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    stream = path.open("a")
    fcntl.flock(stream, fcntl.LOCK_EX)
    _held[path] = stream


def release(path: Path) -> None:
    """Let the next writer in; does nothing when the lock is not held."""
    stream = _held.pop(path, None)
    if stream:
        stream.close()


@contextmanager
def writer_lock(path: Path) -> Iterator[None]:
    """Hold the writer's lock for a block. A block inside a build keeps the build's lock."""
    outer = path in _held
    acquire(path)
    try:
        yield
    finally:
        if not outer:
            release(path)


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold a lock of its own kind for a block; not to be taken twice by one process."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
