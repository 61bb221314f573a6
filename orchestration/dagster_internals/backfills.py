"""Takes what does not exist out of a backfill's target, so that its colour tells what failed, and what follows is made.

Dagster counts a partition that was asked for and not materialized as failed, though its run succeeded without it
(dagster#34219), and passes over all that comes after it. A day for which no file ever came is no failure. So the run
that finds it absent takes it out before Dagster counts; and where Dagster was writing the backfill at that very moment,
and so undid that, a sensor does it afterwards.
"""

from collections.abc import Callable, Collection, Iterator

import dagster as dg
from dagster._core.definitions.assets.graph.asset_graph_subset import AssetGraphSubset
from dagster._core.definitions.assets.graph.base_asset_graph import BaseAssetGraph
from dagster._core.definitions.events import AssetKeyPartitionKey
from dagster._core.execution.backfill import BulkActionsFilter, BulkActionStatus, PartitionBackfill
from dagster._core.storage.tags import BACKFILL_ID_TAG
from dagster_shared.check import CheckError

_LOOKED_AT = 20


_Which = Callable[[dg.AssetKey, str], bool]


def take_out(context: dg.AssetExecutionContext, keys: Collection[dg.AssetKey], is_gone: _Which) -> None:
    """Take partitions of some assets out of the target of the backfill that a run belongs to, if it belongs to one."""
    backfill, graph = _backfill_of(context), _graph_of(context)
    going_on = backfill and backfill.status is BulkActionStatus.REQUESTED and not backfill.submitting_run_requests
    if not backfill or not graph or not going_on:
        return
    data = backfill.get_asset_backfill_data(graph)
    gone = _those(data.target_subset.filter_asset_keys({*keys}), is_gone, graph)
    if gone.is_empty or (data.target_subset - gone).is_empty:  # of a backfill of nothing Dagster makes an error
        return
    corrected = data._replace(target_subset=data.target_subset - gone, requested_subset=data.requested_subset - gone)
    context.instance.update_backfill(backfill.with_asset_backfill_data(corrected, context.instance, graph))


def _graph_of(context: dg.AssetExecutionContext) -> BaseAssetGraph | None:
    try:
        return context.repository_def.asset_graph
    except CheckError:  # a run in the process that made the job, of no repository
        return None


def forgive_absent(
    instance: dg.DagsterInstance, graph: BaseAssetGraph, is_absent: _Which, is_refused: _Which
) -> Iterator[tuple[str, int]]:
    """Correct the newest backfills that ended as failed; yields the id of each and how many partitions are taken out.

    Args:
        is_absent: whether there is nothing to make a partition of.
        is_refused: whether it is red for a reason of its own; it is taken out where something else waits for it.
    """
    ended = BulkActionsFilter(statuses=[BulkActionStatus.COMPLETED_FAILED])
    for backfill in instance.get_backfills(ended, limit=_LOOKED_AT):
        if backfill.is_asset_backfill and (count := _forgive(instance, graph, backfill, is_absent, is_refused)):
            yield backfill.backfill_id, count


def _forgive(
    instance: dg.DagsterInstance,
    graph: BaseAssetGraph,
    backfill: PartitionBackfill,
    is_absent: _Which,
    is_refused: _Which,
) -> int:
    data = backfill.get_asset_backfill_data(graph)
    failed = data.failed_and_downstream_subset
    gone, refused = _those(failed, is_absent, graph), _those(failed, is_refused, graph)
    went_well = _all_went_well(instance, backfill)
    if went_well and not (failed - gone - refused).is_empty:
        gone = gone | refused
    if gone.is_empty:
        return 0
    kept = {name: getattr(data, name) - gone for name in ("target_subset", "requested_subset")}
    left = AssetGraphSubset.create_empty_subset() if went_well else failed - gone
    corrected = backfill.with_asset_backfill_data(
        data._replace(**kept, failed_and_downstream_subset=left), instance, graph
    )
    if left.is_empty:
        # what comes after the absent was passed over for their sake alone, and is asked for now
        is_done = failed == gone
        corrected = corrected.with_status(BulkActionStatus.COMPLETED_SUCCESS if is_done else BulkActionStatus.REQUESTED)
    instance.update_backfill(corrected)
    return gone.num_partitions_and_non_partitioned_assets


def _those(subset: AssetGraphSubset, which: _Which, graph: BaseAssetGraph) -> AssetGraphSubset:
    found = {
        AssetKeyPartitionKey(key, partition)
        for key, partitions in subset.partitions_subsets_by_asset_key.items()
        for partition in partitions.get_partition_keys()
        if which(key, partition)
    }
    return AssetGraphSubset.from_asset_partition_set(found, graph)


def _all_went_well(instance: dg.DagsterInstance, backfill: PartitionBackfill) -> bool:
    ended = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    filters = dg.RunsFilter(tags={BACKFILL_ID_TAG: backfill.backfill_id}, statuses=ended)
    return instance.get_runs_count(filters) == 0


def _backfill_of(context: dg.AssetExecutionContext) -> PartitionBackfill | None:
    backfill_id = context.run.tags.get(BACKFILL_ID_TAG)
    backfill = context.instance.get_backfill(backfill_id) if backfill_id else None
    return backfill if backfill and backfill.is_asset_backfill else None


def selected_with(context: dg.AssetExecutionContext) -> frozenset[dg.AssetKey]:
    """All assets of the backfill that a run belongs to; none when it belongs to none."""
    backfill = _backfill_of(context)
    return frozenset(backfill.asset_selection or ()) if backfill else frozenset()
