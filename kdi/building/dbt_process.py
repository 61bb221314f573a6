"""dbt for builds: one process per load has dbt and the parsed project in memory, and each run is a fork of it.

To import dbt and to read the project takes a tenth of the processor time of a day's load, and can be done while that
still reads its deliveries. A fork has no other thread than the one that forked, so the process that forks may have
none either.

A run ends with its load, and no two work in one folder: were only the load killed, its dbt would else go on while the
writer's lock is free, in the very folder that the next load makes anew.
"""

import fcntl
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from kdi import garbage
from kdi.building import dbt_spared
from kdi.building.project import PROJECT_DIR, changed_at, copy_what_is_parsed, prepare
from kdi.machine.children import end_with

_PROJECT = ("--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR))


class Run:
    """A run of dbt, with what dagster-dbt asks of a ``subprocess.Popen``; its output is lines of text as bytes.

    Raises:
        ChildProcessError: the host ended before it could start it.
    """

    def __init__(self, arguments: Sequence[str], talk: socket.socket, stdout: IO[bytes]) -> None:
        self.args = list(arguments)
        self.stdout = stdout
        self.returncode: int | None = None
        self._talk, self._said = talk, -int(signal.SIGKILL)
        self.process_id = int.from_bytes(talk.recv(4, socket.MSG_WAITALL))
        if not self.process_id:  # to signal zero is to signal all of the own group
            raise ChildProcessError("dbt kunne ikke startes: processen, som den startes fra, er afsluttet.")

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it has not ended."""
        if self.returncode is None:
            os.kill(self.process_id, number)

    def wait(self, timeout: float | None = None) -> int:
        """The exit status, as soon as it has ended; minus nine when it was killed before it could say one.

        Raises:
            subprocess.TimeoutExpired: it is still at work.
        """
        if self.returncode is None:
            self._talk.settimeout(timeout)
            try:
                while said := self._talk.recv(1):
                    self._said = said[0]
            except TimeoutError:
                raise subprocess.TimeoutExpired(self.args, timeout or 0) from None
            self._talk.close()
            self.returncode = self._said
        return self.returncode


class Host:
    """A process that has imported dbt, and ends when the one that started it does."""

    def __init__(self) -> None:
        self._calls, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", __name__, str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)

    @property
    def is_there(self) -> bool:
        return self._process.poll() is None

    @property
    def process_id(self) -> int:
        return self._process.pid

    def run(self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, engine: str) -> Run:
        """Run dbt with these arguments on the project, in a folder of its own and with this environment."""
        ours, theirs = socket.socketpair()
        output, write = os.pipe()
        with theirs, os.fdopen(write, "wb"):
            socket.send_fds(self._calls, [b"!"], [theirs.fileno(), write])
        asked = {
            "arguments": list(arguments),
            "environment": dict(environment),
            "folder": str(folder),
            "engine": engine,
        }
        ours.sendall(json.dumps(asked).encode())
        ours.shutdown(socket.SHUT_WR)
        return Run(["dbt", *arguments], ours, os.fdopen(output, "rb"))


def host() -> Host:
    """This process's, with the project as it is now.

    A command that will build asks for it early, so that it is ready when the build begins.
    """
    asked = os.getpid(), changed_at()
    found = _host(*asked)
    if not found.is_there:
        _host.cache_clear()
        found = _host(*asked)
    return found


@lru_cache(maxsize=1)
def _host(process: int, of_project: int) -> Host:
    return Host()


def main() -> None:
    """Import dbt, read the project, and fork for every call on the socket whose number is this process's argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the load's to answer
    calls, own = socket.socket(fileno=int(sys.argv[1])), os.getpid()
    garbage.spare()
    dbt_spared.spare()
    parsed = _parsed()
    dbt_spared.compile_templates(parsed)
    gc.freeze()  # what is imported lies in memory that the forks share
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks here
    while True:
        call, received, _, _ = socket.recv_fds(calls, 1, 2)
        if not call:
            return
        if not os.fork():
            end_with(own)
            calls.close()
            _answer(parsed, *received)
            return
        for number in received:
            os.close(number)


def _parsed() -> Any:
    """The project as dbt parses it for DuckDB, which is what was parsed with the installation unless it changed since.

    Raises:
        RuntimeError: dbt can't parse it; what it says of that is on standard error.
    """
    import duckdb
    from dbt.cli.main import dbtRunner

    prepare()
    with tempfile.TemporaryDirectory(prefix="kdi-dbt-") as folder:
        copy_what_is_parsed(Path(folder))
        # The parser that is written in Rust has threads of its own, which never end.
        quiet = ("--quiet", "--no-static-parser", "--no-write-json", "--no-send-anonymous-usage-stats")
        where = ("--log-path", folder, "--log-level-file", "none", "--target-path", folder, "--target", "duckdb")
        done = dbtRunner().invoke([*quiet, "parse", *where, *_PROJECT])
    if not done.success:
        raise RuntimeError(f"dbt can't parse the project: {done.exception}")
    duckdb.execute("set threads = 1")  # to import it starts one for each further processor
    return done.result


def _answer(parsed: Any, talking: int, output: int) -> None:
    """Run dbt once, with its output in a pipe, and say its exit status; the socket closes when the process ends."""
    from dbt.cli.main import cli

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for own in (sys.stdout, sys.stderr):
        os.dup2(output, own.fileno())
    os.close(output)
    talk = socket.socket(fileno=talking)
    talk.sendall(os.getpid().to_bytes(4))
    asked = json.loads(b"".join(iter(lambda: talk.recv(1 << 16), b"")))
    os.environ.clear()
    os.environ.update(asked["environment"])
    folder, engine = Path(asked["folder"]), asked["engine"]
    os.chdir(folder)  # where dbt_project/profiles.yml has its files
    with Path(f"{folder}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with _engine(engine, folder):
            try:
                known = {}
                if engine == "duckdb":
                    known = {"manifest": parsed}
                    dbt_spared.spare_the_manifest()
                cli([*asked["arguments"], "--target", engine, *_PROJECT], prog_name="dbt", obj=known)
            except SystemExit as ended:
                talk.sendall(bytes([ended.code if isinstance(ended.code, int) else 1]))
    talk.detach()


def _engine(engine: str, folder: Path) -> AbstractContextManager[object]:
    """What dbt needs running: nothing for DuckDB, which is a library and waits for none of these imports."""
    if engine == "duckdb":
        return nullcontext()
    from kdi.building.spark_session import spark_session, translate_what_dbt_compiles
    from kdi.settings import get_settings

    settings = get_settings()
    translate_what_dbt_compiles()
    return spark_session(folder, settings.spark_master, settings.spark_options)


if __name__ == "__main__":
    main()
