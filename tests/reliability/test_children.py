"""A process that a load started ends with it, also when the load is killed and can end nothing itself.

dbt's runs are forks of a process that has dbt in memory; they are seen here with commands that need no project.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kdi.building.dbt_process import Host

CHILD = """
import os, sys, time
{first}
print(os.getpid(), flush=True)
time.sleep(60)
"""
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
ENDS_WITH_PARENT = "from kdi.machine.children import end_with; end_with(os.getppid())"


def is_alive(process: int) -> bool:
    """Whether a process runs; one that is dead but not yet waited for does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
@pytest.mark.parametrize(("first", "lives_on"), [(ENDS_WITH_PARENT, False), ("", True)], ids=["bound", "unbound"])
def test_a_bound_child_dies_with_a_killed_parent(first: str, lives_on: bool) -> None:
    command = [sys.executable, "-c", PARENT, CHILD.format(first=first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        try:
            parent.send_signal(signal.SIGKILL)
            deadline = time.monotonic() + 10
            while is_alive(child) and not lives_on and time.monotonic() < deadline:
                time.sleep(0.02)
            assert is_alive(child) is lives_on
        finally:
            if is_alive(child):
                os.kill(child, signal.SIGKILL)


def test_a_child_whose_parent_is_already_gone_ends_at_once() -> None:
    somebody_else = "from kdi.machine.children import end_with; end_with(1); print('lives')"
    done = subprocess.run([sys.executable, "-c", somebody_else], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")


DBT = ["--log-format", "text", "--log-level-file", "none", "debug", "--config-dir"]
HOLDS = """
import pathlib, sys
from kdi.building.dbt_process import Host
run = Host().run({arguments}, {{}}, pathlib.Path(sys.argv[1]), "duckdb")
print(run.process_id, flush=True)
run.wait()
"""


@pytest.fixture(scope="module")
def host() -> Host:
    return Host()


def test_runs_of_dbt_are_told_apart_by_status_and_output(host: Host, tmp_path: Path) -> None:
    environment = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    well = host.run(DBT, environment, tmp_path, "duckdb")
    assert b"dbt_project" in well.stdout.read() and well.wait() == 0
    badly = host.run(["no-such-command"], environment, tmp_path, "duckdb")
    assert b"No such command" in badly.stdout.read() and badly.wait() == 2
    assert host.is_there


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for the threads")
def test_what_is_forked_has_no_other_thread(host: Host, tmp_path: Path) -> None:
    """A fork has the thread that forked alone: a lock that another held would stay held."""
    host.run(DBT, {}, tmp_path, "duckdb").wait()
    assert len(list(Path(f"/proc/{host.process_id}/task").iterdir())) == 1


def test_a_killed_run_says_so(host: Host, tmp_path: Path) -> None:
    with Path(f"{tmp_path}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # dbt waits for it
        run = host.run(DBT, {}, tmp_path, "duckdb")
        with pytest.raises(subprocess.TimeoutExpired):
            run.wait(timeout=0.2)
        run.send_signal(signal.SIGKILL)
        assert run.wait(timeout=10) == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_a_run_of_dbt_dies_with_a_killed_load(tmp_path: Path) -> None:
    with Path(f"{tmp_path}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = [sys.executable, "-c", HOLDS.format(arguments=DBT), str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as load:
            assert load.stdout is not None
            run = int(load.stdout.readline())
            assert is_alive(run)
            load.send_signal(signal.SIGKILL)
        deadline = time.monotonic() + 10
        while is_alive(run) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not is_alive(run)
