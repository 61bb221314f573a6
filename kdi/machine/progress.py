"""What a command is at, how far, and how long still: on a terminal a line that moves, in a log plain lines.

The work says where it is with :func:`stage` and :func:`advance`, which do nothing unless a command
shows its progress. Nothing is written where nobody looks: a pipe gets lines only when asked for.
"""

import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO, TypeVar

_Item = TypeVar("_Item")

_SECONDS_BETWEEN_LINES = 10.0


class _Display(Protocol):
    def stage(self, name: str, total: int | None) -> None: ...
    def expect(self, total: int) -> None: ...
    def advance(self, count: int) -> None: ...
    def close(self) -> None: ...


_display: _Display | None = None
_ONE_AT_A_TIME = threading.Lock()


def is_shown() -> bool:
    """Whether somebody looks."""
    return _display is not None


def stage(name: str, total: int | None = None) -> None:
    """A new stage of the work begins, with so many things to do if that is known."""
    with _ONE_AT_A_TIME:
        if _display:
            _display.stage(name, total)


def expect(total: int) -> None:
    """So many things are to be done in this stage, as has just been found."""
    with _ONE_AT_A_TIME:
        if _display:
            _display.expect(total)


def advance(count: int = 1) -> None:
    """So many more things of the stage are done."""
    with _ONE_AT_A_TIME:
        if _display:
            _display.advance(count)


def each(items: Iterable[_Item]) -> Iterator[_Item]:
    """The items, each counted as done when the next is asked for."""
    for item in items:
        yield item
        advance()


@contextmanager
def shown(asked: bool | None = None) -> Iterator[None]:
    """Show the progress of a block on stderr.

    Args:
        asked: None: on a terminal only; True: elsewhere too, as plain lines; False: nowhere.
    """
    global _display
    stream = sys.stderr
    if asked is False or (asked is None and not stream.isatty()):
        yield
        return
    _display = _Line(stream) if stream.isatty() else _Lines(stream)
    try:
        yield
    finally:
        hide()


def hide() -> None:
    """Take the progress away, so that something else can be written."""
    global _display
    with _ONE_AT_A_TIME:
        if _display:
            _display.close()
        _display = None


class _Line:
    """One line of a terminal, gone when the work is done."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        self._progress = Progress(
            SpinnerColumn("line"),
            TextColumn("{task.description}", markup=False),
            BarColumn(16),
            TextColumn("{task.fields[counted]}", markup=False),
            TimeElapsedColumn(),
            TextColumn("tilbage"),
            TimeRemainingColumn(),
            console=Console(file=stream, highlight=False),
            transient=True,
            redirect_stdout=sys.stdout.isatty(),  # what is said meanwhile goes above the line
            redirect_stderr=False,
        )
        self._task = self._progress.add_task("", total=None, counted="")
        self._progress.start()

    def stage(self, name: str, total: int | None) -> None:
        self._progress.reset(self._task, description=name, total=total, counted=_counted(0, total))

    def expect(self, total: int) -> None:
        self._progress.update(self._task, total=total)

    def advance(self, count: int) -> None:
        task = self._progress.tasks[0]
        total = int(task.total) if task.total is not None else None
        self._progress.update(self._task, advance=count, counted=_counted(int(task.completed) + count, total))

    def close(self) -> None:
        self._progress.stop()


class _Lines:
    """A line per stage, and one every ten seconds while it lasts."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._name, self._done = "", 0
        self._total: int | None = None
        self._begun = self._written = time.monotonic()

    def stage(self, name: str, total: int | None) -> None:
        self._name, self._total, self._done = name, total, 0
        self._begun = time.monotonic()
        self._write("")

    def expect(self, total: int) -> None:
        self._total = total

    def advance(self, count: int) -> None:
        self._done += count
        now = time.monotonic()
        if now - self._written < _SECONDS_BETWEEN_LINES:
            return
        left = (now - self._begun) / self._done * (self._total - self._done) if self._total else 0
        self._write(f", cirka {left:.0f} s tilbage" if left > 0 else "")

    def _write(self, left: str) -> None:
        self._written = time.monotonic()
        counted = _counted(self._done, self._total)
        self._stream.write(f"{time.strftime('%H:%M:%S')} {self._name}{' ' if counted else ''}{counted}{left}\n")
        self._stream.flush()

    def close(self) -> None:
        pass


def _counted(done: int, total: int | None) -> str:
    if total is None:
        return f"{done}" if done else ""
    return f"{done} af {total}"
