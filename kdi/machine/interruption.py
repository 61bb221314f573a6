"""Ctrl-C and SIGTERM: a command ends at once with one sentence, wherever it is.

Nothing is unwound. Every step that changes something may be cut off at any moment and is repaired by
the next load (``tests/reliability``), so what is quickest is also what is safest: tell Dagster that
the run is over, end the children, leave. The work has a thread of its own, for the main thread alone
is given signals, and a library that answers them in its own way (Dagster goes on with the next step)
or not at all (a long statement) would be asked first.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn, TypeVar

_Result = TypeVar("_Result")

_STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143}
# A promise of two seconds: this much is for what should be told to others, the rest for ending.
_FAREWELL_SECONDS = 1.0
_farewells: list[Callable[[], object]] = []


class _Interrupted(BaseException):
    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def farewell(action: Callable[[], object]) -> Iterator[None]:
    """Have ``action`` done if this process is interrupted during a block; it may be given up after a second."""
    _farewells.append(action)
    try:
        yield
    finally:
        _farewells.remove(action)


def interruptible(work: Callable[[], _Result], told: str) -> _Result:
    """Do work that SIGINT and SIGTERM may end at any moment, with status 130 or 143.

    Args:
        told: the sentence on stderr.
    """
    if threading.current_thread() is not threading.main_thread():
        return work()
    results: list[_Result] = []
    errors: list[BaseException] = []

    def do() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    before = {number: signal.signal(number, _interrupt) for number in _STATUS}
    try:
        thread = threading.Thread(target=do, name="kommando", daemon=True)
        thread.start()
        while thread.is_alive():
            thread.join(3600)
    except _Interrupted as interrupted:
        _leave(_STATUS[signal.Signals(interrupted.number)], told)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if errors:
        raise errors[0]
    return results[0]


def _interrupt(number: int, _: object) -> NoReturn:
    raise _Interrupted(number)


def _leave(status: int, told: str) -> NoReturn:
    try:
        # A second Ctrl-C, or a farewell that takes too long, changes nothing that matters.
        for number in _STATUS:
            signal.signal(number, lambda *_: _end(status, told))
        threads = [threading.Thread(target=action, daemon=True) for action in reversed(_farewells)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(_FAREWELL_SECONDS / len(threads))
    finally:
        _end(status, told)


def _end(status: int, told: str) -> NoReturn:
    try:
        stderr = os.dup(2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # threads go on, and would tell of the children that they miss
        if sys.platform == "linux":
            for child in _descendants(os.getpid()):
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
        os.write(stderr, f"\r\x1b[K{told}\n".encode() if os.isatty(stderr) else f"{told}\n".encode())
    finally:
        os._exit(status)


def _descendants(process: int) -> Iterator[int]:
    """Children of a process and theirs, the deepest first."""
    for listed in Path(f"/proc/{process}/task").glob("*/children"):
        for child in listed.read_text(encoding="ascii").split():
            yield from _descendants(int(child))
            yield int(child)
