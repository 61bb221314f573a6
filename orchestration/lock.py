"""The writer's lock: one process writes lake, build and releases, whoever started it.

Dagster's pool of one keeps its own steps apart; the lock also holds against a second ``kdi load``,
covers all steps of a build, and is freed by the kernel when its holder is killed.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

from orchestration.settings import Settings

_held: dict[Path, TextIOWrapper] = {}


def acquire(settings: Settings) -> None:
    """Wait for the lock and keep it until :func:`release` or the end of the process."""
    path = settings.writer_lock
    if path in _held:
        return
    settings.root.mkdir(parents=True, exist_ok=True)
    stream = path.open("a")
    fcntl.flock(stream, fcntl.LOCK_EX)
    _held[path] = stream


def is_held(settings: Settings) -> bool:
    """Whether this process holds the lock."""
    return settings.writer_lock in _held


def release(settings: Settings) -> None:
    """Let the next writer in; does nothing when the lock is not held."""
    stream = _held.pop(settings.writer_lock, None)
    if stream:
        stream.close()


@contextmanager
def writer_lock(settings: Settings) -> Iterator[None]:
    """Hold the lock for a block. A block inside a build keeps the build's lock."""
    outer = is_held(settings)
    acquire(settings)
    try:
        yield
    finally:
        if not outer:
            release(settings)
