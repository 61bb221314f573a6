"""What starts runs without a person: a sensor on the inbox, one on the lake, and a daily schedule.

They only compare states. What is new is decided by the delivery log and the plan, so a sensor
that was off for a week misses nothing when it is turned on again.
"""

import hashlib
from datetime import UTC, datetime

import dagster as dg
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES

from expectations.profiles import Profile, profiles
from kdi.building.start import current_plan, lake_state
from kdi.building.status import status_of
from kdi.ingest.intake import find_pending
from kdi.ingest.reference.intake import InvalidReference
from kdi.lake.delivery_log import DeliveryLog
from kdi.lake.standing import active_in
from kdi.notation.periods import LOCAL_TIME_ZONE
from kdi.publish.release import Releases
from kdi.settings import get_settings
from orchestration import partitions
from orchestration.asking import STATE_TAG, ask
from orchestration.assets import reports
from orchestration.assets.build import ONCE_A_BUILD
from orchestration.assets.comparison import sammenlign_med_ombygning
from orchestration.assets.inbox import KITOS_JOB_NAME
from orchestration.assets.integrity import INTEGRITY_KEY
from orchestration.assets.lake import KITOS_KEY, REFERENCE_KEY, intake_job_name, lake_key
from orchestration.assets.months import published_months
from orchestration.assets.postgres import POSTGRES_KEY
from orchestration.assets.punctuality import PUNCTUALITY_CHECKS
from orchestration.dagster_internals.backfills import forgive_absent

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


# A run costs some seconds, a period that it finds unchanged a millisecond.
_BRIDGED = 31


def spans(profile: Profile, periods: list[str], instance: dg.DagsterInstance) -> list[tuple[str, str]]:
    """Spans (first, last) that cover ``periods``, each for one run; registers new extract dates.

    What stands together, or nearly so, becomes one span: a period between that is there already is left as it is.
    Extracts are dynamic partitions, ordered by registration.
    """
    if not periods:
        return []
    definition = partitions.of_source(profile)
    if isinstance(definition, dg.DynamicPartitionsDefinition):
        instance.add_dynamic_partitions(str(definition.name), periods)
    known = definition.get_partition_keys(dynamic_partitions_store=instance)
    places = {name: place for place, name in enumerate(known)}
    groups: list[list[str]] = []
    # What a demo's clock leaves out is told by partitions.beyond_the_clock.
    for period in sorted((p for p in periods if p in places), key=places.__getitem__):
        if groups and places[period] - places[groups[-1][-1]] <= _BRIDGED:
            groups[-1].append(period)
        else:
            groups.append([period])
    return [(group[0], group[-1]) for group in groups]


