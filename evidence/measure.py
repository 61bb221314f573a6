"""Runs a command and measures it from outside: wall and CPU seconds, and the peak memory of all its processes."""

import os
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
_SAMPLE_SECONDS = 0.1
# A watcher that wakes up this late was stopped with all the rest, as on a suspended machine.
_STANDSTILL_SECONDS = 2.0


@dataclass(frozen=True)
class Measurement:
    """What a command cost. ``peak_mb`` is the largest sum of resident memory over its process tree.

    ``seconds`` is from start to end without standstills; ``cpu_seconds`` is of all processes that were seen.
    """

    seconds: float
    peak_mb: float
    exit_status: int
    output: str
    cpu_seconds: float = 0


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
    peak = standstill = 0.0
    ticks: dict[int, int] = {}
    finished = threading.Event()

    def watch() -> None:
        nonlocal peak, standstill
        last = time.perf_counter()
        while not finished.wait(_SAMPLE_SECONDS):
            megabytes, used = _tree(process.pid)
            peak = max(peak, megabytes)
            ticks.update(used)
            now = time.perf_counter()
            if now - last > _STANDSTILL_SECONDS:
                standstill += now - last
            last = now

    watcher = threading.Thread(target=watch)
    watcher.start()
    output, _ = process.communicate()
    seconds = time.perf_counter() - start
    finished.set()
    watcher.join()
    cpu = sum(ticks.values()) / _TICKS
    return Measurement(round(seconds - standstill, 1), round(peak), process.returncode, output, round(cpu, 1))


def _tree(root: int) -> tuple[float, dict[int, int]]:
    """Megabytes of a process and its descendants, and the CPU ticks each has used."""
    children: dict[int, list[int]] = {}
    pages: dict[int, int] = {}
    ticks: dict[int, int] = {}
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
        ticks[pid] = int(stat[11]) + int(stat[12])
        # Pages of files are shared between the processes; counting them once each would count them often.
        pages[pid] = int(stat[21]) - shared
    total, waiting, used = 0, [root], {}
    while waiting:
        pid = waiting.pop()
        total += pages.get(pid, 0)
        if pid in ticks:
            used[pid] = ticks[pid]
        waiting += children.get(pid, [])
    return total * _PAGE / 1e6, used
