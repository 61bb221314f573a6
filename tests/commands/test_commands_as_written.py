"""Every command of README.md and docs/*.md, run as it stands there, through a shell, in a loaded demo.

``docs/production.md`` has tests of its own (``tests/production``), with stubs for what only an
administrator can do.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from samples.installation import Installation

from kdi.settings import PROJECT_ROOT

PAGES = [
    PROJECT_ROOT / "README.md",
    *(page for page in sorted((PROJECT_ROOT / "docs").glob("*.md")) if page.name != "production.md"),
]
FENCED = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:kdi|make) [^`]+)`")

# Whose run proves nothing here, or cannot end; each with the reason.
NOT_RUN = {
    "make demo": "installs the environment from the network; its steps are run by the shared demo",
    "make test": "would run this test",
    "make test-all": "would run this test",
    "make lint": "needs the linters; CI runs it",
    "make ui": "a server; tests/operations starts it",
    "make demo-postgres": "a server; tests/demo/test_postgres.py starts it",
    "make bench": "a quarter of an hour and 12 GB",
    "make scale": "an hour",
    "make spark": "needs Java and its own packages",
    "make spark-full": "needs Java and its own packages",
    "make reliability": "two hundred loads",
    "make privacy": "runs other tests",
    "make lock": "looks for newer packages; tests/security/test_dependencies.py compares what it made",
    "make duckdb2": "installs another DuckDB; CI runs it",
    "make powerbi": "writes into the checkout; tests/bi runs it",
    "kdi generate --out DIR --months 36 --scale full": "a gigabyte",
    "kdi generate --scale full --months 1": "a gigabyte",
    "kdi postgres roles | psql -d kdi": "needs a database of the machine's own; tests/privacy has one",
    "psql -d kdi -c": "needs a database of the machine's own; tests/privacy has one",
    "KDI_POSTGRES_DSN=": "names a server that is not there; tests/pipeline/test_postgres.py has one",
    "tail -n 50 data/log/": "needs jq",
}
# What ends with another status than 0 in a demo, and what it then says.
ENDS_OTHERWISE = {
    "kdi kitos": (1, "KITOS"),
    "kdi alert": (1, "KDI_ALERT_URLS er ikke sat"),
    "kdi restore": (1, "KDI_LAKE er ikke sat"),
    "kdi publish --rollback": (1, "ingen tidligere publicering"),
    "kdi postgres publish": (1, "KDI_POSTGRES_DSN"),
    "kdi report nyhedsbrev --send ADDRESS": (1, "KDI_MAIL_SERVER"),
}
# A page that speaks of a command, without what it is to be done to; and one that says ID for any.
MENTION = re.compile(r"kdi (delivery|finding)( accept| withdraw| restore)?")
ANY_ID = re.compile(r"\bID\b")
SLOW = ("kdi load", "kdi docs", "kdi report all", "kdi report excel", "kdi report nyhedsbrev", "kdi identity --lines")


def commands() -> Iterator[str]:
    """Each command once, in the order of the pages; one over several lines is one."""
    seen = set()
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        inline = [" ".join(found.split()) for found in INLINE.findall(FENCED.sub("", text))]
        for command in [*(c for block in FENCED.findall(text) for c in split(block)), *inline]:
            if command not in seen:
                seen.add(command)
                yield command


def split(block: str) -> Iterator[str]:
    lines: list[str] = []
    for line in block.splitlines():
        lines.append(line)
        command = "\n".join(lines)
        if subprocess.run(["bash", "-n", "-c", command], capture_output=True, check=False).returncode == 0:
            yield re.sub(r"\s{2,}#.*\Z", "", command)
            lines = []
    assert not lines, f"no shell understands {lines}"


def of(table: dict, command: str) -> str | None:
    """The longest entry with which a command begins."""
    fitting = [entry for entry in table if command == entry or command.startswith((f"{entry} ", f"{entry}'"))
               or (entry.endswith(("=", "/")) and command.startswith(entry))]  # fmt: skip
    return max(fitting, key=len, default=None)


README = PAGES[0].read_text(encoding="utf-8")
ALL = list(commands())
RUN = [c for c in ALL if (entry := of(NOT_RUN, c)) is None or (entry.startswith("make") and entry != c)]


def expected(command: str) -> tuple[int, str]:
    """The exit status of a command, and a part of what it says when that is not 0."""
    if MENTION.fullmatch(command):
        return 2, "Usage"
    if ANY_ID.search(command):
        return 1, "FEJL ID"
    entry = of(ENDS_OTHERWISE, command)
    return ENDS_OTHERWISE[entry] if entry and "--log" not in command else (0, "")


@pytest.fixture(scope="module")
def checkout(demo_installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What somebody has before them who has just run ``make demo``: the project with ``data`` in it."""
    folder = tmp_path_factory.mktemp("udtjekning") / "kdi indsigt æøå"
    folder.mkdir()
    for entry in PROJECT_ROOT.iterdir():
        if entry.name not in ("data", ".env", ".git", ".venv"):
            (folder / entry.name).symlink_to(entry)
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    for made in ("uv", ".ready", ".ready-dev"):
        (programs / made).touch()
    for name, arguments in (("kdi", "-m kdi.commands.cli"), ("python", ""), ("dbt", "-m dbt.cli.main")):
        script = programs / name
        line = f'PYTHONPATH="{PROJECT_ROOT}" exec "{sys.executable}" {arguments} "$@"'
        script.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        script.chmod(0o755)
    shutil.copytree(demo_installation.home, folder / "data", symlinks=True)
    shutil.copytree(demo_installation.dagster_home, folder / "data" / "dagster")
    shutil.copytree(demo_installation.inbox, folder / "data" / "inbox", dirs_exist_ok=True)
    (folder / "data" / "inbox" / "reference").mkdir(exist_ok=True)
    return folder


