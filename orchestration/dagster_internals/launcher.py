"""Starts runs as Dagster does on one machine, and notices when the process of one has died.

Dagster's own launcher cannot tell: a run whose process was killed together with the code server
(a restart, a lack of memory), or a killed ``kdi load``, would count as running and keep the
writer's pool until its maximum time is over. Web server, daemon and runs must share a machine and
see each other's processes; elsewhere take another launcher in ``dagster.yaml``.

A code server of its own that is killed takes its runs with it. Dagster tries a run again at the
moment when it is found dead, once, and needs the code server for that: so a dead run is reported
only when the server has answered and the daemon had time until the next look to find it again.
"""

import os
from pathlib import Path

import dagster as dg
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.launcher import DefaultRunLauncher
from dagster._core.launcher.base import CheckRunHealthResult, WorkerStatus
from dagster._core.remote_origin import GrpcServerCodeLocationOrigin
from dagster._serdes import ConfigurableClassData


class LocalRunLauncher(DefaultRunLauncher):
    """As its parent, and looks up the process that a run said it is."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(inst_data=inst_data)
        self._found_dead: set[str] = set()

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        pid = self._pid(run.run_id)
        if pid is None or is_alive(pid) or not self._can_be_tried_again(run):
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.FAILED, f"processen {pid} findes ikke længere")

    def _can_be_tried_again(self, run: dg.DagsterRun) -> bool:
        """Whether the run's code server, if it is one of its own, answers now and did at the look before."""
        origin = run.remote_job_origin and run.remote_job_origin.repository_origin.code_location_origin
        if not isinstance(origin, GrpcServerCodeLocationOrigin):
            return True
        try:
            origin.create_client().list_repositories()
        except DagsterUserCodeUnreachableError:
            return False
        was_found_before = run.run_id in self._found_dead
        self._found_dead.add(run.run_id)
        return was_found_before

    def _pid(self, run_id: str) -> int | None:
        """The newest process that the run has named; None before the first."""
        logged = self._instance.all_logs(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT)
        for entry in reversed(logged):
            metadata = entry.dagster_event.engine_event_data.metadata if entry.dagster_event else {}
            if "pid" in metadata:
                return int(str(metadata["pid"].value))
        return None


def is_alive(pid: int) -> bool:
    """Whether a process runs: it exists, and is not merely waiting to be buried by its parent."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except OSError:
        return Path("/proc/self").exists() is False
    return state not in ("Z", "X")
