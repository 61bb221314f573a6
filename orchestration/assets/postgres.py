"""The release in force, in PostgreSQL too, when an address is set."""

from collections.abc import Iterator

import dagster as dg

from orchestration.assets.publication import RELEASE_KEY
from orchestration.dagster_internals.names import BACKFILL_ID_TAG
from orchestration.keys import OWNERS, WRITER_POOL, Resource

POSTGRES_KEY = dg.AssetKey(["published", "postgres"])


@dg.asset(
    key=POSTGRES_KEY,
    group_name="published",
    description=(
        "De samme tabeller i PostgreSQL, med adgang række for række; skiftet sker i én transaktion. Intet gøres, når"
        " KDI_POSTGRES_DSN ikke er sat."
    ),
    kinds={"postgres"},
    owners=OWNERS,
    deps=[RELEASE_KEY],
    output_required=False,
    pool=WRITER_POOL,
)
def postgres(context: dg.AssetExecutionContext, installation: Resource) -> Iterator[dg.MaterializeResult]:
    """Publish what is in force; the files are published already and stay so if this fails."""
    from kdi.publish.postgres.connection import PostgresProblem

    if not installation.settings.postgres_dsn.get_secret_value():
        told = "KDI_POSTGRES_DSN er ikke sat; der udgives kun filer."
        context.log.info(told)
        if BACKFILL_ID_TAG in context.run.tags:  # which would count it as failed, and what comes after it too
            yield dg.MaterializeResult(metadata={"udgivet": False, "status": told})
        return
    try:
        published = installation.publish_to_postgres()
    except PostgresProblem as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    yield dg.MaterializeResult(
        metadata={
            "publicering_id": published.publicering_id,
            "tabeller": published.tables,
            "filer_skrevet": published.written,
            "raekker_skrevet": published.rows_written,
            "laeses_stadig": list(published.left),
        }
    )
