"""A backfill that asked for days without a file: it goes on with what follows, unless something did fail."""

import time
from collections.abc import Iterator

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph_subset import AssetGraphSubset
from dagster._core.definitions.reconstruct import ReconstructableJob, ReconstructableRepository
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill
from samples.deliveries import calls_in_month, month
from samples.installation import Installation
from samples.world import JOB

from expectations.profiles import profiles
from kdi.ingest.intake import take_in
from kdi.installation import here
from kdi.lake.standing import active_in
from orchestration.assets.months import months_that_can_be_made, published_months
from orchestration.dagster_internals.backfills import forgive_absent, take_out
from orchestration.partitions import span_tags

DAYS = dg.StaticPartitionsDefinition(["mandag", "tirsdag"])
SOURCE, MART = dg.AssetKey("kilde"), dg.AssetKey("mart")


@dg.asset(partitions_def=DAYS)
def kilde() -> None: ...


@dg.asset(deps=[kilde])
def mart() -> None: ...


GRAPH = dg.Definitions([kilde, mart]).get_repository_def().asset_graph


def _subset(*days: str, with_mart: bool) -> AssetGraphSubset:
    return AssetGraphSubset(
        partitions_subsets_by_asset_key={SOURCE: DAYS.subset_with_partition_keys(days)} if days else {},
        non_partitioned_asset_keys={MART} if with_mart else set(),
    )


def _ended_without_tuesday(instance: dg.DagsterInstance) -> PartitionBackfill:
    """As Dagster leaves it: Tuesday was asked for and not materialized, and so the mart was passed over."""
    backfill = PartitionBackfill.from_asset_graph_subset(
        "alt", time.time(), {}, instance, _subset("mandag", "tirsdag", with_mart=True), None, None, None
    )
    data = backfill.get_asset_backfill_data(GRAPH)._replace(
        requested_subset=_subset("mandag", "tirsdag", with_mart=False),
        materialized_subset=_subset("mandag", with_mart=False),
        failed_and_downstream_subset=_subset("tirsdag", with_mart=True),
    )
    ended = backfill.with_asset_backfill_data(data, instance, GRAPH).with_status(BulkActionStatus.COMPLETED_FAILED)
    instance.add_backfill(ended)
    return ended


def is_tuesday(key: dg.AssetKey, period: str) -> bool:
    return (key, period) == (SOURCE, "tirsdag")


def nothing(key: dg.AssetKey, period: str) -> bool:
    return False


@pytest.mark.parametrize("follows", [False, True])
def test_what_follows_a_refused_day_is_made_without_it_and_the_day_alone_stays_red(
    instance: dg.DagsterInstance, follows: bool
) -> None:
    backfill = _ended_without_tuesday(instance)
    if not follows:
        only_days = backfill.get_asset_backfill_data(GRAPH)._replace(
            target_subset=_subset("mandag", "tirsdag", with_mart=False),
            failed_and_downstream_subset=_subset("tirsdag", with_mart=False),
        )
        instance.update_backfill(backfill.with_asset_backfill_data(only_days, instance, GRAPH))
    assert list(forgive_absent(instance, GRAPH, nothing, is_tuesday)) == ([("alt", 1)] if follows else [])
    ended = instance.get_backfill("alt")
    assert ended
    assert ended.status is (BulkActionStatus.REQUESTED if follows else BulkActionStatus.COMPLETED_FAILED)


@pytest.mark.parametrize("a_run_failed", [False, True])
def test_what_follows_a_day_without_a_file_is_asked_for_then(instance: dg.DagsterInstance, a_run_failed: bool) -> None:
    _ended_without_tuesday(instance)
    if a_run_failed:
        job = dg.Definitions([kilde, mart]).resolve_implicit_global_asset_job_def()
        run = instance.create_run_for_job(job, tags={"dagster/backfill": "alt"}, status=dg.DagsterRunStatus.FAILURE)
        assert run.status is dg.DagsterRunStatus.FAILURE
    assert list(forgive_absent(instance, GRAPH, is_tuesday, nothing)) == [("alt", 1)]

    backfill = instance.get_backfill("alt")
    assert backfill
    data = backfill.get_asset_backfill_data(GRAPH)
    assert data.target_subset == _subset("mandag", with_mart=True)
    if a_run_failed:
        assert backfill.status is BulkActionStatus.COMPLETED_FAILED
        assert data.failed_and_downstream_subset == _subset(with_mart=True)
    else:
        assert backfill.status is BulkActionStatus.REQUESTED
        assert data.failed_and_downstream_subset.is_empty
    # a second look changes nothing
    assert list(forgive_absent(instance, GRAPH, is_tuesday, nothing)) == []


