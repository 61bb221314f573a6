"""The second gate and the publication: control totals from file to KPI, then the switch."""

from collections.abc import Iterator
from dataclasses import replace

import dagster as dg

from expectations.judge import judge
from expectations.suites import suite
from orchestration import lock
from orchestration.assets.disclosure import DISCLOSURE_KEY
from orchestration.assets.figures import FIGURES_KEY, figure_findings
from orchestration.assets.lake import OWNERS, WRITER_POOL
from orchestration.assets.purposes import PURPOSE_KEY
from orchestration.build import isolation
from orchestration.build.start import remember_publications, started
from orchestration.build.workspace import Workspace
from orchestration.lake import depot
from orchestration.publish import figures
from orchestration.publish.release import Overtaken, Releases
from orchestration.settings import get_settings
from orchestration.steps import step

CONTROL_KEY = dg.AssetKey(["gate", "kontroltotaler"])
RELEASE_KEY = dg.AssetKey(["published", "udgivelse"])


def control_totals(upstream: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """The gate before publication, depending on every table that would be published."""

    @dg.asset(
        key=CONTROL_KEY,
        group_name="published",
        description="Control totals from file to KPI over the touched periods. Every difference must be zero.",
        kinds={"duckdb", "greatexpectations"},
        owners=OWNERS,
        deps=upstream,
        pool=WRITER_POOL,
        check_specs=[
            dg.AssetCheckSpec(d.name, asset=CONTROL_KEY, description=d.description, blocking=d.severity == "critical")
            for d in suite("publicering").demands
        ],
    )
    def kontroltotaler(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        settings = get_settings()
        _, manifest = started(settings)
        connection = Workspace(settings).connect()
        try:
            frame = connection.execute("select * from intermediate.int_kontroltotaler order by all").fetchdf()
        finally:
            connection.close()
        verdicts = judge(frame, suite("publicering"), "publicering", settings.data_docs)
        step("gate: control totals judged")
        yield dg.MaterializeResult(
            metadata={
                "dagster/row_count": len(frame),
                "forskel_i_alt": int(frame["forskel"].abs().sum()),
                # One curve per leg of the way from file to KPI; each must lie on zero.
                **{f"forskel {led}": int(part.abs().sum()) for led, part in frame.groupby("led")["forskel"]},
                "kald": int(frame.loc[frame["led"] == "maaned_til_danmark", "fundet"].sum()),
            },
            check_results=[
                dg.AssetCheckResult(
                    check_name=v.demand.name,
                    passed=v.passed,
                    severity=dg.AssetCheckSeverity.ERROR
                    if v.demand.severity == "critical"
                    else dg.AssetCheckSeverity.WARN,
                    description=f"{len(v.failed)} af {len(frame)} kontroltotaler."
                    + ("" if v.passed else f" {isolation.told(settings, manifest)}"),
                    metadata={"brud": list(v.failed[:50])},
                )
                for v in verdicts
            ],
        )

    return kontroltotaler


@dg.asset(
    key=RELEASE_KEY,
    group_name="published",
    description="The release that consumers read: published/current/kdi.duckdb and the same tables as Parquet.",
    kinds={"duckdb", "parquet"},
    owners=OWNERS,
    deps=[CONTROL_KEY, DISCLOSURE_KEY, PURPOSE_KEY, FIGURES_KEY],
    pool=WRITER_POOL,
)
def udgivelse(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """Turn the build into a release and switch ``current`` to it."""
    settings = get_settings()
    plan, manifest = started(settings)
    months = None if plan.full else plan.months
    try:
        found = figures.require(figure_findings(settings, manifest))  # the writer asks too
        manifest = replace(manifest, fund=found)
        release = Releases(settings).publish(Workspace(settings), manifest, months)
    except (Overtaken, figures.FiguresCannotBe) as overtaken:
        raise dg.Failure(str(overtaken), allow_retries=False) from overtaken
    remember_publications(settings)
    depot.keep_log(settings)
    lock.release(settings)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(release.raekker.values()),
            "publicering_id": release.publicering_id,
            "forgaenger": release.forgaenger or "",
            "sti": dg.MetadataValue.path(str(settings.published / "current")),
            "raekker": release.raekker,
        }
    )
