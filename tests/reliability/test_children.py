"""A process that a load started ends with it, also when the load is killed and can end nothing itself."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

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