def shell(command: str, checkout: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KDI_", "DAGSTER_"))}
    environment |= {
        "PATH": f"{checkout / '.venv' / 'bin'}:{os.environ['PATH']}", "KDI_AS_OF": "2023-03-15",
        "KDI_SETTLE_SECONDS": "0", "KDI_MEMORY_LIMIT": "500MB", "DAGSTER_DISABLE_TELEMETRY": "1", "LANG": "C.UTF-8",
    }  # fmt: skip
    return subprocess.run(
        ["bash", "-c", command], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "command", [pytest.param(c, marks=pytest.mark.long if c.startswith(SLOW) else ()) for c in RUN]
)
def test_a_command_does_what_the_page_says(command: str, checkout: Path) -> None:
    status, told = expected(command)
    done = shell(command, checkout)
    said = done.stdout + done.stderr
    assert done.returncode == status, said
    assert "Traceback" not in said
    assert told in said if status else done.stderr == ""


def test_nothing_is_listed_that_is_written_nowhere() -> None:
    for table in (NOT_RUN, ENDS_OTHERWISE):
        assert [entry for entry in table if not any(of(table, command) == entry for command in ALL)] == []


def test_the_readme_shows_what_the_demo_says(demo_installation: Installation) -> None:
    (shown,) = re.findall(r"At the end you see something like\n\n```\n(.*?)PostgreSQL", README, re.DOTALL)
    said = (demo_installation.folder / "load.txt").read_text(encoding="utf-8")
    assert normal(said) == normal(shown)


@pytest.mark.long
def test_the_readme_shows_what_postgres_says(demo_installation: Installation) -> None:
    (shown,) = re.findall(r"^(PostgreSQL viste .*?)```", README, re.DOTALL | re.MULTILINE)
    done = subprocess.run(
        [sys.executable, "-m", "demo.postgres"], cwd=PROJECT_ROOT, env=os.environ | demo_installation.environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert normal(done.stdout) == normal(shown)


def normal(text: str) -> list[str]:
    """Lines without what differs from one demo to the next: ids of releases, and where the home lies."""
    text = re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{4}", "ID", text)
    return re.sub(r"(?:/|…)\S*/(?:home|data)(?=[/ ])", "HOME", text).splitlines()
