"""The weekly comparison: red when a whole build from the lake would say another thing than readers see.

Its asset is told of by a job of its own and by nothing else: *Materialize all* in the UI passes over an asset that no
step makes, so a whole build is never a click away. It builds in a home of its own, outside the writer's pool, and holds
up no load.
"""

import dagster as dg

from kdi.operations.comparison import BuildFailed, CannotCompare, compare, left_out
from orchestration.assets.publication import RELEASE_SPEC
from orchestration.keys import OWNERS, Resource

COMPARISON = dg.AssetSpec(
    dg.AssetKey(["gate", "ombygning"]),
    group_name="published",
    description="Den gældende publicering dannet helt på ny af søen og sammenlignet tabel for tabel, en gang om ugen af"
    " jobbet sammenlign_med_ombygning; kan ikke startes her. Er noget forskelligt, fejler jobbet og nævner tabellen."
    " »Udeladt« er kolonner, som søen ikke afgør alene.",
    kinds={"python"},
    owners=OWNERS,
    deps=[RELEASE_SPEC.key],
)


@dg.op(pool="sammenligning")
def sammenlign(context: dg.OpExecutionContext, installation: Resource) -> None:
    """Fails when a table differs: then a build has kept a piece that it should have made anew."""
    try:
        release, tables, different = compare(installation.site)
    except CannotCompare as reason:
        context.log.info(str(reason))
        return
    except BuildFailed as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    figures: dict[str, str | int] = {
        "publicering": release.publicering_id,
        "sammenlignet": tables,
        "forskellige": len(different),
        "udeladt": "; ".join(f"{table}: {', '.join(columns)}" for table, columns in sorted(left_out().items())),
    }
    context.log_event(dg.AssetMaterialization(COMPARISON.key, metadata=figures))
    if different:
        raise dg.Failure("\n".join(map(str, different)), metadata=figures, allow_retries=False)


@dg.job(description="Dan alt på ny af søen ved siden af, og se, at det er det samme som det, læserne har.")
def sammenlign_med_ombygning() -> None:
    """The proof that no input is forgotten."""
    sammenlign()
