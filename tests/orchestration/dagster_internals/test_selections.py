"""Whatever is selected in the UI is one build and one publication, and months are as far as the release says."""

import os
import random
import time
from collections.abc import Iterable

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph_subset import AssetGraphSubset
from dagster._core.definitions.events import AssetKeyPartitionKey
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run
from dagster._core.execution.backfill import PartitionBackfill
from dagster._core.storage.tags import BACKFILL_ID_TAG
from samples.deliveries import Delivery, System, call, calls_in_month, day, month
from samples.installation import Installation

from kdi.commands.load import load, use_dagster_home
from kdi.settings import get_settings
from orchestration.assets.build import ONCE_A_BUILD, byg
from orchestration.assets.lake import SOURCE_ASSETS
from orchestration.assets.months import STATUS_KEY
from orchestration.assets.plan import PLAN_KEY
from orchestration.dagster_internals.events import check_states, last_answer
from orchestration.definitions import defs
from orchestration.partitions import MONTH_STATUS, MONTHS, span_tags

SYSTEM = System("KSD")
KPI = dg.AssetKey(["kpi", "kald_pr_indbygger"])
HOURS = dg.AssetKey(["marts", "fct_kald_time"])
RELEASE = dg.AssetKey(["published", "udgivelse"])
BY_MONTH = byg.keys - {*ONCE_A_BUILD}


def a_day(period: str, calls: int = 7) -> Delivery:
    return day(period, call(f"{period}T12:00:00+00:00", "Fredericia", SYSTEM, calls))


def materialize(
    instance: dg.DagsterInstance, keys: Iterable[dg.AssetKey], *months: str, backfill: str = ""
) -> dg.DagsterRun:
    """What the UI's button does with a selection, alone or in a backfill."""
    keys = frozenset(keys)
    job = defs.resolve_implicit_global_asset_job_def().get_subset(asset_selection=keys)
    tags = (span_tags(months[0], months[-1]) if months else {}) | ({BACKFILL_ID_TAG: backfill} if backfill else {})
    run = instance.create_run_for_job(job, tags=tags, asset_selection=keys)
    execute_run(InMemoryJob(job), run, instance, raise_on_error=False)
    ended = instance.get_run_by_id(run.run_id)
    assert ended is not None
    return ended


def newest(instance: dg.DagsterInstance, key: dg.AssetKey) -> dg.AssetMaterialization:
    event = instance.get_latest_materialization_event(key)
    assert event is not None and event.asset_materialization is not None
    return event.asset_materialization


def told_in(instance: dg.DagsterInstance, run: dg.DagsterRun) -> AssetGraphSubset:
    """What a backfill takes for made by one of its runs."""
    logged = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    events = [entry.dagster_event for entry in logged if entry.dagster_event]
    return AssetGraphSubset.from_asset_partition_set(
        {AssetKeyPartitionKey(e.asset_key, e.partition) for e in events if e.asset_key}, defs.resolve_asset_graph()
    )


def status_checks(instance: dg.DagsterInstance) -> dict[str, bool | None]:
    return check_states(instance, dg.AssetCheckKey(STATUS_KEY, MONTH_STATUS))


def said_of(instance: dg.DagsterInstance, period: str) -> str:
    answer = last_answer(instance, dg.AssetCheckKey(STATUS_KEY, MONTH_STATUS), period)
    assert answer is not None
    return str(answer.description)


def test_everything_on_a_loaded_platform_is_green_and_writes_nothing(installation: Installation) -> None:
    installation.deliver(*(a_day(f"2022-0{m}-1{d}") for m in (1, 2, 3) for d in (0, 1)))
    assert not load().failures
    with use_dagster_home(get_settings()) as instance:
        first = installation.current.name
        assert instance.get_materialized_partitions(HOURS) == {"2022-01", "2022-02", "2022-03"}
        assert status_checks(instance) == installation.months() != {}

        # everything, with nothing new: green, and nothing is written
        assert materialize(instance, ONCE_A_BUILD).is_success
        assert installation.current.name == first
        assert "Uændret" in str(newest(instance, RELEASE).metadata["uaendret"].value)
        assert newest(instance, RELEASE).metadata["dagster/row_count"].value > 0

        # as the first run of a backfill of everything, it tells what the others would find unchanged
        everything = AssetGraphSubset(
            partitions_subsets_by_asset_key={
                key: MONTHS.subset_with_partition_keys(["2022-01", "2022-02", "2022-03"]) for key in BY_MONTH
            },
            non_partitioned_asset_keys=set(ONCE_A_BUILD),
        )
        instance.add_backfill(
            PartitionBackfill.from_asset_graph_subset("alt", time.time(), {}, instance, everything, None, None, None)
        )
        first_of_it = materialize(instance, [PLAN_KEY, dg.AssetKey(["marts", "maal"])], backfill="alt")
        assert first_of_it.is_success
        assert everything == told_in(instance, first_of_it)


