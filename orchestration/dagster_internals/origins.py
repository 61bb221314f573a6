"""Runs that this process makes itself, and that the UI takes for the code location's own.

A run without an origin is on no timeline and no job page, and cannot be run again from the UI (dagster#17707).
"""

import importlib
import sys
from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin
from dagster._core.remote_origin import ManagedGrpcPythonEnvCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

from kdi.settings import PROJECT_ROOT

# As in workspace.yaml and pyproject.toml; the UI finds a run's page by it.
CODE_LOCATION = "kdi_indsigt"
MODULE = "orchestration.definitions"
REPOSITORY = "__repository__"  # Dagster's name where there is one Definitions object


def remote_origin(job_name: str) -> RemoteJobOrigin:
    """Where the web server finds a job."""
    target = LoadableTargetOrigin(
        executable_path=sys.executable, module_name=MODULE, working_directory=str(PROJECT_ROOT)
    )
    location = ManagedGrpcPythonEnvCodeLocationOrigin(target, CODE_LOCATION)
    return RemoteRepositoryOrigin(location, REPOSITORY).get_job_origin(job_name)


def code_origin(job_name: str) -> JobPythonOrigin:
    """Where a run's process finds a job."""
    pointer = ModuleCodePointer(MODULE, "defs", str(PROJECT_ROOT))
    return JobPythonOrigin(job_name, RepositoryPythonOrigin(sys.executable, pointer))


def job_named(name: str) -> dg.JobDefinition:
    """A job of the code location, for an asset that it is made of: found when it is run, as Dagster finds it."""
    return importlib.import_module(MODULE).defs.resolve_job_def(name)


def make_run(
    instance: dg.DagsterInstance,
    job: dg.JobDefinition,
    tags: Mapping[str, str] | None = None,
    run_config: Mapping[str, Any] | None = None,
) -> dg.DagsterRun:
    """A run of the job as if the web server had made it; nothing starts it."""
    return instance.create_run_for_job(
        job,
        run_config=run_config,
        tags=tags,
        remote_job_origin=remote_origin(job.name),
        job_code_origin=code_origin(job.name),
    )


def run_here(instance: dg.DagsterInstance, job: dg.JobDefinition, run: dg.DagsterRun) -> dg.DagsterRun:
    """Run it in this process to its end; returns it as it then is. It waits for no queue and no pool."""
    execute_run(InMemoryJob(job), run, instance, raise_on_error=False)
    ended = instance.get_run_by_id(run.run_id)
    assert ended is not None
    return ended
