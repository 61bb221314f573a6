"""Ctrl-C and SIGTERM end a load at once, with one sentence; the next load makes the release that it would have made."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest
from samples.deliveries import System, call, day
from samples.installation import Installation

from kdi.commands.load import use_dagster_home
from kdi.settings import PROJECT_ROOT

TOLD = "Afbrudt. Intet er gjort halvt: kør kdi load igen, så gøres det færdigt."
KDI = [sys.executable, "-m", "kdi.commands.cli"]
DELIVERIES = [
    day(date, call(f"{date}T08:00:00+01:00", "Fredericia", System("KSD"), 7)) for date in ("2022-01-10", "2022-01-11")
]


def until(condition: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    installation = Installation(tmp_path, tmp_path / "dagster")
    installation.deliver(*DELIVERIES)
    return installation


def start(installation: Installation, steps: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*KDI, "load"], cwd=PROJECT_ROOT, env=os.environ | installation.environment | {"KDI_STEPS_LOG": str(steps)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def has_come_to(steps: Path, step: str) -> bool:
    return steps.exists() and step in steps.read_text(encoding="utf-8")


def group_of(process: int) -> list[str]:
    """Who is still alive of a process group."""
    listed = subprocess.run(["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=2) for line in listed.splitlines()]
    return [row[2] for row in rows if int(row[0]) == process and not row[1].startswith("Z")]


@pytest.mark.parametrize(
    ("step", "number", "times", "status"),
    [
        pytest.param("reference: file written", signal.SIGINT, 1, 130, marks=pytest.mark.long),
        # a kill at a step is in tests/pipeline/test_history.py always
        pytest.param("dbt: a model or test is done", signal.SIGINT, 2, 130, marks=pytest.mark.long),
        pytest.param("inbox: hashes remembered", signal.SIGINT, 1, 130, marks=pytest.mark.long),
        pytest.param("receive: rows written", signal.SIGTERM, 1, 143, marks=pytest.mark.long),
        pytest.param("log: verdicts recorded", signal.SIGINT, 1, 130, marks=pytest.mark.long),
        pytest.param("dbt: a model or test is done", signal.SIGTERM, 1, 143, marks=pytest.mark.long),
        pytest.param("release: folder made", signal.SIGINT, 1, 130, marks=pytest.mark.long),
    ],
)
def test_a_load_ends_at_once_and_the_next_one_repairs(
    installation: Installation, tmp_path: Path, step: str, number: signal.Signals, times: int, status: int
) -> None:
    steps = tmp_path / "trin"
    running = start(installation, steps)
    until(lambda: has_come_to(steps, step))
    began = time.monotonic()
    for _ in range(times):
        os.killpg(running.pid, number)  # as a terminal does: to all of the group
        time.sleep(0.05)
    out, err = running.communicate(timeout=30)
    assert (running.returncode, out) == (status, "")
    assert err == f"{TOLD}\n"
    assert time.monotonic() - began < 10, "generous: other tests may run beside"
    until(lambda: not group_of(running.pid), 10)
    assert not (installation.home / "published" / "current").exists()
    with installation.in_force() as settings, use_dagster_home(settings) as instance:
        assert all(run.is_finished for run in instance.get_runs()) or times > 1
        if times == 1 and not step.startswith("inbox"):
            assert dg.DagsterRunStatus.CANCELED in {run.status for run in instance.get_runs()}
    installation.kdi("load")
    assert installation.query("select sum(antal_kald) from marts.fct_kald_time") == [(14,)]


def on_a_terminal(*arguments: str, environment: dict[str, str], interrupt_at: str = "") -> tuple[int, str]:
    """Run ``kdi`` on a terminal of 80 columns; returns its status and all that it wrote there."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(PROJECT_ROOT)
        os.environ.update(environment | {"TERM": "xterm", "COLUMNS": "80"})
        os.execv(KDI[0], [*KDI, *arguments])
    written = b""
    try:
        while chunk := os.read(terminal, 65536):
            written += chunk
            if interrupt_at and interrupt_at in written.decode(errors="replace"):
                os.write(terminal, b"\x03")
                interrupt_at = ""
    except OSError:  # how a terminal says that nobody writes to it any more
        pass
    finally:
        os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), written.decode(errors="replace")


def test_a_terminal_shows_how_far_it_is_and_a_pipe_nothing(installation: Installation) -> None:
    folder = installation.folder / "prøve"
    words = ("generate", "--out", str(folder), "--months", "1")
    status, shown = on_a_terminal(*words, environment=installation.environment)
    assert status == 0
    assert "Laver leverancer" in shown and "af 8" in shown and "tilbage" in shown
    piped = installation.process(*words)  # fails the test if there is anything on stderr
    assert shown.replace("\r\n", "\n").endswith(piped.stdout)


def test_ctrl_c_on_a_terminal_leaves_one_sentence(installation: Installation) -> None:
    status, shown = on_a_terminal("load", environment=installation.environment, interrupt_at="Læser leverancer")
    assert status == 130
    assert shown.rstrip().endswith(TOLD)
    assert "Traceback" not in shown


def test_progress_in_a_log_is_plain_lines(installation: Installation) -> None:
    done = subprocess.run(
        [*KDI, "generate", "--out", str(installation.folder / "x"), "--months", "1", "--progress"],
        cwd=PROJECT_ROOT, env=os.environ | installation.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr.endswith(" Laver leverancer 0 af 8\n") and "\x1b" not in done.stderr