@pytest.mark.long
def test_every_selection_is_one_build_and_one_publication(installation: Installation) -> None:
    installation.deliver(*(a_day(f"2022-0{m}-1{d}") for m in (1, 2, 3) for d in (0, 1)))
    assert not load().failures
    with use_dagster_home(get_settings()) as instance:
        first = installation.current.name

        # a corrected day shows at once which month it made stale, until the next build
        installation.deliver(a_day("2022-04-10"), a_day("2022-03-10", 8))
        lake = [dg.AssetKey(["lake", "stoettesystemerne"])]
        assert materialize(instance, lake, "2022-03-10", "2022-04-10").is_success
        assert said_of(instance, "2022-03").startswith("Ikke i takt")
        assert not said_of(instance, "2022-01").startswith("Ikke i takt")

        # one table, with new days in the lake: the whole release follows, and its months are told
        assert materialize(instance, [dg.AssetKey(["marts", "dim_myndighed"])]).is_success
        second = installation.current.name
        assert second != first
        assert newest(instance, RELEASE).metadata["publicering_id"].value == second
        assert "2022-04" in instance.get_materialized_partitions(KPI)
        assert not said_of(instance, "2022-03").startswith("Ikke i takt")
        assert status_checks(instance) == installation.months()

        # two months of a KPI, though nothing is new: just these are made anew from the lake
        files = installation.inodes()
        assert materialize(instance, [KPI, HOURS], "2022-01", "2022-02").is_success
        rewritten = {path for path, inode in installation.inodes().items() if files.get(path) != inode}
        facts = {
            f"marts/fct_kald_{grain}/2022-0{month}.parquet" for grain in ("time", "dag", "maaned") for month in (1, 2)
        }
        assert {path for path in rewritten if "/fct_kald_" in path} == facts
        colours = instance.get_status_by_partition(KPI, ["2022-01", "2022-02"], MONTHS) or {}
        assert {c.value for c in colours.values() if c} == {"MATERIALIZED"}


def test_no_table_is_asked_for_before_the_plan_of_all_sources() -> None:
    graph = defs.resolve_asset_graph()
    assert byg.keys - {key for key in byg.keys if PLAN_KEY in graph.get_ancestor_asset_keys(key)} == {PLAN_KEY}
    assert graph.get(PLAN_KEY).parent_keys >= {asset.key for asset in SOURCE_ASSETS}


@pytest.mark.long
def test_the_month_bar_is_what_the_release_says_after_any_order_of_deliveries(installation: Installation) -> None:
    """``KDI_ORDERS`` steps (200 unless given), each of some days or a month's file, on a day that moves on."""
    chance = random.Random(20260202)
    for number in range(int(os.environ.get("KDI_ORDERS", "200"))):
        if chance.random() < 0.3:
            period = f"2022-{chance.randint(1, 6):02}"
            row = calls_in_month(period, "Fredericia", SYSTEM, "PersonBaseDataService v4", chance.randint(1, 9**6))
            installation.deliver(month(period, row))
        else:
            days = (f"2022-{chance.randint(1, 6):02}-{chance.randint(1, 28):02}" for _ in range(chance.randint(1, 9)))
            installation.deliver(*(a_day(period, chance.randint(1, 9**6)) for period in set(days)))
        os.environ["KDI_AS_OF"] = f"2022-{7 + number // 50:02}-{1 + number % 28:02}"
        get_settings.cache_clear()
        load()
        with use_dagster_home(get_settings()) as instance:
            assert status_checks(instance) == installation.months(), number