def test_a_backfill_of_which_only_the_absent_was_left_has_succeeded(instance: dg.DagsterInstance) -> None:
    backfill = _ended_without_tuesday(instance)
    data = backfill.get_asset_backfill_data(GRAPH)._replace(
        target_subset=_subset("mandag", "tirsdag", with_mart=False),
        failed_and_downstream_subset=_subset("tirsdag", with_mart=False),
    )
    instance.update_backfill(backfill.with_asset_backfill_data(data, instance, GRAPH))
    assert list(forgive_absent(instance, GRAPH, is_tuesday, nothing)) == [("alt", 1)]
    ended = instance.get_backfill("alt")
    assert ended and ended.status is BulkActionStatus.COMPLETED_SUCCESS


def test_a_month_that_the_lake_has_is_none_that_nobody_delivered(installation: Installation) -> None:
    """Else a backfill of days and of the months made of them would be green before any build."""
    installation.deliver(month("2022-04", calls_in_month("2022-04", "Aalborg", JOB, "SagIndeks", 50)))
    release, log = here().releases.link, here().lake.log
    assert months_that_can_be_made(release, active_in(log)) == set()
    take_in(here().reception, profiles()["serviceplatformen"])
    assert published_months(release) == set()
    assert months_that_can_be_made(release, active_in(log)) == {"2022-04"}


@dg.asset(partitions_def=DAYS, backfill_policy=dg.BackfillPolicy.single_run(), output_required=False)
def feed(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
    context.log_event(dg.AssetMaterialization(context.asset_key, partition="mandag"))
    take_out(context, [context.asset_key], lambda _, period: period == "tirsdag")
    yield from ()


@dg.asset(deps=[feed])
def made_of_it() -> None: ...


feeds = dg.Definitions([feed, made_of_it])


@pytest.mark.parametrize("being_submitted", [False, True])
def test_a_run_takes_a_day_without_a_file_out_of_its_backfill_before_it_ends(
    instance: dg.DagsterInstance, being_submitted: bool
) -> None:
    graph = feeds.get_repository_def().asset_graph
    days = {feed.key: DAYS.subset_with_partition_keys(["mandag", "tirsdag"])}
    target = AssetGraphSubset(partitions_subsets_by_asset_key=days, non_partitioned_asset_keys={made_of_it.key})
    backfill = PartitionBackfill.from_asset_graph_subset("alt", time.time(), {}, instance, target, None, None, None)
    if being_submitted:  # Dagster is writing it: hands off
        backfill = backfill.with_submitting_run_requests([dg.RunRequest(partition_key="mandag")], ["et"])
    instance.add_backfill(backfill)
    repository = ReconstructableRepository.for_file(__file__, "feeds")
    done = dg.execute_job(
        ReconstructableJob(repository, "__ASSET_JOB"),
        instance,
        tags={"dagster/backfill": "alt", **span_tags("mandag", "tirsdag")},
        asset_selection=[feed.key],
    )
    assert done.success
    found = instance.get_backfill("alt")
    assert found and found.status is BulkActionStatus.REQUESTED
    left = found.get_asset_backfill_data(graph).target_subset
    kept = {feed.key: DAYS.subset_with_partition_keys(["mandag"])}
    assert left == (
        target
        if being_submitted
        else AssetGraphSubset(partitions_subsets_by_asset_key=kept, non_partitioned_asset_keys={made_of_it.key})
    )
