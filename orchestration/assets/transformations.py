"""The dbt project as assets: staging → intermediate → marts (the star) → kpi.

One step runs ``dbt build`` over all of it. dbt tests are asset checks; a failed one of severity
error fails the step, and nothing after it runs.
"""

import fcntl
import importlib.metadata
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
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
from orchestration.assets.lake import REFERENCE_KEY, WRITER_POOL, lake_key
from orchestration.assets.plan import PLAN_KEY
from orchestration.build import isolation, spark
from orchestration.build.plan import Plan
from orchestration.build.start import start, started
from orchestration.build.status import status_of
from orchestration.build.workspace import Workspace, wanted
from orchestration.ingest.profiles import profiles
from orchestration.lake.reference import reference_folder
from orchestration.publish.purposes import Purposes
from orchestration.publish.release import Manifest
from orchestration.settings import PROJECT_ROOT, Settings, get_settings
from orchestration.steps import step

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

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        # The folder, not the schema: what KPIs are computed from belongs with them in the graph.
        return dbt_resource_props["fqn"][1]


@dbt_assets(
    manifest=prepared_project().manifest_path,
    project=DbtProject(project_dir=PROJECT_DIR, profiles_dir=PROJECT_DIR),
    dagster_dbt_translator=Translator(settings=DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True)),
    pool=WRITER_POOL,
)
def transformations(context: dg.AssetExecutionContext, dbt: DbtCommand) -> Iterator[Any]:
    """Build all models in the workspace that the plan laid out, and test them."""
    settings = get_settings()
    planned, manifest = started(settings)
    purposes = Purposes.read(reference_folder(settings, manifest.inputs["reference"]))
    workspace = Workspace(settings)
    os.environ["KDI_HOME"] = str(settings.root)  # dbt is started in another folder
    os.environ["KDI_BUILD"] = str(workspace.folder)
    os.environ["KDI_BUILD_PARENT"] = str(os.getpid())
    os.environ["KDI_BUILD_ENGINE"] = settings.engine
    os.environ["KDI_MEMORY_LIMIT"] = settings.memory_limit
    # One folder for all runs of an engine: dbt then parses only what changed since the last.
    target_path = settings.root / ("dbt" if settings.engine == "duckdb" else f"dbt-{settings.engine}")
    if settings.engine == "spark":
        deliveries = wanted(planned, status_of(settings).active)
        spark.lay_out(workspace, settings.lake, deliveries, prepared_project().manifest_path)
    run = partial(_dbt_build, dbt, settings, target_path)
    invocation, events = run(context)
    if settings.engine == "duckdb" and (failed := _failed_for_data(invocation)):
        held = _hold_back(settings, planned, manifest, failed, run)
        if held:
            context.log.warning(f"Holdt tilbage, fordi tabellerne ikke holder med dem: {', '.join(sorted(held))}")
            start(settings, rebuild=planned.full)
            invocation, events = run(context)
    if settings.engine == "spark" and invocation.is_successful():
        spark.bring_home(workspace, target_path / "manifest.json")
    rows = _row_counts(workspace) if invocation.is_successful() else {}
    for event in events:
        path = tuple(context.asset_key_for_output(event.output_name).path) if isinstance(event, dg.Output) else ()
        if path in rows:
            known: dict[str, Any] = {"dagster/row_count": rows[path], **purposes.as_metadata(".".join(path))}
            event = event.with_metadata({**event.metadata, **known})
        yield event
    if not invocation.is_successful():
        lines = [*_failures(invocation), isolation.told(settings, manifest)]
        raise dg.Failure("\n".join(filter(None, lines)), allow_retries=False)


def _dbt_build(
    dbt: DbtCommand,
    settings: Settings,
    target_path: Path,
    context: dg.AssetExecutionContext | None,
    only: Sequence[str] = (),
) -> tuple[DbtCliInvocation, list[Any]]:
    """One run of ``dbt build`` in the workspace, of all or of ``only`` some nodes and what they are made from."""
    # Unit tests prove the models in the test suite; in a load they would only cost time.
    arguments = ["build", "--target", settings.engine, "--exclude-resource-type", "unit_test"]
    if only:
        arguments += ["--select", " ".join(f"+{node}" for node in only)]
    (target_path / "run_results.json").unlink(missing_ok=True)  # of an earlier run
    manifest = None if context else prepared_project().manifest_path
    invocation = dbt.cli(arguments, context=context, manifest=manifest, raise_on_error=False, target_path=target_path)
    events = []
    if context:
        progress.stage("Bygger tabeller og prøver dem", _nodes() if progress.is_shown() else None)
    else:
        progress.stage("Leder efter leverancen, tabellerne ikke holder med")
    for event in progress.each(invocation.stream()) if context else ():
        step("dbt: a model or test is done")
        events.append(event)
    return invocation.wait(), events


def _hold_back(
    settings: Settings,
    planned: Plan,
    manifest: Manifest,
    failed: dict[str, str],
    run: Callable[..., tuple[DbtCliInvocation, list[Any]]],
) -> frozenset[str]:
    """Find the new deliveries without which the tables hold, and let them wait; none when nothing would be left."""

    def holds(without: frozenset[str]) -> bool:
        start(settings, planned.full, without)
        return run(None, list(failed))[0].is_successful()

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


def _nodes() -> int:
    """How many models and tests a build has."""
    nodes = json.loads(prepared_project().manifest_path.read_text(encoding="utf-8"))["nodes"]
    return sum(node["resource_type"] in ("model", "test") for node in nodes.values())


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
