"""The weekly comparison as an asset: red when a whole build from the lake would say another thing than readers see."""

import dagster as dg

from orchestration.assets.lake import OWNERS, WRITER_POOL
from orchestration.operations.comparison import BuildFailed, CannotCompare, compare
from orchestration.settings import get_settings

COMPARISON_KEY = dg.AssetKey(["gate", "ombygning"])


@dg.asset(
    key=COMPARISON_KEY,
    group_name="published",
    description="Den gældende publicering dannet helt på ny af søen og sammenlignet tabel for tabel."
    " Rød: linjen nævner tabellen.",
    kinds={"python"},
    owners=OWNERS,
    pool=WRITER_POOL,
)
def ombygning(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """Fails when a table differs: then a build has kept a piece that it should have made anew."""
    try:
        release, tables, different = compare(get_settings())
    except CannotCompare as reason:
        context.log.info(str(reason))
        return dg.MaterializeResult(metadata={"sammenlignet": 0, "grund": str(reason)})
    except BuildFailed as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    figures: dict[str, str | int] = {
        "publicering": release.publicering_id,
        "sammenlignet": tables,
        "forskellige": len(different),
    }
    if different:
        raise dg.Failure("\n".join(map(str, different)), metadata=figures, allow_retries=False)
    return dg.MaterializeResult(metadata=figures)
