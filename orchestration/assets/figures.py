"""The gate on figures that cannot be, compared with the release before."""

from collections.abc import Iterator

import dagster as dg

from orchestration.assets.lake import OWNERS, WRITER_POOL
from orchestration.build.start import started
from orchestration.build.workspace import Workspace
from orchestration.lake.delivery_log import DeliveryLog
from orchestration.publish import figures
from orchestration.publish.release import Manifest, Releases
from orchestration.settings import Settings, get_settings

FIGURES_KEY = dg.AssetKey(["gate", "rimelighed"])


def figure_findings(settings: Settings, manifest: Manifest) -> list[figures.FigureFinding]:
    """The rules that the build in progress breaks, with who has accepted what."""
    releases = Releases(settings)
    before = releases.manifest(manifest.forgaenger) if manifest.forgaenger else None
    connection = Workspace(settings).connect()
    try:
        return figures.findings(
            connection,
            releases.folder / before.publicering_id / "kdi.duckdb" if before else None,
            before.raekker if before else {},
            DeliveryLog(settings.delivery_log).events(),
        )
    finally:
        connection.close()


def figure_gate(upstream: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """The gate on every table that would be published."""

    @dg.asset(
        key=FIGURES_KEY,
        group_name="published",
        description="Figures that cannot be (expectations/figures.yml), in the build and against the release before.",
        kinds={"duckdb"},
        owners=OWNERS,
        deps=upstream,
        pool=WRITER_POOL,
        check_specs=[
            dg.AssetCheckSpec(r.name, asset=FIGURES_KEY, blocking=r.severity == "critical", description=r.remedy)
            for r in figures.rules()
        ],
    )
    def rimelighed(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        settings = get_settings()
        _, manifest = started(settings)
        found = {f.regel: f for f in figure_findings(settings, manifest)}
        yield dg.MaterializeResult(
            metadata={
                "sammenlignet_med": manifest.forgaenger or "",
                "fund": len(found),
                "godkendte": sum(f.godkendt is not None for f in found.values()),
            },
            check_results=[_result(rule, found.get(rule.name)) for rule in figures.rules()],
        )

    return rimelighed


def _result(rule: figures.Rule, finding: figures.FigureFinding | None) -> dg.AssetCheckResult:
    critical = finding.holds_back if finding else rule.severity == "critical"
    return dg.AssetCheckResult(
        check_name=rule.name,
        passed=finding is None or finding.godkendt is not None,
        severity=dg.AssetCheckSeverity.ERROR if critical else dg.AssetCheckSeverity.WARN,
        description=figures.described(finding) if finding else "Intet fund.",
    )
