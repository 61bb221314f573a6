"""dbt's runs of a build: what is touched, and then, whole, what the change of something else has reached.

``dbt build`` runs over all models; a failed test of severity error fails the build, and nothing after it runs. A second
run follows only where pieces that were kept no longer hold (:mod:`kdi.building.pieces`).
"""

import importlib.metadata
import math
import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import dagster as dg
import duckdb
from dagster import AssetCheckEvaluation
from packaging.version import Version

from kdi.building import dbt_process, isolation, pieces, project, spark
from kdi.building.plan import Plan
from kdi.building.project import PROJECT_DIR
from kdi.building.start import LaidOut, Site
from kdi.building.workspace import wanted
from kdi.lake.delivery import Delivery
from kdi.machine import progress
from kdi.machine.steps import step
from kdi.publish.extent import Extent
from kdi.publish.purposes import Purposes
from kdi.publish.release import Manifest
from orchestration.assets.made import Made
from orchestration.assets.transformations import CHECK_SPECS, SPECS, TRANSLATOR
from orchestration.dagster_internals.dbt_unimported import DbtCliInvocation, validate_manifest

# Lays out the build, from the lake alone or not, and without some deliveries.
LayOut = Callable[[bool, frozenset[str]], LaidOut]
# Names of models; None for all.
Nodes = frozenset[str] | None


@dataclass(frozen=True)
class Built:
    """What dbt made: the plan it followed, the release to be, how much was made, and the tables with their tests."""

    planned: Plan
    manifest: Manifest
    extent: Extent
    made: list[Made]


@dataclass(frozen=True)
class _Run:
    """Runs of dbt: the last one, and the tables and answers of all, where a later one's replace an earlier's."""

    invocation: DbtCliInvocation
    tables: dict[dg.AssetKey, dg.AssetMaterialization]
    answers: dict[dg.AssetCheckKey, AssetCheckEvaluation]

    @property
    def succeeded(self) -> bool:
        return bool(self.invocation.is_successful())

    def then(self, later: "_Run") -> "_Run":
        return _Run(later.invocation, self.tables | later.tables, self.answers | later.answers)


@dataclass(frozen=True)
class _Attempt:
    planned: Plan
    manifest: Manifest
    extent: Extent
    run: _Run


def run_dbt(context: dg.AssetExecutionContext, site: Site, lay_out: LayOut) -> Built:
    """Build the models in the workspace, and test them; each is told of as it ends.

    Raises:
        dagster.Failure: a model or a test failed; the tests that were run have their answers in the run.
    """
    return _Builder(context, site, lay_out).build()


