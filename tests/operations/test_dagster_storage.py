"""Dagster keeps its runs in SQLite, or in PostgreSQL when a setting says so: the same runs, a real server."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import psycopg
import pytest
from dagster_postgres import PostgresEventLogStorage
from kdi_command import invoke
from samples.deliveries import System, call, day
from samples.installation import Installation

from demo.postgres.server import PostgresServer, postgres_server
from kdi.commands.load import use_dagster_home
from kdi.settings import PROJECT_ROOT, get_settings
from orchestration.dagster_internals.events import log_together
from orchestration.dagster_internals.launcher import LocalRunLauncher
from orchestration.dagster_internals.storage import OpenSqliteEventLogStorage
from orchestration.partitions import span_tags

PASSWORD = f"dagster-kodeord-{secrets.token_hex(8)}"


@dg.op(tags={"dagster/concurrency_key": "skriver"})
def count(context: dg.OpExecutionContext) -> None:
    context.log_event(dg.AssetMaterialization("tal", partition="2022-01-03", metadata={"dagster/row_count": 3}))


@dg.job
def count_job() -> None:
    count()


@dg.asset(
    partitions_def=dg.DailyPartitionsDefinition("2022-01-01"),
    backfill_policy=dg.BackfillPolicy.single_run(),
    output_required=False,
    check_specs=[dg.AssetCheckSpec("samlet", asset="dage")],
)
def dage() -> Iterator[dg.AssetCheckResult]:
    yield dg.AssetCheckResult(passed=True)


DAYS = [f"2022-01-{number:02}" for number in range(1, 11)]
LOADED = [d for d in DAYS if d != "2022-01-07"]  # one was refused


def _of_loaded() -> list[dg.AssetMaterialization]:
    return [
        dg.AssetMaterialization("dage", partition=d, metadata={"dagster/row_count": n}) for n, d in enumerate(LOADED)
    ]


def _asset_of_days(log: Callable[[dg.AssetExecutionContext], None]) -> dg.AssetsDefinition:
    @dg.asset(
        name="dage",
        partitions_def=dg.DailyPartitionsDefinition("2022-01-01"),
        backfill_policy=dg.BackfillPolicy.single_run(),
        output_required=False,
    )
    def logged(context: dg.AssetExecutionContext) -> Iterator[dg.Output[None]]:
        log(context)
        yield from ()

    return logged


@_asset_of_days
def one_by_one(context: dg.AssetExecutionContext) -> None:
    for materialization in _of_loaded():
        context.log_event(materialization)


@_asset_of_days
def together(context: dg.AssetExecutionContext) -> None:
    log_together(context, _of_loaded())


def recorded(instance: dg.DagsterInstance, asset: dg.AssetsDefinition) -> dict[str, object]:
    """What Dagster's pages can show of a run over the ten days."""
    run = dg.materialize([asset], instance=instance, tags=span_tags(DAYS[0], DAYS[-1]))
    key = dg.AssetKey("dage")
    kinds = Counter(e.dagster_event_type for e in instance.all_logs(run.run_id) if e.is_dagster_event)
    found = instance.fetch_materializations(key, limit=20).records
    newest = instance.get_latest_materialization_event(key)
    assert newest is not None and newest.asset_materialization is not None
    return {
        "materialized": instance.get_materialized_partitions(key),
        "rows": {r.partition_key: r.asset_materialization.metadata["dagster/row_count"].value
                 for r in found if r.asset_materialization},
        "newest": newest.asset_materialization.partition,
        "events": {kind: kinds[kind] for kind in (dg.DagsterEventType.ASSET_MATERIALIZATION,
                                                  dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED)},
        "last run": instance.get_asset_keys() == [key] and instance.get_asset_records([key])[0].asset_entry.last_run_id
        == run.run_id,
    }  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture
def address(server: PostgresServer) -> str:
    """A database of Dagster's own, whose owner has a password that must not be seen."""
    name = f"dagster_{secrets.token_hex(4)}"
    server.new_database(name)
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(f"create role {name} login password '{PASSWORD}'")  # type: ignore[call-overload]
        connection.execute(f"alter database {name} owner to {name}")  # type: ignore[call-overload]
    return f"postgresql://{name}:{PASSWORD}@127.0.0.1:{server.port}/{name}"


