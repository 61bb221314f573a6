"""The whole set-up of docs/production.md on the loopback address, started from the files of ``deploy/``."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import psycopg
import pytest
from samples.installation import Installation

from demo.postgres.server import PostgresServer

from . import proxy
from .files import Places, environment, missing, unit, units
from .proxy import Client
from .supervisor import Service, start_all, until

_PASSWORD = "dagster-kodeord"
_LOCATIONS = "{ workspaceOrError { ... on Workspace { locationEntries { locationOrLoadError { __typename } } } } }"


@dataclass
class Production:
    """A running installation."""

    places: Places
    client: Client
    installation: Installation
    database: str
    services: dict[str, Service] = field(default_factory=dict)

    @property
    def variables(self) -> dict[str, str]:
        return environment(self.places.etc / "kdi.env")

    def wait_until_ready(self) -> None:
        """Both web servers have the code server's jobs."""
        for host in (proxy.READ, proxy.OPERATE):
            until(lambda host=host: self._is_loaded(host), 240, f"{host} shows the jobs: {self.log()}")

    def _is_loaded(self, host: str) -> bool:
        answer = self.client.ask(
            host, "POST", "/graphql", host,
            {"query": _LOCATIONS},
        )  # fmt: skip
        if answer.status != 200:
            return False
        entries = answer.json()["data"]["workspaceOrError"]["locationEntries"]
        return [e["locationOrLoadError"]["__typename"] for e in entries if e["locationOrLoadError"]] == [
            "RepositoryLocation"
        ]

    def log(self) -> str:
        """The last lines of every service, for the one who reads a failure."""
        lines = [(name, s.log.read_text(errors="replace").splitlines()[-15:]) for name, s in self.services.items()]
        return "\n".join([f"{name}: {line}" for name, tail in lines for line in tail])


def free_ports(*documented: int) -> dict[int, int]:
    """A free port of this machine for each of the documentation's."""
    with ExitStack() as stack:
        probes = [(port, stack.enter_context(socket.socket())) for port in documented]
        for _, probe in probes:
            probe.bind(("127.0.0.1", 0))
        return {port: probe.getsockname()[1] for port, probe in probes}


def make_database(server: PostgresServer) -> None:
    """What docs/production.md does with createuser and createdb."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(f"create role kdi_dagster login password '{_PASSWORD}'")
        connection.execute("create database kdi_dagster owner kdi_dagster")


@pytest.fixture(scope="module")
def production(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    if absent := missing("nginx", "openssl"):
        pytest.skip(f"not installed here: {', '.join(absent)}")
    folder = tmp_path_factory.mktemp("produktion")
    places = Places(folder, free_ports(80, 443, 3000, 3001, 4000) | {5432: postgres.port})
    make_database(postgres)
    file = places.put("kdi.env", places.etc / "kdi.env")
    filled_in = file.read_text(encoding="utf-8").replace("SKIFT-MIG", _PASSWORD)
    # A test's day, and no wait for a supplier who is still writing.
    file.write_text(f"{filled_in}\nKDI_AS_OF=2022-06-15\nKDI_SETTLE_SECONDS=0\n", encoding="utf-8")
    places.put("workspace.yaml", places.etc / "workspace.yaml")
    command = proxy.set_up(places)
    installation = Installation(folder, places.home / "dagster")
    (places.home / "inbox").mkdir(parents=True)  # where deliveries come by default
    installation.inbox.symlink_to(places.home / "inbox")
    made = Production(
        places, Client(places.folder / "nginx" / "kdi" / "kdi.pem", places.ports[443]), installation,
        environment(file)["KDI_DAGSTER_POSTGRES_DSN"],
    )  # fmt: skip
    nginx = subprocess.Popen(command, start_new_session=True)
    try:
        services = [path for path in units() if "\nRestart=" in path.read_text(encoding="utf-8")]
        made.services = start_all((unit(path, places) for path in services), folder)
        made.wait_until_ready()
        yield made
    finally:
        for service in made.services.values():
            service.stop()
        os.killpg(nginx.pid, signal.SIGKILL)
        nginx.wait()
