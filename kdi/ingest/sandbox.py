"""Runs work on bytes from outside in a process of its own, with limits on time, memory and disk.

A file can be made to take a parser's whole memory, or for ever; then its process ends, and the
delivery is refused like any other faulty one. Processes are forked from a server that has imported
the readers once (0.7 s, in the background): each costs some 10 ms, so that a small file hardly
notices.
"""

import os
import pickle
import resource
import signal
import sys
import traceback
import types
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import forkserver, get_context, set_forkserver_preload
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from threading import Lock
from typing import Any, TypeVar

from kdi.machine.children import end_with

_Given = TypeVar("_Given")
_Result = TypeVar("_Result")

_CONTEXT = get_context("forkserver")
_STARTING = Lock()


@dataclass(frozen=True)
class Limits:
    """What one process may take: seconds on the clock, bytes of memory, bytes in one file it writes."""

    seconds: float
    memory: int
    written: int


class Stopped(Exception):
    """The work was ended because it passed a limit; ``reason`` says which, in Danish.

    ``is_killed``: by somebody or something outside, so that another try may end better.
    """

    def __init__(self, reason: str, is_killed: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_killed = is_killed


def warm_up() -> None:
    """Start the server that processes are forked from; returns at once."""
    # DuckDB imports pandas at the first parameter it is given: a third of what a process of 100 MB takes.
    set_forkserver_preload(["kdi.ingest.reading", "pandas"])
    forkserver.ensure_running()


def run(function: Callable[[_Given], _Result], given: _Given, limits: Limits) -> _Result:
    """``function(given)``, evaluated in a limited process. Both must be picklable.

    Raises:
        Stopped: a limit was passed, or the process died.
        Exception: what ``function`` raised, with the place as a note.
    """
    receiver, sender = _CONTEXT.Pipe(duplex=False)
    process = _start(_evaluate, (sender, function, given, limits))
    sender.close()
    try:
        if not receiver.poll(limits.seconds):
            raise Stopped(f"det tog mere end {limits.seconds:.0f} sekunder")
        succeeded, result = receiver.recv()
    except EOFError:
        process.join()
        raise Stopped(_cause_of_death(process.exitcode, limits), process.exitcode == -signal.SIGKILL) from None
    finally:
        receiver.close()
        process.kill()
        process.join()
    if not succeeded:
        raise _limit_passed(result, limits) or result
    return result


def _start(target: Callable[..., None], arguments: tuple[Any, ...]) -> ForkServerProcess:
    """A started process that does not import this one's main module: Dagster's alone takes seconds."""
    with _STARTING:
        warm_up()
        main = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")
        try:
            process = _CONTEXT.Process(target=target, args=arguments, daemon=True)
            process.start()
        finally:
            sys.modules["__main__"] = main
    return process


def _evaluate(sender: Connection, function: Callable[[Any], Any], given: Any, limits: Limits) -> None:
    end_with(os.getppid())
    _limit(resource.RLIMIT_AS, limits.memory)
    _limit(resource.RLIMIT_FSIZE, limits.written)
    _limit(resource.RLIMIT_CORE, 0)
    # Ends it also when nobody is left to: the load that waits for it may have been killed.
    _limit(resource.RLIMIT_CPU, int(limits.seconds * 4) + 1)
    try:
        answer = (True, function(given))
    except Exception as error:
        answer = (False, _sendable(error))
    sender.send(answer)


def _sendable(error: Exception) -> Exception:
    """The error with its place as a note, for its traceback stays behind; only its words, when it cannot be sent."""
    place = "".join(traceback.format_tb(error.__traceback__))
    error.__traceback__ = error.__cause__ = error.__context__ = None
    error.add_note(place)
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        error = RuntimeError(f"{type(error).__name__}: {error}")
        error.add_note(place)
    return error


def _limit_passed(error: Exception, limits: Limits) -> Stopped | None:
    """What the limit on memory makes of an error."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":  # DuckDB's
        return Stopped(_too_much_memory(limits))
    return None


def _limit(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (wanted, hard))


def _cause_of_death(exit_code: int | None, limits: Limits) -> str:
    if exit_code == -signal.SIGXCPU:
        return f"det tog mere end {limits.seconds:.0f} sekunder"
    # A parser that is refused memory aborts; the kernel's own answer to a lack of it is SIGKILL.
    if exit_code in (-signal.SIGABRT, -signal.SIGKILL):
        return _too_much_memory(limits)
    return "læseren brød sammen"


def _too_much_memory(limits: Limits) -> str:
    return f"det krævede mere end {limits.memory / 1e9:.1f} GB hukommelse".replace(".", ",")
