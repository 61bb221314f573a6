"""Dagster's web server has no log-in of its own: it listens on this machine only, and a proxy stands before it."""

import json
import os
import socket
import time
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from background import running
from samples.installation import Installation

LOOPBACK_ONLY = {"0100007F", "00000000000000000000000001000000"}  # 127.0.0.1 and ::1, as the kernel writes them


def listening(group: int) -> set[tuple[str, int]]:
    """Address and port of every TCP socket on which a process of the group listens (proc(5), net/tcp)."""
    inodes = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) != group:
                continue
            links = [str(link.readlink()) for link in (folder / "fd").iterdir()]
        except OSError:
            continue
        inodes |= {link[8:-1] for link in links if link.startswith("socket:[")}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                address, port = fields[1].split(":")
                found.add((address, int(port, 16)))
    return found


def names_of_jobs(port: int) -> set[str]:
    """The jobs that the UI shows."""
    query = "{ repositoriesOrError { ... on RepositoryConnection { nodes { jobs { name } } } } }"
    request = Request(
        f"http://127.0.0.1:{port}/graphql",
        data=json.dumps({"query": query}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urlopen(request, timeout=60) as answer:
        nodes = json.load(answer)["data"]["repositoriesOrError"]["nodes"]
    return {job["name"] for node in nodes for job in node["jobs"]}


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads the kernel's table of sockets (Linux)")
def test_make_ui_listens_on_loopback_only(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    installation = Installation(tmp_path, tmp_path / "dagster")
    log = tmp_path / "ui.log"
    with running("make", "ui", f"PORT={port}", log=log, environment=installation.environment) as process:
        deadline = time.monotonic() + 180
        while True:
            try:
                with urlopen(f"http://127.0.0.1:{port}/server_info", timeout=2) as answer:
                    assert answer.status == 200
                break
            except OSError:
                assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
                time.sleep(1)
        assert names_of_jobs(port) >= {"byg_og_udgiv", "modtag_kle", "oprydning"}
        sockets = listening(process.pid)
        assert port in {number for _, number in sockets}
        assert {address for address, _ in sockets} <= LOOPBACK_ONLY, sockets
