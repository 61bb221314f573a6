"""The plan asset: what this build makes anew. It stands between the lake and dbt's staging."""

import dagster as dg

from orchestration import lock
from orchestration.assets.lake import OWNERS, REFERENCE_KEY, SOURCE_ASSETS, WRITER_POOL
from orchestration.build.start import start
from orchestration.ingest.reference.intake import InvalidReference
from orchestration.integrity.files import Damaged
from orchestration.integrity.room import NoRoom
from orchestration.settings import get_settings

PLAN_KEY = dg.AssetKey(["build", "plan"])


class PlanConfig(dg.Config):
    """Options of a build."""

    rebuild: bool = False  # make everything anew from the lake, whatever the current release holds


@dg.asset(
    key=PLAN_KEY,
    group_name="build",
    description=(
        "The difference between the lake and the current release: the days, months and extracts to make anew."
        " Lays out the private build files for dbt."
    ),
    kinds={"duckdb"},
    owners=OWNERS,
    deps=[*(asset.key for asset in SOURCE_ASSETS), REFERENCE_KEY],
    pool=WRITER_POOL,
)
def plan(context: dg.AssetExecutionContext, config: PlanConfig) -> dg.MaterializeResult:
    """Start a build. The writer's lock is kept until the release is published or the process ends."""
    settings = get_settings()
    lock.acquire(settings)
    try:
        planned, manifest = start(settings, config.rebuild)
    except (Damaged, NoRoom, InvalidReference) as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    return dg.MaterializeResult(
        metadata={
            "publicering_id": manifest.publicering_id,
            "statusdato": manifest.statusdato,
            "fuld_genopbygning": planned.full,
            "grund": planned.reason,
            "dage": len(planned.days),
            "maaneder": len(planned.months),
            "udtraek": len(planned.extracts),
            "aktive_leverancer": len(manifest.leverancer),
            "beroerte_maaneder": planned.months[:60],
        }
    )
