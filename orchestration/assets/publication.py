"""The second gate and the publication: control totals from file to KPI, then the switch."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import dagster as dg

from expectations.judge import judge
from expectations.suites import suite
from kdi.building import isolation
from kdi.building.plan import Plan
from kdi.building.start import Site, remember_publications
from kdi.machine.steps import step
from kdi.publish import figures
from kdi.publish.extent import Extent
from kdi.publish.purposes import Purposes
from kdi.publish.release import Manifest, Overtaken
from orchestration.assets.disclosure import DISCLOSURE_KEY
from orchestration.assets.figures import FIGURES_KEY, figure_findings
from orchestration.assets.made import Made, answers_of
from orchestration.assets.purposes import PURPOSE_KEY
from orchestration.keys import OWNERS

CONTROL_KEY = dg.AssetKey(["gate", "kontroltotaler"])
RELEASE_KEY = dg.AssetKey(["published", "udgivelse"])
CONTROL_CHECKS = [
    dg.AssetCheckSpec(d.name, asset=CONTROL_KEY, description=d.description, blocking=d.severity == "critical")
    for d in suite("publicering").demands
]
RELEASE_SPEC = dg.AssetSpec(
    RELEASE_KEY,
    group_name="published",
    description=(
        "Det, som læserne har: published/current/kdi.duckdb og de samme tabeller som Parquet. Rød: læserne har den"
        " tidligere publicering; kdi publish --rollback går en til tilbage."
    ),
    kinds={"duckdb", "parquet"},
    owners=OWNERS,
    deps=[CONTROL_KEY, DISCLOSURE_KEY, PURPOSE_KEY, FIGURES_KEY],
)


def control_spec(upstream: Sequence[dg.AssetKey]) -> dg.AssetSpec:
    """The gate before publication, depending on every table that would be published."""
    return dg.AssetSpec(
        CONTROL_KEY,
        group_name="published",
        description="Kontroltotaler fra fil til nøgletal for de berørte perioder. Hver forskel skal være nul;"
        " ellers udgives intet.",
        kinds={"duckdb", "greatexpectations"},
        owners=OWNERS,
        deps=upstream,
    )


def judge_control_totals(site: Site, manifest: Manifest, data_docs: Path) -> Made:
    """Whether each sum on the way from file to KPI is the one before it."""
    with site.workspace.connect() as connection:
        frame = connection.execute("select * from intermediate.int_kontroltotaler order by all").fetchdf()
    verdicts = judge(frame, suite("publicering"), "publicering", data_docs)
    step("gate: control totals judged")
    metadata = {
        "dagster/row_count": len(frame),
        "forskel_i_alt": int(frame["forskel"].abs().sum()),
        # One curve per leg of the way from file to KPI; each must lie on zero.
        **{f"forskel {led}": int(part.abs().sum()) for led, part in frame.groupby("led")["forskel"]},
        "kald": int(frame.loc[frame["led"] == "maaned_til_danmark", "fundet"].sum()),
    }
    blame = "" if all(v.passed for v in verdicts) else isolation.told(site.lake.log, site.releases, manifest)
    return Made(CONTROL_KEY, metadata, answers_of(CONTROL_KEY, verdicts, len(frame), "kontroltotaler", blame))


def publish(site: Site, planned: Plan, manifest: Manifest, extent: Extent, purposes: Purposes) -> Made:
    """Turn the build into a release and switch ``current`` to it.

    Raises:
        dagster.Failure: another release was published meanwhile, or a figure cannot be.
    """
    try:
        found = figures.require(figure_findings(site, manifest))  # the writer asks too
        manifest = replace(manifest, fund=found, grund=planned.reason, helt_paa_ny=dict(extent.whole))
        workspace = site.workspace
        workspace.close_marts()
        release = site.releases.publish(workspace.marts, workspace.private, manifest, extent, purposes)
    except (Overtaken, figures.FiguresCannotBe) as overtaken:
        raise dg.Failure(str(overtaken), allow_retries=False) from overtaken
    remember_publications(site.lake.log, site.releases)
    site.lake.depot.keep_log()
    return Made(
        RELEASE_KEY,
        {
            "dagster/row_count": sum(release.raekker.values()),
            "publicering_id": release.publicering_id,
            "forgaenger": release.forgaenger or "",
            "sti": dg.MetadataValue.path(str(site.releases.link)),
            "raekker": release.raekker,
        },
    )
