"""A run of one partition that has failed already: it makes that partition red, and can be run again.

When a run over a span fails, Dagster counts all its partitions as failed, also those without a file (dagster#17836,
#21072). So a span's run succeeds, and a partition that was refused gets a failed run of its own, without a process.
The colour is that of the newest run that planned the partition: a later span plans the failed run again.
"""

from collections.abc import Iterable, Mapping

import dagster as dg
from dagster import AssetCheckEvaluation
from dagster._core.events import (
    AssetMaterializationPlannedData,
    DagsterEvent,
    DagsterEventType,
    JobFailureData,
    RunFailureReason,
)

from orchestration.dagster_internals.origins import make_run


def make_failed_run(
    instance: dg.DagsterInstance,
    job: dg.JobDefinition,
    partition: str,
    reason: str,
    evaluations: Iterable[AssetCheckEvaluation],
    tags: Mapping[str, str],
) -> str:
    """Record that the job failed for a partition; returns the run's id.

    Args:
        evaluations: of the checks that the job plans: without an answer they would count as broken.
    """
    run = make_run(instance, job, {**tags, "dagster/partition": partition})
    for evaluation in evaluations:
        event = DagsterEvent(
            DagsterEventType.ASSET_CHECK_EVALUATION.value, run.job_name, event_specific_data=evaluation
        )
        instance.report_dagster_event(event, run.run_id)
    # As if its step had failed: else Dagster would take it for a run whose process was killed, and try it once more.
    instance.report_run_failed(run, reason, JobFailureData(error=None, failure_reason=RunFailureReason.STEP_FAILURE))
    return run.run_id


def keep_red(instance: dg.DagsterInstance, failed: dg.DagsterRun, key: dg.AssetKey, partition: str) -> None:
    """Let a run that failed earlier be the newest that planned the partition."""
    planned = DagsterEvent(
        DagsterEventType.ASSET_MATERIALIZATION_PLANNED.value,
        failed.job_name,
        event_specific_data=AssetMaterializationPlannedData(asset_key=key, partition=partition),
    )
    instance.report_dagster_event(planned, failed.run_id)