class _Builder:
    """One build: its runs of dbt in one workspace."""

    def __init__(self, context: dg.AssetExecutionContext, site: Site, lay_out: LayOut) -> None:
        self._context, self._site, self._lay_out = context, site, lay_out
        self._workspace, self._engine = site.workspace, site.engine
        # One folder for all runs of an engine: on Spark dbt then parses only what changed since the last.
        name = "dbt" if self._engine == "duckdb" else f"dbt-{self._engine}"
        self._target = self._workspace.folder.with_name(name)
        self._graph = pieces.Graph.read(project.prepare())

    def build(self) -> Built:
        """The plan's build; where values of new deliveries are what fails it, the one without them."""
        attempt = self._attempt()
        failed = _failed_for_data(attempt.run.invocation)
        if failed and self._engine == "duckdb" and self._hold_back(attempt.manifest, failed):
            attempt = self._attempt()
        if not attempt.run.succeeded:
            self._fail(attempt.run, attempt.manifest)
        return Built(attempt.planned, attempt.manifest, attempt.extent, self._made(attempt.run, attempt.manifest))

    def _attempt(self, anew: bool = False, without: frozenset[str] = frozenset(), within: Nodes = None) -> _Attempt:
        """What is touched; then, whole, what other code or a change beside the touched has reached.

        Args:
            anew: everything from the lake.
            without: ids of deliveries to leave out.
            within: the models to make; None for all.
        """
        planned, manifest, active = self._lay_out(anew, without)
        causes = {} if planned.full else self._of_other_code()
        run = self._run(planned, active, causes, within)
        if planned.full or not (run.succeeded or _failed_for_data(run.invocation)):
            return _Attempt(planned, manifest, Extent(), run)
        extent = self._touched(planned, causes) if run.succeeded else Extent()
        causes = self._with_reached(causes, run)
        if causes and self._engine == "spark":
            return self._attempt(True, without, within)
        if causes:
            run = run.then(self._whole(active, causes, within))
            extent = replace(extent, whole={self._graph.models[n].shown: why for n, why in causes.items()})
        return _Attempt(planned, manifest, extent, run)

    def _touched(self, planned: Plan, causes: Collection[str]) -> Extent:
        kpis = None if "int_tragt__beroerte" in causes else frozenset(self._workspace.kpi_months())
        return Extent(frozenset(planned.months), kpis)

    def _of_other_code(self) -> dict[str, str]:
        """Pieces made by other code than today's, and all that is made from them: they cannot go on. With the cause."""
        with closing(self._workspace.connect()) as connection:
            changed = pieces.changed_code(connection, project.codes())
        return self._graph.causes({n: f"{n} har anden kode" for n in changed & self._graph.in_pieces})

    def _with_reached(self, causes: Mapping[str, str], run: _Run) -> dict[str, str]:
        """Also what a change beside the touched has reached and, where there is any, what dbt could not make."""
        with closing(self._workspace.connect()) as connection:
            changed = pieces.changed_content(connection, self._graph)
        roots = {n: f"{m.shown} er ændret" for m in changed for n in self._graph.reached([m.name])}
        found = {**self._graph.causes(roots), **causes}
        if found and not run.succeeded:
            unmade = {n for r in _results(run.invocation) for n in self._graph.of_node(r["unique_id"])}
            found = {**self._graph.causes(dict.fromkeys(unmade, "forsøgt igen")), **found}
        return found

    def _run(self, planned: Plan, active: list[Delivery], causes: Collection[str], within: Nodes) -> _Run:
        """``dbt build`` of what is touched, of all models but those that are to be made whole."""
        if self._engine == "spark":
            deliveries = wanted(planned, active)
            spark.lay_out(self._workspace, self._site.lake.folder, deliveries, project.prepare())
        progress.stage("Bygger tabeller og prøver dem", len(SPECS) + len(CHECK_SPECS) if progress.is_shown() else None)
        select = ["--select", " ".join(sorted(within - set(causes)))] if within else []
        run = self._followed(select or (["--exclude", " ".join(sorted(causes))] if causes else []))
        if run.succeeded and self._engine == "spark":
            spark.bring_home(self._workspace, self._target / "manifest.json")
        return run

    def _whole(self, active: list[Delivery], causes: Mapping[str, str], within: Nodes) -> _Run:
        """``dbt build`` of some models from all that is active, and of what only passes rows on to them."""
        names = self._graph.with_passing(causes if within is None else within & set(causes))
        told = ", ".join(sorted(self._graph.models[n].shown for n in causes))
        self._context.log.info(f"Dannes helt på ny ({'; '.join(sorted(set(causes.values())))}): {told}")
        progress.stage("Danner hele tabeller på ny", len(names) if progress.is_shown() else None)
        # What is hidden for what earlier releases said is hidden by all of them, whichever extracts are made.
        earlier = self._site.releases.earlier() if "int_kle__tidligere" in names else []
        self._workspace.lay_out_whole(active, self._graph.deliveries_of(names), earlier)
        return self._followed(["--full-refresh", "--select", " ".join(sorted(names))])

    def _hold_back(self, manifest: Manifest, failed: dict[str, str]) -> frozenset[str]:
        """Find the new deliveries without which the tables hold, and let them wait; none when nothing would be left."""
        within = self._graph.up_to({model for node in failed for model in self._graph.of_node(node)})

        def holds(without: frozenset[str]) -> bool:
            progress.stage("Leder efter leverancen, tabellerne ikke holder med")
            return self._attempt(without=without, within=within).run.succeeded

        candidates = isolation.new_deliveries(self._site.lake.log, self._site.releases, manifest)
        held = isolation.isolate(candidates, holds)
        if not held or len(held) == len(manifest.leverancer):
            return frozenset()
        said = "; ".join(f"{node.split('.')[2]}: {text}" for node, text in failed.items())
        isolation.hold_back(self._site.lake.log, held, said)
        self._context.log.warning(f"Holdt tilbage, fordi tabellerne ikke holder med dem: {', '.join(sorted(held))}")
        return held

    def _dbt_build(self, options: Sequence[str]) -> DbtCliInvocation:
        (self._target / "run_results.json").unlink(missing_ok=True)  # of an earlier run
        run = dbt_process.host().run(
            [
                # Every statement in dbt.log cost an eighth of dbt's time; what was run lies in its folder `run` too.
                *("--log-format", "json", "--log-level-file", "info", "--log-format-file", "text"),
                *("--log-path", str(self._target), "--no-send-anonymous-usage-stats"),
                # Unit tests prove the models in the test suite; in a load they would only cost time.
                *("build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "exposure"),
                *("--target-path", str(self._target), *options),
            ],
            os.environ | {"KDI_MEMORY_LIMIT": self._workspace.memory_limit},
            self._workspace.folder,
            self._engine,
        )
        return DbtCliInvocation(
            run,  # type: ignore[arg-type]  # what it asks of a process, a fork of another can answer
            validate_manifest(project.prepare()),
            TRANSLATOR,
            PROJECT_DIR,
            self._target,
            raise_on_error=False,
            cli_version=Version(importlib.metadata.version("dbt-core")),
        )

    def _followed(self, options: Sequence[str]) -> _Run:
        """What dbt did, told in the run as it happens: tables turn green only when they are published."""
        run, told_at = _Run(self._dbt_build(options), {}, {}), -math.inf
        for event in progress.each(run.invocation.stream()):
            step("dbt: a model or test is done")
            if isinstance(event, dg.AssetMaterialization):
                run.tables[event.asset_key] = event
                seconds = event.metadata.get("Execution Duration")
                took = f" ({seconds.value:.1f} s)" if isinstance(seconds, dg.FloatMetadataValue) else ""
                # One line a second: each is a row in Dagster's storage, and all were a seventh of this process's work.
                if time.monotonic() - told_at >= 1 or len(run.tables) == len(SPECS):
                    told_at = time.monotonic()
                    told = f"Tabel {len(run.tables)} af {len(SPECS)}: {event.asset_key.to_user_string()}{took}"
                    self._context.log.info(told)
            elif isinstance(event, AssetCheckEvaluation):
                run.answers[event.asset_check_key] = event
                if len(run.answers) % 25 == 0 or not event.passed:
                    verdict = "" if event.passed else f"; {event.check_name} holder ikke"
                    self._context.log.info(f"Test {len(run.answers)} af {len(CHECK_SPECS)}{verdict}")
        return run

    def _fail(self, run: _Run, manifest: Manifest) -> None:
        for evaluation in run.answers.values():
            self._context.log_event(evaluation)
        lines = [*_failures(run.invocation), isolation.told(self._site.lake.log, self._site.releases, manifest)]
        raise dg.Failure("\n".join(filter(None, lines)), allow_retries=False)

    def _made(self, run: _Run, manifest: Manifest) -> list[Made]:
        """The tables with rows, purpose and the answers of their tests; the state keeps what they were made from."""
        with closing(self._workspace.connect()) as connection:
            pieces.write(connection, self._graph, project.codes())
            rows = _row_counts(connection)
        purposes = Purposes.read(self._site.lake.reference_folder(manifest.inputs["reference"]))
        answers = list(run.answers.values())
        return [_made(table, answers, rows, purposes) for table in run.tables.values()]


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


def _results(invocation: DbtCliInvocation) -> list[dict[str, Any]]:
    """What became of every node that was not made, or did not hold; none when dbt could not start or was ended."""
    try:
        found = invocation.get_artifact("run_results.json")["results"]
    except FileNotFoundError:
        return []
    return [r for r in found if r["status"] in ("error", "fail", "runtime error", "skipped")]


def _failed(invocation: DbtCliInvocation) -> list[dict[str, Any]]:
    return [r for r in _results(invocation) if r["status"] != "skipped"]


def _failed_for_data(invocation: DbtCliInvocation) -> dict[str, str]:
    """The models and tests (unique ids) that failed, with what was said; empty when one failed for another reason."""
    failed = {} if invocation.is_successful() else {r["unique_id"]: r for r in _failed(invocation)}
    if not all(isolation.is_of_data(r["status"], r.get("message") or "") for r in failed.values()):
        return {}
    return {name: " ".join((r.get("message") or "").split()) for name, r in failed.items()}


def _failures(invocation: DbtCliInvocation) -> list[str]:
    """One line per model or test that failed."""
    lines = []
    for result in _failed(invocation):
        kind, _, name, *_ = result["unique_id"].split(".")
        message = " ".join((result.get("message") or "").split())
        lines.append(f"dbt {kind} {name}: {message}")
    return lines or [f"dbt build fejlede: {invocation.get_error()}"]


def _row_counts(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, ...], int]:
    """Rows of every table of the build, by schema and name."""
    tables = connection.execute(
        "select database_name, schema_name, table_name from duckdb_tables() where not internal"
    ).fetchall()
    return {
        (schema, table): connection.execute(f"select count(*) from {database}.{schema}.{table}").fetchall()[0][0]
        for database, schema, table in tables
    }
