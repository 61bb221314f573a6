"""Dagster's UI on an installation, and Debian's chromium in front of it, as a data engineer has them."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from background import running
from chromium import chromium, new_page
from samples.installation import Installation

from kdi.settings import PROJECT_ROOT


@dataclass
class Ui:
    """A page of the browser, and where the UI is."""

    page: Any
    address: str

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}", wait_until="domcontentloaded")

    def sees(self, text: str, seconds: int = 60) -> None:
        """Wait until the page shows the text."""
        self.page.get_by_text(text).first.wait_for(timeout=seconds * 1000)


@contextmanager
def dagster_ui(installation: Installation, program: str = "dagster-webserver", *options: str) -> Iterator[str]:
    """The web server, or with ``dagster`` and ``dev`` the daemon too; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [shutil.which(program) or program, *options, "--host", "127.0.0.1", "--port", str(port)]
    log = installation.folder / "ui.log"
    workspace = ("-w", str(PROJECT_ROOT / "workspace.yaml"))
    with running(*command, *workspace, log=log, environment=installation.environment):
        deadline = time.monotonic() + 180
        while True:
            try:
                with urlopen(f"http://127.0.0.1:{port}/server_info", timeout=2):
                    break
            except OSError:
                assert time.monotonic() < deadline, log.read_text(encoding="utf-8", errors="replace")
                time.sleep(0.5)
        yield f"http://127.0.0.1:{port}"


def dagster_daemon(installation: Installation) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """The daemon, which looks at sensors and starts what is queued."""
    program = str(Path(sys.executable).with_name("dagster-daemon"))
    return running(
        program, "run", "-w", str(PROJECT_ROOT / "workspace.yaml"),
        log=installation.folder / "daemon.log", environment=installation.environment,
    )  # fmt: skip


@contextmanager
def browser(address: str) -> Iterator[Ui]:
    """A page in chromium."""
    with chromium() as opened:
        page = new_page(opened, viewport={"width": 1500, "height": 900})
        try:
            yield Ui(page, address)
        except Exception:
            if folder := os.environ.get("KDI_SCREENSHOTS"):
                page.screenshot(path=f"{folder}/fejl.png")
            raise


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path, tmp_path / "dagster")
