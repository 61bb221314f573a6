"""Does in systemd's place: starts services, kills what is left of one that died, and starts it again."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from .files import Unit, environment


class Service:
    """A running service and the thread that watches over it."""

    def __init__(self, unit: Unit, log: Path) -> None:
        self.unit = unit
        self.log = log
        self.starts = 0
        self.started = threading.Event()
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def kill(self) -> None:
        """SIGKILL to its main process, as a lack of memory does."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGKILL)

    @property
    def group(self) -> int:
        """The process group of all its processes."""
        assert self._process is not None
        return self._process.pid

    def stop(self) -> None:
        self._stopping.set()
        self._kill_group()
        self._thread.join(30)

    def _watch(self) -> None:
        while not self._stopping.is_set():
            with self.log.open("ab") as output:
                if self.unit.before:
                    self._start(self.unit.before, output)
                self._start(self.unit.command, output, main=True)
            self._stopping.wait(self.unit.restart_seconds)

    def _start(self, command: list[str], output: object, main: bool = False) -> None:
        # Nothing of the test's own environment: systemd gives a service the file's variables and these.
        variables = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            **environment(self.unit.environment_file),
        }
        self._process = subprocess.Popen(
            command, cwd=self.unit.folder, env=variables, stdout=output, stderr=output, start_new_session=True
        )  # type: ignore[call-overload]
        if main:
            self.starts += 1
            self.started.set()
        self._process.wait()
        self._kill_group()  # KillMode=control-group

    def _kill_group(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)


def start_all(units: Iterable[Unit], folder: Path) -> dict[str, Service]:
    """Start services in the order of their ``After=``: each when those before it have got to their ExecStart."""
    services: dict[str, Service] = {}
    for unit in sorted(units, key=lambda u: len(u.after)):
        for name in unit.after & services.keys():
            assert services[name].started.wait(180), f"{name} never started"
        services[unit.name] = Service(unit, folder / f"{unit.name}.log")
    return services


def until(holds: object, seconds: float, what: str) -> None:
    """Wait until a condition holds; ``what`` says it for the one who reads the failure."""
    deadline = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < deadline, what
        time.sleep(0.5)
