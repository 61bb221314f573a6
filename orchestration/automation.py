"""What starts runs without a person: a sensor on the inbox, one on the lake, and a daily schedule.

They only compare states. What is new is decided by the delivery log and the plan, so a sensor
that was off for a week misses nothing when it is turned on again.
"""

import hashlib
import itertools
from collections.abc import Iterator

import dagster as dg
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES

from orchestration import partitions
from orchestration.assets.integrity import INTEGRITY_KEY
from orchestration.assets.lake import KITOS_KEY, REFERENCE_KEY, lake_key
from orchestration.assets.postgres import POSTGRES_KEY
from orchestration.assets.punctuality import PUNCTUALITY_CHECKS
from orchestration.build.start import current_plan, lake_state
from orchestration.build.status import status_of
from orchestration.ingest.intake import find_pending
from orchestration.ingest.profiles import Profile, profiles
from orchestration.ingest.reference.intake import InvalidReference
from orchestration.ingest.rules import LOCAL_TIME_ZONE
from orchestration.lake.delivery_log import DeliveryLog
from orchestration.publish.release import Releases
from orchestration.settings import get_settings


def intake_job_name(source: str) -> str:
    """Name of the job that takes in a source's deliveries."""
    return f"modtag_{source}"


INTAKE_JOBS = {
    source: dg.define_asset_job(
        intake_job_name(source),
        # Whether all has come is asked when it has been built; here those checks would be planned and skipped.
        selection=dg.AssetSelection.assets(lake_key(source)) - dg.AssetSelection.checks(*PUNCTUALITY_CHECKS),
        description=f"Take in deliveries from {profile.supplier}: one run for any span.",
    )
    for source, profile in profiles().items()
}
REFERENCE_JOB = dg.define_asset_job(
    "modtag_reference",
    selection=dg.AssetSelection.assets(REFERENCE_KEY),
    description="Put the reference files in force that lie in the inbox and the project now.",
)
KITOS_JOB = dg.define_asset_job(
    "hent_kitos",
    selection=dg.AssetSelection.assets(KITOS_KEY),
    description="Fetch the use of IT systems from KITOS into the inbox.",
)
BUILD_JOB = dg.define_asset_job(
    "byg_og_udgiv",
    selection=dg.AssetSelection.all()
    - dg.AssetSelection.assets(*(lake_key(source) for source in profiles()), REFERENCE_KEY, KITOS_KEY, INTEGRITY_KEY)
    - dg.AssetSelection.groups("reports")
    | dg.AssetSelection.checks(*PUNCTUALITY_CHECKS),
    description="Make anew what differs between lake and release, test it, and publish.",
    # A step refuses to run without the plan, so a crashed build is tried again whole.
    tags={"dagster/retry_strategy": "ALL_STEPS"},
)
PUNCTUALITY_JOB = dg.define_asset_job(
    "foelg_leverancer",
    selection=dg.AssetSelection.checks(*PUNCTUALITY_CHECKS),
    description="Look at the calendar: which deliveries are late or missing today. Reads only the delivery log.",
)

SCRUB_JOB = dg.define_asset_job(
    "efterse_filer",
    selection=dg.AssetSelection.assets(INTEGRITY_KEY),
    description="Compare every stored file with its hash, and mend what the inbox still holds.",
)
POSTGRES_JOB = dg.define_asset_job(
    "udgiv_til_postgres",
    selection=dg.AssetSelection.assets(POSTGRES_KEY),
    description="Publish the release in force to PostgreSQL; writes only what is not there.",
)


def spans(profile: Profile, periods: list[str], instance: dg.DagsterInstance) -> list[tuple[str, str]]:
    """Spans (first, last) that cover ``periods``, each for one run; registers new extract dates.

    Days and months become one span. Extracts are dynamic partitions, ordered by registration: one
    span for those that stand together.
    """
    if not periods:
        return []
    definition = partitions.of_source(profile)
    if not isinstance(definition, dg.DynamicPartitionsDefinition):
        return [(periods[0], periods[-1])]
    name = str(definition.name)
    instance.add_dynamic_partitions(name, periods)
    known = list(instance.get_dynamic_partitions(name))
    places = sorted(known.index(period) for period in periods)
    groups = [
        [known[place] for _, place in group]
        for _, group in itertools.groupby(enumerate(places), lambda pair: pair[1] - pair[0])
    ]
    return [(group[0], group[-1]) for group in groups]


