"""Many partitions of one run recorded together, and what Dagster knows of each.

``context.log_event`` writes one event at a time, 20 ms each on SQLite; a backfill of three years has thousands
(dagster#19829).
"""

from collections.abc import Sequence
from typing import Any

import dagster as dg
from dagster import AssetCheckEvaluation, AssetMaterialization
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationTargetMaterializationData
from dagster._core.event_api import PartitionKeyFilter
from dagster._core.events import (
    AssetObservationData,
    DagsterEvent,
    DagsterEventBatchMetadata,
    DagsterEventType,
    StepMaterializationData,
    generate_event_batch_id,
)
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.partition_status_cache import AssetPartitionStatus
from dagster_shared.record import replace

Context = dg.AssetExecutionContext | dg.OpExecutionContext


def log_together(
    context: Context, events: Sequence[AssetMaterialization | dg.AssetObservation | AssetCheckEvaluation]
) -> None:
    """What ``context.log_event`` does for one event, for events of one kind and asset at once."""
    step, batch = context.get_step_execution_context(), generate_event_batch_id()
    for number, event in enumerate(events, 1):
        kind, data = _recorded(event)
        DagsterEvent.from_step(
            kind,
            step,
            event_specific_data=data,
            message=event.description or "",
            batch_metadata=DagsterEventBatchMetadata(batch, number == len(events)),
        )


def _recorded(event: AssetMaterialization | dg.AssetObservation | AssetCheckEvaluation) -> tuple[DagsterEventType, Any]:
    if isinstance(event, AssetMaterialization):
        return DagsterEventType.ASSET_MATERIALIZATION, StepMaterializationData(event)
    if isinstance(event, dg.AssetObservation):
        return DagsterEventType.ASSET_OBSERVATION, AssetObservationData(event)
    return DagsterEventType.ASSET_CHECK_EVALUATION, event


def evaluate_partitions(context: Context, evaluations: Sequence[AssetCheckEvaluation]) -> None:
    """Record one check's answers for partitions of its asset, each about the partition's newest materialization."""
    log_together(context, about_the_newest(context.instance, evaluations))


def about_the_newest(
    instance: dg.DagsterInstance, evaluations: Sequence[AssetCheckEvaluation]
) -> list[AssetCheckEvaluation]:
    """One check's answers, each with its partition's newest materialization as its target.

    Without that target an answer vanishes from the check's bar when the partition is materialized.
    """
    if not evaluations:
        return []
    targets = _newest_materializations(instance, evaluations[0].asset_key, [str(e.partition) for e in evaluations])
    return [replace(e, target_materialization_data=targets.get(str(e.partition))) for e in evaluations]


def _newest_materializations(
    instance: dg.DagsterInstance, key: dg.AssetKey, partitions: Sequence[str]
) -> dict[str, AssetCheckEvaluationTargetMaterializationData]:
    storage, kind = instance.event_log_storage, DagsterEventType.ASSET_MATERIALIZATION
    ids = list(storage.get_latest_storage_id_by_partition(key, kind, set(partitions)).values())
    found = {}
    for some in (ids[start : start + 500] for start in range(0, len(ids), 500)):
        for record in instance.fetch_materializations(dg.AssetRecordsFilter(key, storage_ids=some), limit=500).records:
            found[str(record.partition_key)] = AssetCheckEvaluationTargetMaterializationData(
                storage_id=record.storage_id, run_id=record.run_id, timestamp=record.timestamp
            )
    return found


def check_states(instance: dg.DagsterInstance, check: dg.AssetCheckKey) -> dict[str, bool | None]:
    """What the check last said of each partition: passed or not; None: it was planned and said nothing."""
    answers = {
        AssetCheckExecutionRecordStatus.SUCCEEDED: True,
        AssetCheckExecutionRecordStatus.FAILED: False,
    }
    infos = instance.event_log_storage.get_asset_check_partition_info([check])
    return {i.partition_key: answers.get(i.latest_execution_status) for i in infos if i.partition_key}


def red_partitions(
    instance: dg.DagsterInstance, key: dg.AssetKey, partitions: Sequence[str], definition: dg.PartitionsDefinition
) -> set[str]:
    """Those that the newest run which planned them failed to make, whatever an earlier one did."""
    found = instance.get_status_by_partition(key, partitions, definition) or {}
    return {partition for partition, status in found.items() if status is AssetPartitionStatus.FAILED}


def last_answer(
    instance: dg.DagsterInstance, check: dg.AssetCheckKey, partition: str | None = None
) -> AssetCheckEvaluation | None:
    """The newest answer that a check gave, of a partition or of any; a run that only planned it gave none."""
    only = PartitionKeyFilter(key=partition) if partition else None
    for record in instance.event_log_storage.get_asset_check_execution_history(check, limit=5, partition_filter=only):
        event = record.event.dagster_event if record.event else None
        if event and event.event_type is DagsterEventType.ASSET_CHECK_EVALUATION:
            return event.asset_check_evaluation_data
    return None
