"""What earlier versions of the platform wrote in Dagster of deliveries with small counts, and a reader may not see.

The true sum of a delivery, less the counts that are shown, is the sum of the hidden ones; the hash of its file lets
whoever knows the rest of it try the few values that one can have. Neither is written any more; this removes the old.
"""

import dagster as dg

from expectations.profiles import profiles
from orchestration.assets.lake import lake_key
from orchestration.dagster_internals.old_metadata import forget_metadata

_FOLLOWS_FROM_COUNTS = ("kontrolsum", "sha256")


def forget_hidden_sums(instance: dg.DagsterInstance) -> list[str]:
    """Remove them; a Danish line when there were any."""
    keys = [lake_key(source) for source, profile in profiles().items() if profile.hides_counts]
    changed = forget_metadata(instance, keys, _FOLLOWS_FROM_COUNTS)
    return [f"{', '.join(_FOLLOWS_FROM_COUNTS)} i {changed} af Dagsters hændelser om små antal."] if changed else []
