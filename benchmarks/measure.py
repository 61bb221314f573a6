"""Runs a command and measures it from outside: wall seconds and the peak memory of all its processes."""

import os
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_SAMPLE_SECONDS = 0.1


@dataclass(frozen=True)
class Measurement:
    """What a command cost. ``peak_mb`` is the largest sum of resident memory over its process tree."""

    seconds: float
    peak_mb: float
    exit_status: int
    output: str


def measure(command: list[str], environment: Mapping[str, str] | None = None) -> Measurement:
    """Run ``command`` to its end."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    peak = 0.0
    finished = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not finished.wait(_SAMPLE_SECONDS):
            peak = max(peak, _tree_mb(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    output, _ = process.communicate()
    seconds = time.perf_counter() - start
    finished.set()
    watcher.join()
    return Measurement(round(seconds, 1), round(peak), process.returncode, output)


def _tree_mb(root: int) -> float:
    children: dict[int, list[int]] = {}
    pages: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            shared = int((entry / "statm").read_text().split()[2])
        except (OSError, IndexError):
            continue
        pid = int(entry.name)
        children.setdefault(int(stat[1]), []).append(pid)
        # Pages of files are shared between the processes; counting them once each would count them often.
        pages[pid] = int(stat[21]) - shared
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        total += pages.get(pid, 0)
        waiting += children.get(pid, [])
    return total * _PAGE / 1e6