@dg.sensor(jobs=list(INTAKE_JOBS.values()), minimum_interval_seconds=30)
def nye_leverancer(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Takes in what is new in the inbox: one run per source, whatever the number of files."""
    found = False
    for source, profile in profiles().items():
        pending = find_pending(get_settings(), profile)
        for file in pending.undecided:
            context.log.error(str(file))
        content = hashlib.sha256("".join(sorted(f.sha256 for f in pending.files)).encode()).hexdigest()[:16]
        for first, last in spans(profile, pending.periods, context.instance):
            found = True
            yield dg.RunRequest(
                run_key=f"{source}:{first}:{last}:{content}",
                job_name=intake_job_name(source),
                tags=partitions.span_tags(first, last),
            )
    if not found:
        yield dg.SkipReason("Ingen nye leverancer i indbakken.")


@dg.sensor(job=BUILD_JOB, minimum_interval_seconds=30)
def lake_er_aendret(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Builds and publishes when the lake differs from the current release.

    A state is tried once: a failed gate is not repeated, nor is a rollback undone, until something
    new arrives. What is being taken in is waited for: the sources of a morning make one release, not one each.
    """
    settings = get_settings()
    if at_work := _at_work(context.instance):
        return dg.SkipReason(f"{at_work} er i gang eller i kø; der bygges, når kørslen er slut.")
    if not Releases(settings).current() and not DeliveryLog(settings.delivery_log).active():
        return dg.SkipReason("Der er endnu ingen leverancer.")
    try:
        is_empty = current_plan(settings).is_empty
    except InvalidReference as error:
        return dg.SkipReason(str(error))
    if is_empty:
        return dg.SkipReason("Den gældende publicering er, hvad der ligger i søen.")
    if Releases(settings).is_held_back(lake_state(settings)):
        return dg.SkipReason("Publiceringen er rullet tilbage; der bygges igen, når der kommer nyt.")
    # time alone may ask for a release, when a month's grace is over
    return dg.RunRequest(run_key=f"{lake_state(settings)}:{status_of(settings).fingerprint}")


def _at_work(instance: dg.DagsterInstance) -> str | None:
    """The job of a run that changes the lake or the release, and has not ended; None if there is none."""
    names = {job.name for job in (*INTAKE_JOBS.values(), REFERENCE_JOB, BUILD_JOB)}
    runs = instance.get_runs(filters=dg.RunsFilter(statuses=NOT_FINISHED_STATUSES))
    return next((run.job_name for run in runs if run.job_name in names), None)


# Reference data have no sensor of their own: they change rarely, and a person puts them there.
REFERENCE_SCHEDULE = dg.ScheduleDefinition(
    name="reference_hver_morgen",
    job=REFERENCE_JOB,
    cron_schedule="0 5 * * *",
    execution_timezone=LOCAL_TIME_ZONE,
)
KITOS_SCHEDULE = dg.ScheduleDefinition(
    name="kitos_hver_nat",
    job=KITOS_JOB,
    cron_schedule="30 4 * * *",
    execution_timezone=LOCAL_TIME_ZONE,
    description="Turn it on where KDI_KITOS_EMAIL and KDI_KITOS_PASSWORD are set.",
)
BUILD_SCHEDULE = dg.ScheduleDefinition(
    name="byg_hver_morgen",
    job=BUILD_JOB,
    cron_schedule="0 6 * * *",
    execution_timezone=LOCAL_TIME_ZONE,
    description="A fall-back for the sensor, and the time at which the numbers are promised.",
)
SCRUB_SCHEDULE = dg.ScheduleDefinition(
    name="efterse_filer_hver_uge",
    job=SCRUB_JOB,
    cron_schedule="0 2 * * 0",
    execution_timezone=LOCAL_TIME_ZONE,
    description="Disks forget slowly: once a week is often enough to find it while the delivery is still at hand.",
)
PUNCTUALITY_SCHEDULE = dg.ScheduleDefinition(
    name="foelg_leverancer_hver_morgen",
    job=PUNCTUALITY_JOB,
    cron_schedule="0 7 * * *",
    execution_timezone=LOCAL_TIME_ZONE,
    description="After the build: a day on which nothing came must show, too.",
)
POSTGRES_SCHEDULE = dg.ScheduleDefinition(
    name="postgres_hver_time",
    job=POSTGRES_JOB,
    cron_schedule="20 * * * *",
    execution_timezone=LOCAL_TIME_ZONE,
    description="Repairs a publication to PostgreSQL that failed, and lets agreements take effect.",
)
