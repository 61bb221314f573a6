"""The steps of a load that change something on disk, each named where it stands.

In use this does nothing. The crash tests run a load once with ``KDI_STEPS_LOG`` to learn which
steps it takes, then again with ``KDI_CRASH_AT`` for each of them: the process kills itself there,
as a power switch would, and the next load must repair what is left.
"""

import os
import signal
from collections import Counter
from pathlib import Path
from threading import Lock

_taken: Counter[str] = Counter()
_ONE_AT_A_TIME = Lock()  # tables are written by several threads


def step(name: str, written: Path | None = None) -> None:
    """A step has just been taken.

    Args:
        name: what was done, as ``<where>: <what>``.
        written: the file that it wrote; a crash test can leave half of it, as if the write was cut short.
    """
    log, crash = os.environ.get("KDI_STEPS_LOG"), os.environ.get("KDI_CRASH_AT")
    if not (log or crash):
        return
    with _ONE_AT_A_TIME:
        _taken[name] += 1
        if log:
            with open(log, "a", encoding="utf-8") as stream:
                stream.write(f"{name}|{'half' if written else ''}\n")
        # <name>|<which time>|<half or nothing>
        if crash and crash.rsplit("|", 1)[0] == f"{name}|{_taken[name]}":
            if written and crash.endswith("|half"):
                os.truncate(written, written.stat().st_size // 2)
            os.kill(os.getpid(), signal.SIGKILL)
