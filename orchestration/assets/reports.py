"""The reports as assets: one per product of the catalogue, by quarter or by month, made from the release in force.

A sensor makes a period's reports once, when a release holds all of it. A correction that comes later is shown by making
the partition again, or with ``kdi report``.
"""

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import dagster as dg

from kdi.notation.periods import LOCAL_TIME_ZONE, first_day, months_before
from kdi.report.catalogue import Product, products
from kdi.report.edition import Edition, NotPublished
from kdi.report.make import Press
from kdi.settings import get_settings
from orchestration import partitions
from orchestration.assets.publication import RELEASE_KEY
from orchestration.dagster_internals.backfills import take_out
from orchestration.keys import OWNERS, Resource

GROUP = "reports"
# A pool of their own: they read what is published, and keep no delivery waiting.
REPORT_POOL = "rapport"
# A quarter's key is its first month; the running quarter is none yet.
QUARTERS = dg.TimeWindowPartitionsDefinition(
    start=f"{get_settings().first_day.year}-01",
    end=f"{partitions.END:%Y-%m}" if partitions.END else None,
    fmt="%Y-%m",
    cron_schedule="0 0 1 1,4,7,10 *",
    timezone=LOCAL_TIME_ZONE,
)
_JOBS = {"kvartal": "lav_kvartalets_rapporter", "maaned": "lav_maanedens_rapporter"}


def _report(product: Product) -> dg.AssetsDefinition:
    key = dg.AssetKey([GROUP, product.id])

    @dg.asset(
        key=key,
        group_name=GROUP,
        description=(
            f"{product.titel}. Til: {product.til}. Laves af den gældende publicering; er filerne lavet af den allerede,"
            " ændres de ikke. Rød: linjerne nævner de rapporter, der ikke kunne laves; de andre er lavet."
        ),
        kinds={"html"} if product.id in ("web", "nyhedsbrev") else {"pdf"},
        owners=OWNERS,
        deps=[RELEASE_KEY],
        pool=REPORT_POOL,
        partitions_def=QUARTERS if product.rytme == "kvartal" else partitions.MONTHS,
        backfill_policy=dg.BackfillPolicy.single_run(),
        output_required=False,
    )
    def report(context: dg.AssetExecutionContext, installation: Resource) -> Iterator[dg.MaterializeResult]:
        press, failures = installation.press, []
        usable = cache(lambda: usable_months(press.release) if press.release.exists() else [])
        release = press.release.resolve().name
        for period in context.partition_keys:
            if len(context.partition_keys) > 1 and last_month(product.rytme, period) not in usable():
                context.log.info(f"{period}: publiceringen har ikke perioden.")
            elif made := _already_made(context.instance, key, period, release):
                context.log_event(made)
            else:
                try:
                    context.log_event(_made(context, press, product, period, release))
                except dg.Failure as failure:  # the other periods are made all the same
                    failures.append(str(failure.description))
        if failures:
            raise dg.Failure("\n".join(failures), allow_retries=False)
        take_out(context, [key], lambda _, period: last_month(product.rytme, period) not in usable())
        yield from ()

    return report


def _is_published(release: Path, product: Product, period: str) -> bool:
    """Whether the release in force has the period; by itself it is made, or says why not."""
    return release.exists() and last_month(product.rytme, period) in usable_months(release)


def is_absent(release: Path, key: dg.AssetKey, period: str) -> bool:
    """Whether a period of a report is none of the release in force."""
    product = products().get(key.path[-1]) if key.path[0] == GROUP else None
    return product is not None and not _is_published(release, product, period)


def _already_made(
    instance: dg.DagsterInstance, key: dg.AssetKey, period: str, release: str
) -> dg.AssetMaterialization | None:
    """What is there, made from the same release."""
    found = instance.fetch_materializations(dg.AssetRecordsFilter(key, asset_partitions=[period]), limit=1).records
    last = found[0].asset_materialization if found else None
    if last is None or "publicering_id" not in last.metadata or last.metadata["publicering_id"].value != release:
        return None
    if not Path(str(last.metadata["mappe"].value)).exists():
        return None
    return dg.AssetMaterialization(
        key, partition=period, metadata=last.metadata, description="Uændret: lavet af den gældende publicering."
    )


def _made(
    context: dg.AssetExecutionContext, press: Press, product: Product, period: str, release: str
) -> dg.AssetMaterialization:
    from kdi.report.make import ReportsFailed, make, names_not_shown

    context.log.info(f"{product.titel} for {period}.")
    try:
        files = list(make(press, product.id, last_month(product.rytme, period)))
    except (ReportsFailed, NotPublished) as failed:
        raise dg.Failure(str(failed), allow_retries=False) from failed
    altered = names_not_shown(press)
    for line in altered:
        context.log.warning(line)
    folder = files[0].parent if files else press.folder
    return dg.AssetMaterialization(
        dg.AssetKey([GROUP, product.id]),
        partition=period,
        metadata={
            "publicering_id": release,
            "filer": len(files),
            "mappe": dg.MetadataValue.path(str(folder)),
            "navne, der ikke vises helt": altered[:50],
        },
    )


def last_month(rhythm: str, key: str) -> date:
    """The month that a partition's reports are about."""
    first = first_day(key)
    return months_before(first, -2) if rhythm == "kvartal" else first


ASSETS = [_report(product) for product in products().values()]
JOBS = [
    dg.define_asset_job(
        name,
        selection=dg.AssetSelection.assets(*(["reports", p.id] for p in products().values() if p.rytme == rhythm)),
        partitions_def=QUARTERS if rhythm == "kvartal" else partitions.MONTHS,
        description="Lav periodens rapporter af den gældende publicering.",
    )
    for rhythm, name in _JOBS.items()
]


def usable_months(release: Path) -> list[date]:
    """Months of the release that are whole, or whose deliveries are no longer waited for."""
    with Edition(release) as edition:
        return edition.usable


def due(months: list[date]) -> Iterator[tuple[str, str]]:
    """Job and partition for the newest whole month, and for the newest quarter whose three months are whole."""
    if months:
        yield _JOBS["maaned"], f"{months[-1]:%Y-%m}"
    whole = set(months)
    ends = [
        m for m in months if m.month % 3 == 0 and {m.replace(month=m.month - 1), m.replace(month=m.month - 2)} <= whole
    ]
    if ends:
        yield _JOBS["kvartal"], f"{ends[-1].year}-{ends[-1].month - 2:02d}"


@dg.sensor(
    jobs=JOBS,
    minimum_interval_seconds=300,
    description="Laver en måneds og et kvartals rapporter én gang, når publiceringen har det hele.",
)
def perioden_er_hel(
    context: dg.SensorEvaluationContext, installation: Resource
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Makes the reports of a month and of a quarter once, when the release in force holds all of it."""
    release = installation.releases.link.resolve()
    if context.cursor == release.name or not release.exists():
        yield dg.SkipReason("Ingen ny publicering.")
        return
    try:
        periods = list(due(usable_months(release)))
    except NotPublished as reason:
        yield dg.SkipReason(str(reason))
        return
    for job, key in periods:
        yield dg.RunRequest(run_key=f"{job}:{key}", job_name=job, partition_key=key)
    context.update_cursor(release.name)
