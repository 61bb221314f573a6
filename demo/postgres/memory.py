"""Where files that need not outlive a process lie: in memory where there is plenty, for none waits for a disk there."""

import re
from pathlib import Path

_MEMORY = Path("/dev/shm")
# What the processes that use the files need beside them, and other files in memory.
_LEFT_FREE = 8 << 30


def roomy(needed: int) -> Path | None:
    """A folder in memory for ``needed`` bytes; none where memory is short, or the system has no such folder."""
    if not _MEMORY.is_dir():
        return None
    available = re.search(r"MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text(encoding="ascii"))
    return _MEMORY if available and int(available[1]) << 10 >= needed + _LEFT_FREE else None
