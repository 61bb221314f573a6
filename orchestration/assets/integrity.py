"""The scrub as an asset: how much was read, and what was found, as figures that plot over time."""

import dagster as dg

from kdi.operations.scrub import scrub
from kdi.settings import get_settings
from orchestration.assets.lake import OWNERS, WRITER_POOL
from orchestration.operations.old_events import forget_hidden_sums

INTEGRITY_KEY = dg.AssetKey(["gate", "integritet"])


@dg.asset(
    key=INTEGRITY_KEY,
    group_name="published",
    description="Hver gemt fil sammenlignet med dens hash: leverancer, referencedata og publiceringer."
    " Rød: linjen nævner filen.",
    kinds={"python"},
    owners=OWNERS,
    pool=WRITER_POOL,
)
def integritet(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """Fails when something is damaged that could not be mended; each line says what to do."""
    outcome = scrub(get_settings())
    outcome.removed += forget_hidden_sums(context.instance)
    for line in (*outcome.removed, *outcome.mended):
        context.log.warning(line)
    figures = {
        "filer": outcome.files,
        "megabyte": outcome.bytes / 1e6,
        "fjernet": len(outcome.removed),
        "genskabt": len(outcome.mended),
        "beskadiget": len(outcome.damaged),
    }
    if outcome.damaged:
        raise dg.Failure("\n".join(outcome.damaged), metadata=figures, allow_retries=False)
    return dg.MaterializeResult(metadata=figures)
