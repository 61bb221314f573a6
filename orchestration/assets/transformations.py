"""The dbt project as assets: staging → intermediate → marts (the star) → kpi.

``dbt build`` runs over all of it. dbt tests are asset checks; a failed one of severity error fails the build, and
nothing after it runs.
"""

import fcntl
import importlib.metadata
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
from dagster import AssetCheckEvaluation
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliInvocation,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)
from packaging.version import Version

from orchestration import progress
from orchestration.assets.lake import REFERENCE_KEY, lake_key
from orchestration.assets.made import Made
from orchestration.assets.months import has_months
from orchestration.assets.plan import PLAN_KEY
from orchestration.build import isolation, spark
from orchestration.build.plan import Plan
from orchestration.build.status import status_of
from orchestration.build.workspace import Workspace, wanted
from orchestration.ingest.profiles import profiles
from orchestration.lake.reference import reference_folder
from orchestration.partitions import MONTHS
from orchestration.publish.purposes import Purposes
from orchestration.publish.release import Manifest
from orchestration.settings import PROJECT_ROOT, Settings, get_settings
from orchestration.steps import step

# Lays out the build without some deliveries; returns the plan and the manifest of the release to be.
LayOut = Callable[[frozenset[str]], tuple[Plan, Manifest]]

PROJECT_DIR = PROJECT_ROOT / "dbt_project"
DBT = Path(sys.executable).with_name("dbt")
_PLANNED_SOURCES = {"plan", "basis"}


