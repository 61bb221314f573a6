"""Names that assets, jobs and sensors know each other by."""

import dagster as dg

from kdi.installation import Installation

# What every asset, op and sensor takes under the name ``installation``: the one that its definitions were made for.
Resource = dg.ResourceParam[Installation]
OWNERS = ["dataplatform@example.org"]  # as the dbt project's groups
WRITER_POOL = "skriver"
REFERENCE_KEY = dg.AssetKey(["lake", "reference"])
KITOS_KEY = dg.AssetKey(["inbox", "kitos"])
INTEGRITY_KEY = dg.AssetKey(["gate", "integritet"])


def lake_key(source: str) -> dg.AssetKey:
    """Asset key of a source in the lake."""
    return dg.AssetKey(["lake", source])


def intake_job_name(source: str) -> str:
    """Name of the job that takes in a source's deliveries."""
    return f"modtag_{source}"
