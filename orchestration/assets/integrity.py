"""The scrub as an asset: how much was read, and what was found, as figures that plot over time."""

import dagster as dg

from expectations.profiles import profiles
from kdi.operations.scrub import scrub
from orchestration.dagster_internals.old_metadata import forget_metadata
from orchestration.keys import INTEGRITY_KEY, OWNERS, WRITER_POOL, Resource, lake_key

# What earlier versions of the platform wrote in Dagster of deliveries with small counts. A delivery's true sum, less
# the counts that are shown, is the sum of the hidden ones; its file's hash lets whoever knows the rest of it try the
# few values that one can have.
_FOLLOWS_FROM_COUNTS = ("kontrolsum", "sha256")


def forget_hidden_sums(instance: dg.DagsterInstance) -> list[str]:
    """Remove what earlier versions wrote of hidden counts; a Danish line when there was any."""
    keys = [lake_key(source) for source, profile in profiles().items() if profile.hides_counts]
    changed = forget_metadata(instance, keys, _FOLLOWS_FROM_COUNTS)
    return [f"{', '.join(_FOLLOWS_FROM_COUNTS)} i {changed} af Dagsters hændelser om små antal."] if changed else []


@dg.asset(
    key=INTEGRITY_KEY,
    group_name="published",
    description="Hver gemt fil sammenlignet med dens hash: leverancer, referencedata og publiceringer."
    " Rød: linjen nævner filen.",
    kinds={"python"},
    owners=OWNERS,
    pool=WRITER_POOL,
)
def integritet(context: dg.AssetExecutionContext, installation: Resource) -> dg.MaterializeResult:
    """Fails when something is damaged that could not be mended; each line says what to do."""
    outcome = scrub(installation.reception, installation.releases)
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
