"""Runs that the code server starts are forked from a process that has imported the code location.

Dagster's code server starts a process per run that imports all of it anew: seven seconds of a core for a run that works
for one. The forking process is started with the first run; runs see the settings as they are when they begin.
"""

import os
import sys
from multiprocessing import get_context
from typing import Any

from kdi.settings import get_settings

_PRELOADED = ["orchestration.definitions", "dagster._grpc.impl"]


def fork_runs() -> None:
    """Let the code server of this process, if it is one, fork its runs."""
    server = sys.modules.get("dagster._grpc.server")
    if server is None:
        return
    context = get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    # The server sets what it starts processes with when it is made, after or before this is imported.
    server.DagsterApiServer._mp_ctx = property(lambda _: context, lambda _, spawning: None)


def _read_settings_anew(*_: Any) -> None:
    get_settings.cache_clear()


os.register_at_fork(after_in_child=_read_settings_anew)
