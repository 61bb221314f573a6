"""Processes that must not outlive the load that started them."""

import ctypes
import os
import signal
import sys
from multiprocessing import resource_tracker

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def shield() -> None:
    """Keep Ctrl-C from the children of this thread: a terminal sends it to all, and each would answer with a traceback.

    Whoever started them is told, and ends them.
    """
    resource_tracker.ensure_running()  # it would lift the mask when it is started
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])


def end_with(parent: int) -> None:
    """Let the kernel kill this process when its parent ends, also when that is killed itself.

    Only Linux can; elsewhere the locks must do. Ends at once when the parent is already gone.

    Args:
        parent: process id of who started this one.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
