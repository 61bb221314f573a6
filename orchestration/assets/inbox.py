"""What is fetched into the inbox; every other delivery is put there by its supplier."""

from datetime import datetime
from zoneinfo import ZoneInfo

import dagster as dg

from kdi.faults import Unreachable
from kdi.ingest.kitos import KitosConnection, KitosError, fetch_delivery
from kdi.installation import Installation
from kdi.notation.periods import LOCAL_TIME_ZONE
from orchestration.asking import can_be_tried_again
from orchestration.keys import KITOS_KEY, OWNERS, Resource

KITOS_JOB_NAME = "hent_kitos"


def fetch_kitos(installation: Installation, full: bool = False) -> str:
    """Write today's delivery from KITOS to the inbox; returns its path.

    Args:
        full: ask for everything, not only for what has changed since the last delivery.

    Raises:
        KitosError: KITOS could not be read; what was in the inbox is untouched.
    """
    settings = installation.settings
    connection = KitosConnection(settings.kitos_url, settings.kitos_email, settings.kitos_password)
    today = datetime.now(ZoneInfo(LOCAL_TIME_ZONE)).date()
    return fetch_delivery(connection, installation.inbox, today, full)


@dg.asset(
    key=KITOS_KEY,
    group_name="inbox",
    description=(
        "Dagens it-systemanvendelser fra KITOS, uden personer, hentet gennem dets REST API v2. Den optager ingen plads;"
        " svarer KITOS ikke, spørger sensoren kitos_igen igen senere."
    ),
    kinds={"json"},
    owners=OWNERS,
)
def kitos_indbakke(context: dg.AssetExecutionContext, installation: Resource) -> dg.MaterializeResult:
    """Fetch into the inbox; the intake takes it from there as it does any delivery."""
    if not installation.settings.kitos_email and context.run.job_name != KITOS_JOB_NAME:
        # One of many that somebody selected: what is not set up here is no fault.
        told = "KITOS er ikke sat op her; der er intet hentet."
        context.log.info(told)
        return dg.MaterializeResult(metadata={"hentet": False, "status": told})
    try:
        path = fetch_kitos(installation)
    except KitosError as error:
        if isinstance(error, Unreachable):
            can_be_tried_again(context)
        raise dg.Failure(str(error), allow_retries=False) from None
    return dg.MaterializeResult(metadata={"hentet": True, "fil": path})
