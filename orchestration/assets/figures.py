"""The gate on figures that cannot be, compared with the release before."""

from collections.abc import Sequence

import dagster as dg

from kdi.building.start import Site
from kdi.publish import figures
from kdi.publish.release import Manifest
from orchestration.assets.made import Made, answer
from orchestration.keys import OWNERS

FIGURES_KEY = dg.AssetKey(["gate", "rimelighed"])


def figure_findings(site: Site, manifest: Manifest) -> list[figures.FigureFinding]:
    """The rules that the build in progress breaks, with who has accepted what."""
    releases = site.releases
    before = releases.manifest(manifest.forgaenger) if manifest.forgaenger else None
    with site.workspace.connect() as connection:
        return figures.findings(
            connection,
            releases.folder / before.publicering_id / "kdi.duckdb" if before else None,
            before.raekker if before else {},
            site.lake.log.events(),
        )


CHECK_SPECS = [
    dg.AssetCheckSpec(r.name, asset=FIGURES_KEY, blocking=r.severity == "critical", description=r.remedy)
    for r in figures.rules()
]


def spec(upstream: Sequence[dg.AssetKey]) -> dg.AssetSpec:
    """The gate on every table that would be published."""
    return dg.AssetSpec(
        FIGURES_KEY,
        group_name="published",
        description=(
            "Tal, der ikke kan være (expectations/figures.yml), i byggeriet og mod den tidligere publicering. Rød:"
            " intet er udgivet; er tallet rigtigt, så godkend fundet med kdi finding accept."
        ),
        kinds={"duckdb"},
        owners=OWNERS,
        deps=upstream,
    )


def judge_figures(site: Site, manifest: Manifest) -> Made:
    """Whether the build in progress breaks a rule that nobody has accepted."""
    found = {f.regel: f for f in figure_findings(site, manifest)}
    metadata = {
        "sammenlignet_med": manifest.forgaenger or "",
        "fund": len(found),
        "godkendte": sum(f.godkendt is not None for f in found.values()),
    }
    return Made(FIGURES_KEY, metadata, tuple(_answer(rule, found.get(rule.name)) for rule in figures.rules()))


def _answer(rule: figures.Rule, finding: figures.FigureFinding | None) -> dg.AssetCheckEvaluation:
    critical = finding.holds_back if finding else rule.severity == "critical"
    return answer(
        FIGURES_KEY,
        rule.name,
        finding is None or finding.godkendt is not None,
        figures.described(finding) if finding else "Intet fund.",
        severity=dg.AssetCheckSeverity.ERROR if critical else dg.AssetCheckSeverity.WARN,
    )