@dg.sensor(
    jobs=list(INTAKE_JOBS.values()),
    minimum_interval_seconds=30,
    description="Indlæser, hvad der er nyt i indbakken: én kørsel pr. kilde. Slå den til i produktion.",
)
def nye_leverancer(context: dg.SensorEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
    """Takes in what is new in the inbox: one run per source and span, whatever the number of files."""
    asked, beyond = [], []
    for source, profile in profiles().items():
        pending = find_pending(get_settings(), profile)
        for file in pending.undecided:
            context.log.error(str(file))
        files = "".join(sorted(f"{f.delivery_id}/{f.modified}" for f in pending.files))
        content = hashlib.sha256(files.encode()).hexdigest()[:16]  # of what is new, not of what is in it
        beyond += partitions.beyond_the_clock(profile, pending.periods)
        for first, last in spans(profile, pending.periods, context.instance):
            state = f"{source}:{first}:{last}:{content}"
            tags = partitions.span_tags(first, last)
            asked.append(ask(context.instance, intake_job_name(source), state, tags, datetime.now(UTC)))
    requests = [answer for answer in asked if isinstance(answer, dg.RunRequest)]
    reasons = [str(answer.skip_message) for answer in asked if isinstance(answer, dg.SkipReason)] + beyond
    return requests or dg.SkipReason(" ".join(reasons) or "Ingen nye leverancer i indbakken.")


@dg.sensor(
    job=BUILD_JOB,
    minimum_interval_seconds=30,
    description="Bygger og udgiver, når søen er forskellig fra publiceringen og intet er under indlæsning."
    " Slå den til i produktion.",
)
def lake_er_aendret(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Builds and publishes when the lake differs from the current release.

    A state is tried once: a failed gate is not repeated, nor is a rollback undone, until something
    new arrives; a build that somebody ended, or that was killed, is asked for again. What is being
    taken in is waited for: the sources of a morning make one release, not one each.
    """
    settings = get_settings()
    if at_work := _at_work(context.instance):
        return dg.SkipReason(f"{at_work} er i gang eller i kø; der bygges, når kørslen er slut.")
    if not Releases(settings).current() and not active_in(DeliveryLog(settings.delivery_log)):
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
    state = f"{lake_state(settings)}:{status_of(settings).fingerprint}"
    return ask(context.instance, BUILD_JOB.name, state, {}, datetime.now(UTC))


@dg.sensor(
    job=KITOS_JOB,
    minimum_interval_seconds=120,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Henter KITOS igen, når et forsøg ikke nåede igennem: først efter to minutter, så stadig sjældnere.",
)
def kitos_igen(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Ask again for what the night's fetch, or a person's, did not get."""
    newest = next(iter(context.instance.get_runs(dg.RunsFilter(job_name=KITOS_JOB.name), limit=1)), None)
    if newest is None or newest.is_success or not newest.is_finished:
        return dg.SkipReason("Intet at hente igen.")
    state = newest.tags.get(STATE_TAG, newest.run_id)
    if STATE_TAG not in newest.tags:
        context.instance.add_run_tags(newest.run_id, {STATE_TAG: state})
    return ask(context.instance, KITOS_JOB.name, state, {}, datetime.now(UTC))


def _at_work(instance: dg.DagsterInstance) -> str | None:
    """The job of a run that changes the lake or the release, and has not ended; None if there is none."""
    names = {job.name for job in (*INTAKE_JOBS.values(), REFERENCE_JOB, BUILD_JOB)}
    runs = instance.get_runs(filters=dg.RunsFilter(statuses=NOT_FINISHED_STATUSES))
    return next((run.job_name for run in runs if run.job_name in names), None)


@dg.sensor(
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tager perioder uden fil ud af en backfill: at der ingen fil er, er ingen fejl.",
)
def perioder_uden_fil(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Let a backfill's colour tell of what failed, not of days for which no file ever came."""
    assert context.repository_def
    log = DeliveryLog(get_settings().delivery_log)
    known: dict[str, set[str]] = {}

    def is_absent(key: dg.AssetKey, period: str) -> bool:
        source = key.path[-1]
        if key.path[0] in ("marts", "kpi"):
            return period not in published_months(get_settings())
        if key != lake_key(source):
            return reports.is_absent(key, period)
        if source not in known:
            known[source] = {d.periode for d in log.all(source)}
        return period not in known[source]

    found = forgive_absent(context.instance, context.repository_def.asset_graph, is_absent)
    told = [f"{name}: {count} perioder har ingen fil" for name, count in found]
    return dg.SkipReason("; ".join(told) or "Ingen backfill at rette.")


# Reference data have no sensor of their own: they change rarely, and a person puts them there.
REFERENCE_SCHEDULE = dg.ScheduleDefinition(
    name="reference_hver_morgen",
    job=REFERENCE_JOB,
    cron_schedule="0 5 * * *",
    execution_timezone=LOCAL_TIME_ZONE,
    description="Referencefiler lægger et menneske i indbakken; de tages i brug næste morgen.",
)
KITOS_SCHEDULE = dg.ScheduleDefinition(
    name="kitos_hver_nat",
    job=KITOS_JOB,
    cron_schedule="30 4 * * *",
    execution_timezone=LOCAL_TIME_ZONE,
    description="Slå den til, hvor KDI_KITOS_EMAIL og KDI_KITOS_PASSWORD er sat.",
)
BUILD_SCHEDULE = dg.ScheduleDefinition(
    name="byg_hver_morgen",
    job=BUILD_JOB,
    cron_schedule="0 6 * * *",
    execution_timezone=LOCAL_TIME_ZONE,
    description="Faldskærm for sensoren lake_er_aendret, på det tidspunkt, hvor tallene er lovet.",
)
SCRUB_SCHEDULE = dg.ScheduleDefinition(
    name="efterse_filer_hver_uge",
    job=SCRUB_JOB,
    cron_schedule="0 2 * * 0",
    execution_timezone=LOCAL_TIME_ZONE,
    description="Diske glemmer langsomt: en gang om ugen er nok til at finde det, mens leverancen stadig er til at få.",
)
COMPARISON_SCHEDULE = dg.ScheduleDefinition(
    name="sammenlign_med_ombygning_hver_uge",
    job=sammenlign_med_ombygning,
    cron_schedule="0 3 * * 0",
    execution_timezone=LOCAL_TIME_ZONE,
    description="Et stykke, der blev gemt og skulle være dannet igen, ses kun, når alt dannes på ny. Bruger som en"
    " ombygning, og bygger intet, læserne ser.",
)
PUNCTUALITY_SCHEDULE = dg.ScheduleDefinition(
    name="foelg_leverancer_hver_morgen",
    job=PUNCTUALITY_JOB,
    cron_schedule="0 7 * * *",
    execution_timezone=LOCAL_TIME_ZONE,
    description="Efter byggeriet: også en dag, hvor intet kom, skal kunne ses.",
)
POSTGRES_SCHEDULE = dg.ScheduleDefinition(
    name="postgres_hver_time",
    job=POSTGRES_JOB,
    cron_schedule="20 * * * *",
    execution_timezone=LOCAL_TIME_ZONE,
    description="Retter op på en udgivelse i PostgreSQL, der fejlede, og lader nye aftaler virke.",
)
