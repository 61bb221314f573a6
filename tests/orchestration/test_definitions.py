"""What a data engineer meets in the Dagster UI: the graph, its layers, and what starts runs."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from samples.deliveries import System, call, day

from expectations.profiles import profiles
from kdi.ingest.intake import take_in
from kdi.installation import here
from kdi.settings import PROJECT_ROOT, get_settings

# Tables that readers outside rely on; the list is theirs and may only grow.
PROMISED = {
    *(f"marts/dim_{n}" for n in ("dato", "time", "myndighed", "leverandoer", "it_system", "service", "serviceaftale")),
    *("marts/dim_kle", "marts/dim_snitflade", "marts/leverance_log"),
    *(f"marts/fct_{n}" for n in ("kald_time", "kald_maaned", "kle_sager", "folketal")),
    *(f"marts/fct_{n}" for n in ("klarmelding", "systemanvendelse", "sapa_opslag")),
    *(f"kpi/{n}" for n in ("kald_pr_indbygger", "kald_pr_borger_danmark", "udbredelse", "udbredelse_huller")),
    *(f"kpi/{n}" for n in ("tilslutning", "tilslutning_kommune", "klarmelding_reel", "potentiale")),
    *(f"kpi/{n}" for n in ("potentiale_kommune", "potentiale_k98", "kle_daekning", "kle_huller", "kle_sager", "sapa")),
    *(f"kpi/{n}" for n in ("service_konsekvens", "serviceaftale_status")),
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("KDI_HOME", str(tmp_path))
    monkeypatch.delenv("KDI_INBOX", raising=False)
    monkeypatch.setenv("KDI_SETTLE_SECONDS", "0")
    get_settings.cache_clear()
    yield tmp_path
    get_settings.cache_clear()


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    from orchestration.definitions import defs

    return defs


def sensor_context(instance: dg.DagsterInstance, definitions: dg.Definitions) -> dg.SensorEvaluationContext:
    parts = {"installation": here()}
    return dg.build_sensor_context(instance=instance, definitions=definitions, resources=parts)


def test_the_groups_are_the_layers_of_the_datas_way(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    groups = {graph.get(key).group_name for key in graph.get_all_asset_keys()}
    assert groups == {"inbox", "lake", "build", "staging", "intermediate", "marts", "kpi", "published", "reports"}


def test_no_layer_depends_on_a_later_one(definitions: dg.Definitions) -> None:
    order = ["inbox", "lake", "build", "staging", "intermediate", "marts", "kpi", "published", "reports"]
    graph = definitions.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        own = order.index(str(graph.get(key).group_name))
        for parent in graph.get(key).parent_keys:
            assert order.index(str(graph.get(parent).group_name)) <= own, f"{key} depends on {parent}"


def test_every_asset_has_an_owner_a_description_and_a_kind(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.owners, key
        assert node.description, key
        assert node.kinds, key


def test_every_job_and_automation_says_what_it_does(definitions: dg.Definitions) -> None:
    repository = definitions.get_repository_def()
    jobs = [job for job in repository.get_all_jobs() if not job.name.startswith("__")]
    for each in (*jobs, *repository.sensor_defs, *repository.schedule_defs):
        assert each.description, each.name


def test_every_published_table_shows_its_columns(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    published = [key for key in graph.get_all_asset_keys() if key.path[0] in ("marts", "kpi")]
    assert {"/".join(key.path) for key in published} >= PROMISED
    for key in published:
        schema = graph.get(key).metadata["dagster/column_schema"]
        assert schema.columns, key
        assert all(column.description for column in schema.columns), key


def test_nothing_is_published_past_a_broken_control_total_or_a_count_that_can_be_worked_out(
    definitions: dg.Definitions,
) -> None:
    graph = definitions.resolve_asset_graph()
    checks = {key.name: graph.get_check_spec(key) for key in graph.asset_check_keys if key.asset_key.path[0] == "gate"}
    assert checks["kontroltotaler_stemmer"].blocking
    assert checks["ingen_skjulte_antal_kan_udregnes"].blocking
    gates = {dg.AssetKey(["gate", name]) for name in ("kontroltotaler", "diskretion", "formaal", "rimelighed")}
    assert graph.get(dg.AssetKey(["published", "udgivelse"])).parent_keys == gates
    assert checks["alle_tabeller_har_formaal_og_hjemmel"].blocking
    assert graph.get(dg.AssetKey(["published", "postgres"])).parent_keys == {dg.AssetKey(["published", "udgivelse"])}


def test_one_writer_at_a_time(definitions: dg.Definitions) -> None:
    from orchestration.keys import WRITER_POOL

    graph = definitions.resolve_asset_graph()
    for key in graph.executable_asset_keys:
        # reports only read what is published; fetching waits for others, and writes one file that it then names
        pools = {"reports": {"rapport"}, "inbox": set()}.get(key.path[0], {WRITER_POOL})
        assert graph.get(key).pools == pools, key


def test_a_whole_build_is_no_click_away_and_holds_up_no_load(definitions: dg.Definitions) -> None:
    """*Materialize all* takes what can be materialized; the comparison has a job and a pool of its own."""
    from orchestration.assets.comparison import COMPARISON
    from orchestration.assets.lake import WRITER_POOL

    graph = definitions.resolve_asset_graph()
    assert COMPARISON.key in graph.get_all_asset_keys() - graph.materializable_asset_keys
    (node,) = definitions.resolve_job_def("sammenlign_med_ombygning").all_node_defs
    assert {node.pool} & {WRITER_POOL, None} == set()  # type: ignore[attr-defined]


def test_the_sensor_asks_for_one_run_for_all_new_days(definitions: dg.Definitions, home: Path) -> None:
    folder = home / "inbox" / "stoettesystemerne"
    folder.mkdir(parents=True)
    for period in ("2022-04-01", "2022-04-02", "2022-04-05"):
        (folder / f"stoettesystemerne_{period}.csv").write_text(f"indhold {period}", encoding="utf-8")
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(
            instance=instance, definitions=definitions, resources={"installation": here()}
        )
        (request,) = definitions.get_sensor_def("nye_leverancer").evaluate_tick(context).run_requests
    assert request.job_name == "modtag_stoettesystemerne"
    assert request.tags["dagster/asset_partition_range_start"] == "2022-04-01"
    assert request.tags["dagster/asset_partition_range_end"] == "2022-04-05"


def test_the_sensor_registers_a_new_extract_date_as_a_partition(definitions: dg.Definitions, home: Path) -> None:
    folder = home / "inbox" / "kle"
    folder.mkdir(parents=True)
    (folder / "kle_2022-03-31.csv").write_text("indhold", encoding="utf-8")
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(
            instance=instance, definitions=definitions, resources={"installation": here()}
        )
        (request,) = definitions.get_sensor_def("nye_leverancer").evaluate_tick(context).run_requests
        assert instance.get_dynamic_partitions("udtraek_kle") == ["2022-03-31"]
    assert request.job_name == "modtag_kle"


def test_an_empty_inbox_starts_nothing(definitions: dg.Definitions, home: Path) -> None:
    (home / "inbox" / "kle").mkdir(parents=True)
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(
            instance=instance, definitions=definitions, resources={"installation": here()}
        )
        assert not definitions.get_sensor_def("nye_leverancer").evaluate_tick(context).run_requests
        assert not definitions.get_sensor_def("lake_er_aendret").evaluate_tick(context).run_requests


def test_the_sensor_builds_when_nothing_is_being_taken_in_any_more(definitions: dg.Definitions, home: Path) -> None:
    folder = home / "inbox" / "stoettesystemerne"
    folder.mkdir(parents=True)
    delivery = day("2022-04-01", call("2022-04-01T08:00:00+02:00", "Fredericia", System("Jobcentersystemet"), 7))
    (folder / delivery.name).write_bytes(delivery.content)
    take_in(here().reception, profiles()["stoettesystemerne"])
    sensor = definitions.get_sensor_def("lake_er_aendret")
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(
            instance=instance, definitions=definitions, resources={"installation": here()}
        )
        run = instance.add_run(dg.DagsterRun(job_name="modtag_kle", status=dg.DagsterRunStatus.STARTED))
        tick = sensor.evaluate_tick(context)
        assert not tick.run_requests
        assert tick.skip_message == "modtag_kle er i gang eller i kø; der bygges, når kørslen er slut."
        instance.report_run_canceled(run)
        (request,) = sensor.evaluate_tick(context).run_requests
        assert request.run_key


def test_dg_and_the_workspace_name_the_code_location_alike() -> None:
    """A link into the UI, and a run of the command line, are found by that name."""
    import tomllib

    import yaml

    from orchestration.dagster_internals import origins

    told = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["dg"]["project"]
    assert told["code_location_name"] == origins.CODE_LOCATION
    assert told["code_location_target_module"] == origins.MODULE
    (entry,) = yaml.safe_load((PROJECT_ROOT / "workspace.yaml").read_text(encoding="utf-8"))["load_from"]
    assert entry["python_module"] == {"module_name": origins.MODULE, "location_name": origins.CODE_LOCATION}


def test_facts_and_kpis_with_a_month_are_partitioned_by_it(definitions: dg.Definitions) -> None:
    from orchestration.partitions import MONTHS

    graph = definitions.resolve_asset_graph()
    by_month = {"/".join(k.path) for k in graph.get_all_asset_keys() if graph.get(k).partitions_def == MONTHS}
    facts = {f"marts/fct_kald_{grain}" for grain in ("time", "dag", "maaned")}
    assert by_month >= facts | {"kpi/udbredelse", "kpi/kald_pr_indbygger"}
    assert not any(key.startswith(("marts/dim_", "staging/", "intermediate/")) for key in by_month)


def test_the_daily_build_asks_nobody_for_a_month(definitions: dg.Definitions) -> None:
    assert definitions.resolve_job_def("byg_og_udgiv").partitions_def is None


def test_dagster_finds_the_code_location() -> None:
    """As its own programs look for it: exactly one Definitions object in the module."""
    from dagster._core.workspace.autodiscovery import loadable_targets_from_python_module

    (target,) = loadable_targets_from_python_module("orchestration.definitions", str(PROJECT_ROOT))
    assert target.attribute == "defs"
