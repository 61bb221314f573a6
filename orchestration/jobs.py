"""Jobs over assets: one per source, for reference data, and for what is built, published and looked after."""

import dagster as dg

from expectations.profiles import profiles
from orchestration.assets.build import ONCE_A_BUILD
from orchestration.assets.inbox import KITOS_JOB_NAME
from orchestration.assets.postgres import POSTGRES_KEY
from orchestration.assets.punctuality import PUNCTUALITY_CHECKS
from orchestration.keys import INTEGRITY_KEY, KITOS_KEY, REFERENCE_KEY, intake_job_name, lake_key

INTAKE_JOBS = {
    source: dg.define_asset_job(
        intake_job_name(source),
        # Whether all has come is asked when it has been built; here those checks would be planned and skipped.
        selection=dg.AssetSelection.assets(lake_key(source)) - dg.AssetSelection.checks(*PUNCTUALITY_CHECKS),
        description=f"Indlæs leverancer fra {profile.supplier}: én kørsel for et vilkårligt spænd."
        " Fanen Partitions starter en backfill.",
    )
    for source, profile in profiles().items()
}
REFERENCE_JOB = dg.define_asset_job(
    "modtag_reference",
    selection=dg.AssetSelection.assets(REFERENCE_KEY),
    description="Sæt de referencefiler i kraft, der nu ligger i indbakken og i projektet.",
)
KITOS_JOB = dg.define_asset_job(
    KITOS_JOB_NAME,
    selection=dg.AssetSelection.assets(KITOS_KEY),
    description="Hent it-systemernes anvendelse fra KITOS til indbakken.",
)
BUILD_JOB = dg.define_asset_job(
    "byg_og_udgiv",
    # What is by month is made by the same step; selected here, the button would ask for a month.
    selection=dg.AssetSelection.assets(*ONCE_A_BUILD, POSTGRES_KEY) | dg.AssetSelection.checks(*PUNCTUALITY_CHECKS),
    description="Byg det, der er forskelligt mellem søen og publiceringen, prøv det, og udgiv det samlet."
    " Er intet nyt, ændres intet.",
    # A crashed build is tried again whole.
    tags={"dagster/retry_strategy": "ALL_STEPS"},
)
PUNCTUALITY_JOB = dg.define_asset_job(
    "foelg_leverancer",
    selection=dg.AssetSelection.checks(*PUNCTUALITY_CHECKS),
    description="Se i kalenderen, hvilke leverancer der er forsinkede eller mangler i dag. Læser kun leveranceloggen.",
)

SCRUB_JOB = dg.define_asset_job(
    "efterse_filer",
    selection=dg.AssetSelection.assets(INTEGRITY_KEY),
    description="Sammenlign hver gemt fil med dens hash, og genskab det, som indbakken stadig har.",
)
POSTGRES_JOB = dg.define_asset_job(
    "udgiv_til_postgres",
    selection=dg.AssetSelection.assets(POSTGRES_KEY),
    description="Udgiv den gældende publicering i PostgreSQL; kun det, der ikke er der, skrives.",
)
