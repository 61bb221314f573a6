"""The plan as an asset: what a build makes anew. It stands between the lake and dbt's staging."""

from collections.abc import Sequence

import dagster as dg

from kdi.building.plan import Plan
from kdi.building.start import LaidOut, Site
from kdi.building.status import Status
from kdi.machine.disk_space import NoRoom
from kdi.machine.files import Damaged
from kdi.publish.extent import Extent
from kdi.publish.release import Manifest
from orchestration.assets.lake import SOURCE_ASSETS
from orchestration.assets.made import Made
from orchestration.keys import OWNERS, REFERENCE_KEY

PLAN_KEY = dg.AssetKey(["build", "plan"])
SPEC = dg.AssetSpec(
    PLAN_KEY,
    group_name="build",
    description=(
        "Forskellen mellem søen og publiceringen: de dage, måneder og udtræk, der bygges på ny. Lægger byggeriets"
        " filer frem for dbt."
    ),
    kinds={"duckdb"},
    owners=OWNERS,
    deps=[*(asset.key for asset in SOURCE_ASSETS), REFERENCE_KEY],
)


def lay_out(site: Site, status: Status, rebuild: bool, months: Sequence[str]) -> LaidOut:
    """Lay out the build folder. Call with the writer's lock held.

    Args:
        rebuild: make everything anew.
        months: to make anew whether they differ or not.

    Raises:
        dagster.Failure: a file of the lake is damaged, or there is no room; nothing is changed.
    """
    try:
        return site.start(status, rebuild, months)
    except (Damaged, NoRoom) as error:
        raise dg.Failure(str(error), allow_retries=False) from error


def made(planned: Plan, manifest: Manifest, extent: Extent) -> Made:
    """The plan as it was when the release was made."""
    metadata = {
        "publicering_id": manifest.publicering_id,
        "statusdato": manifest.statusdato,
        "fuld_genopbygning": planned.full,
        "grund": planned.reason,
        "dage": len(planned.days),
        "maaneder": len(planned.months),
        "udtraek": len(planned.extracts),
        "hele_tabeller_dannet": dict(extent.whole),
        "aktive_leverancer": len(manifest.leverancer),
        "beroerte_maaneder": planned.months[:60],
    }
    return Made(PLAN_KEY, metadata)
