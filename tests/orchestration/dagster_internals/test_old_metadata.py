"""What an earlier version wrote of hidden counts in Dagster goes; all else of its events stays."""

from pathlib import Path

import dagster as dg
from samples.installation import Installation

from orchestration.assets.integrity import forget_hidden_sums
from orchestration.keys import lake_key

KLE, CALLS = lake_key("kle"), lake_key("serviceplatformen")
SUM, ROWS = 987_654_321, 44


@dg.asset(key=KLE, partitions_def=dg.StaticPartitionsDefinition(["2022-03-31"]))
def as_before() -> dg.MaterializeResult:
    """A delivery as the UI told of it."""
    return dg.MaterializeResult(metadata={"dagster/row_count": ROWS, "kontrolsum": SUM, "sha256": f"{SUM:064}"})


def stored(folder: Path) -> list[Path]:
    """Files with the sum in them."""
    return [p for p in folder.rglob("*") if p.is_file() and str(SUM).encode() in p.read_bytes()]


def test_the_scrub_takes_the_sum_out_of_old_events(instance: dg.DagsterInstance, installation: Installation) -> None:
    dg.materialize([as_before], instance=instance, partition_key="2022-03-31")
    instance.report_runless_asset_event(
        dg.AssetMaterialization(KLE, metadata={"kontrolsum": SUM, "fil": "kle"}, partition="2022-03-31")
    )
    instance.report_runless_asset_event(dg.AssetMaterialization(CALLS, metadata={"kontrolsum": 7}))
    assert forget_hidden_sums(instance)
    runless, of_run = instance.fetch_materializations(KLE, limit=9).records
    assert list(runless.asset_materialization.metadata) == ["fil"]
    assert list(of_run.asset_materialization.metadata) == ["dagster/row_count"]
    assert of_run.partition_key == "2022-03-31"
    newest = instance.get_latest_materialization_event(KLE)
    assert newest and list(newest.asset_materialization.metadata) == ["fil"]
    (calls,) = instance.fetch_materializations(CALLS, limit=9).records
    assert list(calls.asset_materialization.metadata) == ["kontrolsum"]
    assert forget_hidden_sums(instance) == []
    instance.event_log_storage.dispose()
    assert stored(installation.dagster_home) == []
