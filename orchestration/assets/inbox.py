"""What is fetched into the inbox; every other delivery is put there by its supplier."""

from datetime import datetime
from zoneinfo import ZoneInfo

import dagster as dg

from orchestration.assets.lake import KITOS_KEY, OWNERS, WRITER_POOL
from orchestration.ingest.kitos import KitosConnection, KitosError, fetch_delivery
from orchestration.ingest.rules import LOCAL_TIME_ZONE
from orchestration.settings import Settings, get_settings


def fetch_kitos(settings: Settings, full: bool = False) -> str:
    """Write today's delivery from KITOS to the inbox; returns its path.

    Args:
        full: ask for everything, not only for what has changed since the last delivery.

    Raises:
        KitosError: KITOS could not be read; what was in the inbox is untouched.
    """
    connection = KitosConnection(settings.kitos_url, settings.kitos_email, settings.kitos_password)
    today = datetime.now(ZoneInfo(LOCAL_TIME_ZONE)).date()
    return fetch_delivery(connection, settings.inbox_url, today, full)


@dg.asset(
    key=KITOS_KEY,
    group_name="inbox",
    description="KITOS' it-system-usages of today, without persons, fetched through its REST API v2.",
    kinds={"json"},
    owners=OWNERS,
    pool=WRITER_POOL,
    retry_policy=dg.RetryPolicy(max_retries=3, delay=900),
)
def kitos_indbakke() -> dg.MaterializeResult:
    """Fetch into the inbox; the intake takes it from there as it does any delivery."""
    try:
        path = fetch_kitos(get_settings())
    except KitosError as error:
        raise dg.Failure(str(error)) from None
    return dg.MaterializeResult(metadata={"fil": path})
