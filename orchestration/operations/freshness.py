"""When each source's newest delivery, and the release, count as late: policies over selections of assets.

They judge when something last came, not which periods are there; ``kdi status`` says those. The
grace times are the rhythms of ``docs/sources.md`` with a working day to spare.
"""

from datetime import timedelta

import dagster as dg

from orchestration.assets.lake import lake_key
from orchestration.assets.publication import RELEASE_KEY
from orchestration.ingest.profiles import Rhythm, profiles
from orchestration.ingest.rules import LOCAL_TIME_ZONE

SOURCE_POLICIES: dict[Rhythm, dg.FreshnessPolicy] = {
    # Yesterday's file comes in the night; at ten somebody can still call the supplier.
    "dag": dg.FreshnessPolicy.cron("0 10 * * *", timedelta(hours=24), LOCAL_TIME_ZONE),
    # Last month's file comes in the first days of a month; by the eighth it is late.
    "maaned": dg.FreshnessPolicy.cron("0 10 8 * *", timedelta(days=8), LOCAL_TIME_ZONE),
    # Extracts are ordered when needed, at least for the reports of every quarter.
    "udtraek": dg.FreshnessPolicy.time_window(timedelta(days=200), timedelta(days=110)),
}
# A release follows the daily delivery of the morning; the schedule builds at six.
RELEASE_POLICY = dg.FreshnessPolicy.cron("0 11 * * *", timedelta(hours=24), LOCAL_TIME_ZONE)

_PUBLISHED_GROUPS = ("marts", "kpi", "published")


def watched_keys() -> list[dg.AssetKey]:
    """The assets whose lateness somebody is told of: a source each, and the release."""
    return [*(lake_key(source) for source in profiles()), RELEASE_KEY]


def with_freshness(definitions: dg.Definitions) -> dg.Definitions:
    """The definitions with a policy for every source, by its rhythm, and for the groups that are published."""
    rhythms = {lake_key(source): profile.rhythm for source, profile in profiles().items()}

    def apply(spec: dg.AssetSpec) -> dg.AssetSpec:
        if spec.key in rhythms:
            return dg.apply_freshness_policy(spec, SOURCE_POLICIES[rhythms[spec.key]])
        if spec.group_name in _PUBLISHED_GROUPS:
            return dg.apply_freshness_policy(spec, RELEASE_POLICY)
        return spec

    # Not one selection per policy: each would resolve the whole asset graph anew.
    return definitions.map_asset_specs(func=apply)
