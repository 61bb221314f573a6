"""Loads and scrubs in processes of their own that can be killed, with the imports already done.

A fork server imports Dagster and Great Expectations once; every trial is a fork of it, which saves the imports that a
``kdi load`` in a new interpreter takes. What runs then is the very code that runs in use.
"""

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from threading import Lock
from unittest.mock import patch

from samples.installation import Installation

from kdi.installation import here
from kdi.settings import get_settings

_CONTEXT = get_context("forkserver")
# Not the process's only one, which the sandbox of a load in this very process forks from, and which needs to be small.
_SERVER = forkserver.ForkServer()
_SERVER.set_forkserver_preload(["reliability.preloaded"])
_TESTS = Path(__file__).resolve().parents[1]
_ONE_AT_A_TIME = Lock()

Failures = list[str]


@dataclass
class Running:
    """A command that has been started."""

    process: ForkServerProcess
    answer: Path

    def wait(self) -> "Ended":
        self.process.join()
        with contextlib.suppress(FileNotFoundError, ValueError):
            return Ended(self.process.exitcode or 0, json.loads(self.answer.read_text(encoding="utf-8")))
        return Ended(self.process.exitcode or 0, [])


@dataclass(frozen=True)
class Ended:
    """How it ended: minus the signal's number when it was killed; what failed, when it lived to say so."""

    exit_code: int
    failures: Failures

    @property
    def was_killed(self) -> bool:
        return self.exit_code == -9


def start(installation: Installation, command: str = "load", **environment: str) -> Running:
    """Start ``load``, ``scrub`` or ``rollback`` on an installation, with more environment than its own."""
    answer = installation.folder / "svar.json"
    answer.unlink(missing_ok=True)
    return Running(fork(_run, command, installation.environment | environment, answer), answer)


def fork(work: Callable[..., None], *arguments: object) -> ForkServerProcess:
    """``work(*arguments)``, begun in a process that has all imported; both must be picklable."""
    process = _CONTEXT.Process(target=work, args=arguments)
    with (
        _ONE_AT_A_TIME,
        # where the server, a new interpreter, finds what it is to import; it says nothing when it does not
        patch.dict(os.environ, PYTHONPATH=str(_TESTS)),
        patch.object(forkserver, "connect_to_new_process", _SERVER.connect_to_new_process),
    ):
        process.start()
    return process


def run(installation: Installation, command: str = "load", **environment: str) -> Ended:
    """The same, waited for."""
    return start(installation, command, **environment).wait()


def _run(command: str, environment: Mapping[str, str], answer: Path) -> None:
    with _silently():
        os.environ.update(environment)
        get_settings.cache_clear()
        failures = COMMANDS[command]()
    answer.write_text(json.dumps(failures), encoding="utf-8")


def _load() -> Failures:
    import expectations.judge
    from kdi.commands.load import load

    # The judge's process is forked from this one, which has no threads yet, instead of started anew.
    expectations.judge.get_context = lambda _: get_context("fork")  # type: ignore[attr-defined]
    expectations.judge.warm_up()
    return load().failures


def _scrub() -> Failures:
    from kdi.operations.scrub import scrub

    return scrub(here().reception, here().releases).damaged


def _roll_back() -> Failures:

    return [] if here().releases.roll_back(here().site.state(here().status())) else ["intet at rulle tilbage til"]


def _sweep() -> Failures:

    here().releases.sweep()
    return []


COMMANDS = {"load": _load, "sweep": _sweep, "scrub": _scrub, "rollback": _roll_back}


@contextmanager
def _silently() -> Iterator[None]:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    yield