class DbtCommand(DbtCliResource):
    """dbt's command line without what this project does not use and would wait five seconds for.

    The parent asks ``dbt --version`` in a process of its own and opens the adapter inside Dagster
    to fetch row counts; here the version is read from the installed package and rows are counted
    by one connection after dbt has left the file.
    """

    @property
    def _cli_version(self) -> Version:
        return Version(importlib.metadata.version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> None:  # type: ignore[override]
        return None


def dbt_cli() -> DbtCommand:
    """dbt's command line, run from this environment whatever the PATH."""
    return DbtCommand(
        project_dir=os.fspath(PROJECT_DIR),
        profiles_dir=os.fspath(PROJECT_DIR),
        dbt_executable=sys.executable,
        # Every statement in dbt.log cost an eighth of dbt's time; what was run lies in its folder `run` too.
        global_config_flags=["-m", "orchestration.build.dbt_process", "--log-level-file", "info"],
    )


def prepared_project() -> DbtProject:
    """The dbt project with a manifest that is newer than every file it was made from.

    One process makes it while others, which may start at the same moment, wait. Where this user may
    not write, as in production, it was made with the installation.
    """
    project = DbtProject(project_dir=PROJECT_DIR, profiles_dir=PROJECT_DIR)
    manifest = project.manifest_path
    if _is_newest(manifest) and not os.access(manifest.parent, os.W_OK):
        return project
    manifest.parent.mkdir(parents=True, exist_ok=True)
    with (manifest.parent / ".lock").open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        if not _is_newest(manifest):
            # As a load on DuckDB names its target: dbt parses all anew for another.
            subprocess.run(
                [str(DBT), "--quiet", "parse", "--target", "duckdb"],
                cwd=PROJECT_DIR,
                env=os.environ
                | {
                    "KDI_HOME": str(get_settings().root),
                    "DBT_PROFILES_DIR": str(PROJECT_DIR),
                    "DBT_TARGET_PATH": str(manifest.parent),
                },
                check=True,
            )
            manifest.touch()
    return project


def _is_newest(manifest: Path) -> bool:
    sources = [p for p in PROJECT_DIR.rglob("*") if p.suffix in (".sql", ".yml") and "target" not in p.parts]
    return manifest.exists() and manifest.stat().st_mtime >= max(p.stat().st_mtime for p in sources)


class Translator(DagsterDbtTranslator):
    """Asset keys say layer and name; sources are the lake's assets and the plan."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] != "source":
            return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])
        if dbt_resource_props["source_name"] in _PLANNED_SOURCES or dbt_resource_props["name"] == "leverancer":
            return PLAN_KEY
        name = dbt_resource_props["name"]
        return lake_key(name) if name in profiles() else REFERENCE_KEY

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        # Without the SQL, which stands in dbt's documentation: the catalogue shows the first line only.
        return dbt_resource_props.get("description") or dbt_resource_props["name"]

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        return spec._replace(description=_of_test(manifest["nodes"][unique_id])) if spec else None

    def get_partitions_def(self, dbt_resource_props: Mapping[str, Any]) -> dg.PartitionsDefinition | None:
        props = dbt_resource_props
        is_by_month = props["resource_type"] == "model" and has_months(props["schema"], props["name"], props["columns"])
        return MONTHS if is_by_month else None

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        # The folder, not the schema: what KPIs are computed from belongs with them in the graph.
        return dbt_resource_props["fqn"][1]


_TESTS = {
    "not_null": "{column} er aldrig tom.",
    "unique": "{column} er entydig.",
    "accepted_values": "{column} har kun de aftalte værdier.",
    "relationships": "Hver værdi af {column} findes i den tabel, den henviser til.",
}


def _of_test(node: Mapping[str, Any]) -> str:
    """What a dbt test demands, and what to do when it fails, in Danish."""
    generic = node.get("test_metadata") or {}
    column = node.get("column_name") or "Nøglen"
    said = node.get("description") or _TESTS.get(generic.get("name", ""), "").format(column=column)
    return f"{said or node['name'] + '.'} Rød: intet er udgivet; testens SQL viser rækkerne."


TRANSLATOR = Translator(settings=DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))


@dbt_assets(
    manifest=prepared_project().manifest_path,
    project=DbtProject(project_dir=PROJECT_DIR, profiles_dir=PROJECT_DIR),
    dagster_dbt_translator=TRANSLATOR,
)
def _models() -> Iterator[Any]:
    """Never run: it holds dagster-dbt's own mapping of models to assets and of tests to checks."""
    yield from ()


def _as_table(spec: dg.AssetSpec) -> dg.AssetSpec:
    """The asset of a model; by month where its rows are."""
    metadata = {k: v for k, v in spec.metadata.items() if k != "dagster_dbt/project"}  # the UI cannot show it
    return spec.replace_attributes(skippable=True, metadata=metadata)


SPECS = [_as_table(spec) for spec in _models.specs]
CHECK_SPECS = list(_models.check_specs)


def run_dbt(
    context: dg.AssetExecutionContext, dbt: DbtCommand, settings: Settings, lay_out: LayOut
) -> tuple[Plan, Manifest, list[Made]]:
    """Build all models in the workspace, and test them; each is told of as it ends.

    Args:
        lay_out: lays out the workspace without some deliveries.

    Returns:
        The plan and manifest that were followed, and the tables with rows, purpose and the answers of their tests.

    Raises:
        dagster.Failure: a model or a test failed; the tests that were run have their answers in the run.
    """
    workspace = Workspace(settings)
    os.environ["KDI_HOME"] = str(settings.root)  # dbt is started in another folder
    os.environ["KDI_BUILD"] = str(workspace.folder)
    os.environ["KDI_BUILD_PARENT"] = str(os.getpid())
    os.environ["KDI_BUILD_ENGINE"] = settings.engine
    os.environ["KDI_MEMORY_LIMIT"] = settings.memory_limit
    # One folder for all runs of an engine: dbt then parses only what changed since the last.
    target_path = settings.root / ("dbt" if settings.engine == "duckdb" else f"dbt-{settings.engine}")
    built = _built(context, dbt, settings, lay_out, target_path)
    if not built.invocation.is_successful():
        for evaluation in built.answers:
            context.log_event(evaluation)
        lines = [*_failures(built.invocation), isolation.told(settings, built.manifest)]
        raise dg.Failure("\n".join(filter(None, lines)), allow_retries=False)
    if settings.engine == "spark":
        spark.bring_home(workspace, target_path / "manifest.json")
    rows = _row_counts(workspace)
    purposes = Purposes.read(reference_folder(settings, built.manifest.inputs["reference"]))
    made = [_made(table, built.answers, rows, purposes) for table in built.tables]
    return built.planned, built.manifest, made


@dataclass(frozen=True)
class _Built:
    """A run of dbt, what it made, and the plan that it followed."""

    planned: Plan
    manifest: Manifest
    invocation: DbtCliInvocation
    tables: list[dg.AssetMaterialization]
    answers: list[AssetCheckEvaluation]


def _built(
    context: dg.AssetExecutionContext, dbt: DbtCommand, settings: Settings, lay_out: LayOut, target_path: Path
) -> _Built:
    """dbt's run; a second one without the new deliveries that the tables do not hold with, where that helps."""
    planned, manifest = lay_out(frozenset())
    if settings.engine == "spark":
        deliveries = wanted(planned, status_of(settings).active)
        spark.lay_out(Workspace(settings), settings.lake, deliveries, prepared_project().manifest_path)
    invocation = _dbt_build(dbt, settings, target_path)
    tables, answers = _followed(context, invocation)
    if settings.engine == "duckdb" and (failed := _failed_for_data(invocation)):
        run = partial(_dbt_build, dbt, settings, target_path)
        if held := _hold_back(settings, manifest, failed, lay_out, run):
            context.log.warning(f"Holdt tilbage, fordi tabellerne ikke holder med dem: {', '.join(sorted(held))}")
            planned, manifest = lay_out(frozenset())
            invocation = _dbt_build(dbt, settings, target_path)
            tables, answers = _followed(context, invocation)
    return _Built(planned, manifest, invocation, tables, answers)


def _dbt_build(dbt: DbtCommand, settings: Settings, target_path: Path, only: Sequence[str] = ()) -> DbtCliInvocation:
    """Begin ``dbt build`` in the workspace, of all or of ``only`` some nodes and what they are made from."""
    # Unit tests prove the models in the test suite; in a load they would only cost time.
    arguments = ["build", "--target", settings.engine, "--exclude-resource-type", "unit_test"]
    if only:
        arguments += ["--select", " ".join(f"+{node}" for node in only)]
    (target_path / "run_results.json").unlink(missing_ok=True)  # of an earlier run
    return dbt.cli(
        arguments,
        manifest=prepared_project().manifest_path,
        dagster_dbt_translator=TRANSLATOR,
        raise_on_error=False,
        target_path=target_path,
    )


def _followed(
    context: dg.AssetExecutionContext, invocation: DbtCliInvocation
) -> tuple[list[dg.AssetMaterialization], list[AssetCheckEvaluation]]:
    """What dbt did, told in the run as it happens: tables turn green only when they are published."""
    tables: list[dg.AssetMaterialization] = []
    answers: list[AssetCheckEvaluation] = []
    progress.stage("Bygger tabeller og prøver dem", len(SPECS) + len(CHECK_SPECS) if progress.is_shown() else None)
    for event in progress.each(invocation.stream()):
        step("dbt: a model or test is done")
        if isinstance(event, dg.AssetMaterialization):
            tables.append(event)
            seconds = event.metadata.get("Execution Duration")
            took = f" ({seconds.value:.1f} s)" if isinstance(seconds, dg.FloatMetadataValue) else ""
            told = f"Tabel {len(tables)} af {len(SPECS)}: {event.asset_key.to_user_string()}{took}"
            context.log.info(told)
        elif isinstance(event, AssetCheckEvaluation):
            answers.append(event)
            if len(answers) % 25 == 0 or not event.passed:
                verdict = "" if event.passed else f"; {event.check_name} holder ikke"
                context.log.info(f"Test {len(answers)} af {len(CHECK_SPECS)}{verdict}")
    return tables, answers


def _made(
    table: dg.AssetMaterialization,
    answers: list[AssetCheckEvaluation],
    rows: Mapping[tuple[str, ...], int],
    purposes: Purposes,
) -> Made:
    path = tuple(table.asset_key.path)
    known = {"dagster/row_count": rows[path], **purposes.as_metadata(".".join(path))} if path in rows else {}
    own = tuple(answer for answer in answers if answer.asset_key == table.asset_key)
    return Made(table.asset_key, {**table.metadata, **known}, own)


def _hold_back(
    settings: Settings,
    manifest: Manifest,
    failed: dict[str, str],
    lay_out: LayOut,
    run: Callable[[Sequence[str]], DbtCliInvocation],
) -> frozenset[str]:
    """Find the new deliveries without which the tables hold, and let them wait; none when nothing would be left."""

    def holds(without: frozenset[str]) -> bool:
        progress.stage("Leder efter leverancen, tabellerne ikke holder med")
        lay_out(without)
        return run(list(failed)).wait().is_successful()

    candidates = isolation.new_deliveries(settings, manifest)
    held = isolation.isolate(candidates, holds)
    if not held or len(held) == len(manifest.leverancer):
        return frozenset()
    isolation.hold_back(settings, held, "; ".join(f"{name}: {said}" for name, said in failed.items()))
    return held


def _results(invocation: DbtCliInvocation) -> list[dict[str, Any]]:
    """What became of every node; none when dbt could not start or was ended."""
    try:
        found = invocation.get_artifact("run_results.json")["results"]
    except FileNotFoundError:
        return []
    return [r for r in found if r["status"] in ("error", "fail", "runtime error")]


def _failed_for_data(invocation: DbtCliInvocation) -> dict[str, str]:
    """Names of the models and tests that failed, with what was said; empty when one failed for another reason."""
    failed = {} if invocation.is_successful() else {r["unique_id"]: r for r in _results(invocation)}
    if not all(isolation.is_of_data(r["status"], r.get("message") or "") for r in failed.values()):
        return {}
    return {name.split(".")[2]: " ".join((r.get("message") or "").split()) for name, r in failed.items()}


def _failures(invocation: DbtCliInvocation) -> list[str]:
    """One line per model or test that failed."""
    lines = []
    for result in _results(invocation):
        kind, _, name, *_ = result["unique_id"].split(".")
        message = " ".join((result.get("message") or "").split())
        lines.append(f"dbt {kind} {name}: {message}")
    return lines or [f"dbt build fejlede: {invocation.get_error()}"]


def _row_counts(workspace: Workspace) -> dict[tuple[str, ...], int]:
    """Rows of every table of the build, by schema and name."""
    connection = workspace.connect()
    try:
        tables = connection.execute(
            "select database_name, schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall()
        return {
            (schema, table): connection.execute(f"select count(*) from {database}.{schema}.{table}").fetchall()[0][0]
            for database, schema, table in tables
        }
    finally:
        connection.close()