@pytest.fixture
def in_postgres(
    installation: Installation, address: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("KDI_DAGSTER_POSTGRES_DSN", address)
    get_settings.cache_clear()
    with use_dagster_home(get_settings()) as instance:
        yield instance


def assert_keeps_runs(instance: dg.DagsterInstance) -> None:
    result = count_job.execute_in_process(instance=instance)
    again = instance.get_run_by_id(result.run_id)
    assert again is not None
    assert again.status is dg.DagsterRunStatus.SUCCESS
    assert instance.get_materialized_partitions(dg.AssetKey("tal")) == {"2022-01-03"}
    instance.add_dynamic_partitions("udtraek_kle", ["2022-03-31"])
    assert instance.get_dynamic_partitions("udtraek_kle") == ["2022-03-31"]


def test_sqlite_by_default(instance: dg.DagsterInstance, installation: Installation) -> None:
    assert isinstance(instance.event_log_storage, OpenSqliteEventLogStorage)
    assert_keeps_runs(instance)
    assert (installation.dagster_home / "history" / "runs.db").exists()


def test_a_check_of_a_span_is_planned_once_and_answered(instance: dg.DagsterInstance) -> None:
    """Dagster would plan it for each of the ten days, and nine rows would wait for an answer for ever."""
    assert dg.materialize([dage], instance=instance, tags=span_tags("2022-01-01", "2022-01-10")).success
    records = instance.event_log_storage.get_asset_check_execution_history(
        dg.AssetCheckKey(dg.AssetKey("dage"), "samlet"), limit=20
    )
    assert [(r.status.name, r.partition) for r in records] == [("SUCCEEDED", None)]


def test_days_recorded_together_are_what_dagsters_own_storage_keeps_of_each(instance: dg.DagsterInstance) -> None:
    with dg.DagsterInstance.local_temp() as dagsters_own:
        expected = recorded(dagsters_own, one_by_one)
    assert expected["materialized"] == set(LOADED)
    assert recorded(instance, together) == expected


def test_days_recorded_together_in_postgresql(in_postgres: dg.DagsterInstance) -> None:
    with dg.DagsterInstance.local_temp() as dagsters_own:
        assert recorded(in_postgres, together) == recorded(dagsters_own, one_by_one)


def test_postgresql_by_a_setting(in_postgres: dg.DagsterInstance, installation: Installation, address: str) -> None:
    assert isinstance(in_postgres.event_log_storage, PostgresEventLogStorage)
    assert_keeps_runs(in_postgres)
    assert not (installation.dagster_home / "history" / "runs.db").exists()
    with psycopg.connect(address) as connection:
        assert connection.execute("select count(*) from runs").fetchall() == [(1,)]


def test_the_address_may_be_in_words(
    installation: Installation, server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KDI_DAGSTER_POSTGRES_DSN", server.new_database("dagster_i_ord"))
    get_settings.cache_clear()
    with use_dagster_home(get_settings()) as instance:
        assert_keeps_runs(instance)


def test_the_address_is_handed_to_no_process_and_no_file(
    in_postgres: dg.DagsterInstance, installation: Installation
) -> None:
    assert_keeps_runs(in_postgres)
    assert PASSWORD not in str(in_postgres.get_ref())
    for path in installation.folder.rglob("*"):
        assert path.is_dir() or PASSWORD.encode() not in path.read_bytes(), path


def test_another_process_finds_the_same_storage(in_postgres: dg.DagsterInstance) -> None:
    """As a run's process does, from the reference that it is started with."""
    run_id = count_job.execute_in_process(instance=in_postgres).run_id
    with dg.DagsterInstance.from_ref(in_postgres.get_ref()) as other:
        assert other.get_run_by_id(run_id) is not None


def test_the_instance_is_set_up_as_the_project_says(instance: dg.DagsterInstance) -> None:
    assert isinstance(instance.run_launcher, LocalRunLauncher)
    assert instance.run_monitoring_enabled
    assert instance.run_monitoring_max_runtime_seconds == 7200
    assert instance.run_monitoring_settings["free_slots_after_run_end_seconds"] == 20
    assert (instance.run_retries_max_retries, instance.run_retries_retry_on_asset_or_op_failure) == (1, False)
    assert instance.telemetry_enabled is False


def test_a_newer_version_of_the_project_brings_its_own_instance_file(installation: Installation) -> None:
    ours = (PROJECT_ROOT / "orchestration" / "instance.yaml").read_text(encoding="utf-8")
    file = installation.dagster_home / "dagster.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(ours + "# from an earlier version\n", encoding="utf-8")
    use_dagster_home(get_settings())
    assert file.read_text(encoding="utf-8") == ours


def test_what_the_operator_changed_is_left_alone(installation: Installation) -> None:
    ours = (PROJECT_ROOT / "orchestration" / "instance.yaml").read_text(encoding="utf-8")
    changed = ours.split("\n", 1)[1].replace("max_runtime_seconds: 7200", "max_runtime_seconds: 600")
    file = installation.dagster_home / "dagster.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(changed, encoding="utf-8")
    with use_dagster_home(get_settings()) as instance:
        assert instance.run_monitoring_max_runtime_seconds == 600
    assert file.read_text(encoding="utf-8") == changed


@pytest.mark.long
def test_no_step_starts_while_the_database_is_down_and_the_load_goes_on_when_it_is_back(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.deliver(day("2022-01-10", call("2022-01-10T08:00:00+01:00", "Fredericia", System("KSD"), 7)))
    monkeypatch.setenv("KDI_DAGSTER_POSTGRES_DSN", f"postgresql://dagster:{PASSWORD}@127.0.0.1:9/dagster")
    get_settings.cache_clear()
    down = invoke("load", status=1)
    assert "FEJL Dagsters database (KDI_DAGSTER_POSTGRES_DSN) kan ikke nås." in down.stderr
    assert PASSWORD not in down.output
    assert not (installation.home / "lake").exists() or not list((installation.home / "lake").rglob("*.parquet"))
    with postgres_server() as server:
        monkeypatch.setenv("KDI_DAGSTER_POSTGRES_DSN", server.url())
        get_settings.cache_clear()
        invoke("load")
        with use_dagster_home(get_settings()) as instance:
            assert {run.status for run in instance.get_runs()} == {dg.DagsterRunStatus.SUCCESS}


def test_nothing_of_the_lake_depends_on_dagsters_storage(tmp_path: Path) -> None:
    """It may be thrown away: a home without it is set up anew."""
    other = Installation(tmp_path, tmp_path / "nyt-dagster")
    with other.in_force() as settings, use_dagster_home(settings) as instance:
        assert_keeps_runs(instance)
