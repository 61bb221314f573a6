"""Partitions: days, months and extracts, in Danish time, and the spans asked for in a run."""

import dagster as dg

from orchestration.ingest.profiles import Profile
from orchestration.ingest.rules import LOCAL_TIME_ZONE
from orchestration.settings import get_settings

_FIRST = get_settings().first_day

# The running day and month are partitions too: a supplier may deliver before they end.
DAYS = dg.DailyPartitionsDefinition(_FIRST.isoformat(), timezone=LOCAL_TIME_ZONE, end_offset=1)
MONTHS = dg.MonthlyPartitionsDefinition(_FIRST.strftime("%Y-%m"), timezone=LOCAL_TIME_ZONE, fmt="%Y-%m", end_offset=1)


def of_source(profile: Profile) -> dg.PartitionsDefinition:
    """A source's partitions: every day, every month, or the dates of the extracts that have come."""
    if profile.rhythm == "udtraek":
        return dg.DynamicPartitionsDefinition(name=f"udtraek_{profile.source}")
    return DAYS if profile.rhythm == "dag" else MONTHS


def span_tags(first: str, last: str) -> dict[str, str]:
    """Run tags that ask for the partitions from ``first`` to ``last``, both included, in one run."""
    return {
        "dagster/asset_partition_range_start": first,
        "dagster/asset_partition_range_end": last,
    }
