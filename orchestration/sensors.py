"""Sensors: what is new in the inbox is taken in, and what is new in the lake is built.

They only compare states. What is new is decided by the delivery log and the plan, so a sensor
that was off for a week misses nothing when it is turned on again.
"""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import dagster as dg

from expectations.profiles import profiles
from kdi.ingest.intake import find_pending
from kdi.ingest.reference.intake import InvalidReference
from kdi.lake.standing import active_in, standings_in
from orchestration import partitions
from orchestration.asking import STATE_TAG, ask
from orchestration.assets import reports
from orchestration.assets.months import months_that_can_be_made
from orchestration.assets.periods import states_of
from orchestration.dagster_internals.backfills import forgive_absent
from orchestration.dagster_internals.names import NOT_FINISHED_STATUSES
from orchestration.jobs import BUILD_JOB, INTAKE_JOBS, KITOS_JOB, REFERENCE_JOB
from orchestration.keys import Resource, intake_job_name, lake_key


@dg.sensor(
    jobs=list(INTAKE_JOBS.values()),
    minimum_interval_seconds=30,
    description="Indlæser, hvad der er nyt i indbakken: én kørsel pr. kilde. Slå den til i produktion.",
)
def nye_leverancer(context: dg.SensorEvaluationContext, installation: Resource) -> list[dg.RunRequest] | dg.SkipReason:
    """Takes in what is new in the inbox: one run per source and span, whatever the number of files."""
    asked, beyond, reception = [], [], installation.reception
    for source, profile in profiles().items():
        pending = find_pending(reception, profile)
        for file in pending.undecided:
            context.log.error(str(file))
        files = "".join(sorted(f"{f.delivery_id}/{f.modified}" for f in pending.files))
        content = hashlib.sha256(files.encode()).hexdigest()[:16]  # of what is new, not of what is in it
        beyond += partitions.beyond_the_clock(profile, pending.periods)
        for first, last in partitions.spans(profile, pending.periods, context.instance):
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
def lake_er_aendret(context: dg.SensorEvaluationContext, installation: Resource) -> dg.RunRequest | dg.SkipReason:
    """Builds and publishes when the lake differs from the current release.

    A state is tried once: a failed gate is not repeated, nor is a rollback undone, until something
    new arrives; a build that somebody ended, or that was killed, is asked for again. What is being
    taken in is waited for: the sources of a morning make one release, not one each.
    """
    if at_work := _at_work(context.instance):
        return dg.SkipReason(f"{at_work} er i gang eller i kø; der bygges, når kørslen er slut.")
    site, status = installation.site, installation.status()
    if not site.releases.current() and not status.active:
        return dg.SkipReason("Der er endnu ingen leverancer.")
    try:
        status = replace(status, reference=installation.reference())
    except InvalidReference as error:
        return dg.SkipReason(str(error))
    if site.plan(status).is_empty:
        return dg.SkipReason("Den gældende publicering er, hvad der ligger i søen.")
    state = site.state(status)
    if site.releases.is_held_back(state):
        return dg.SkipReason("Publiceringen er rullet tilbage; der bygges igen, når der kommer nyt.")
    # time alone may ask for a release, when a month's grace is over
    return ask(context.instance, BUILD_JOB.name, f"{state}:{status.fingerprint}", {}, datetime.now(UTC))


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
    description="Tager perioder uden fil ud af en backfill: at der ingen fil er, er ingen fejl. En afvist fil er rød"
    " for sig; det, der følger efter den, laves alligevel.",
)
def perioder_uden_fil(context: dg.SensorEvaluationContext, installation: Resource) -> dg.SkipReason:
    """Let a backfill's colour tell of what failed, not of days for which no file ever came."""
    assert context.repository_def
    lake, release = installation.lake, installation.releases.link

    @cache
    def months() -> set[str]:
        return months_that_can_be_made(release, active_in(lake.log))

    @cache
    def delivered(source: str) -> dict[str, bool]:
        """Periods with a file, and whether the newest was refused."""
        return {s.period: s.refused is not None for s in states_of(standings_in(lake.log), source).values()}

    def is_absent(key: dg.AssetKey, period: str) -> bool:
        source = key.path[-1]
        if key.path[0] in ("marts", "kpi"):
            return period not in months()
        return period not in delivered(source) if key == lake_key(source) else reports.is_absent(release, key, period)

    def is_refused(key: dg.AssetKey, period: str) -> bool:
        return (
            key == lake_key(key.path[-1]) and key.path[-1] in profiles() and delivered(key.path[-1]).get(period, False)
        )

    found = forgive_absent(context.instance, context.repository_def.asset_graph, is_absent, is_refused)
    told = [f"{name}: {count} perioder uden fil, eller hvis fil er afvist" for name, count in found]
    return dg.SkipReason("; ".join(told) or "Ingen backfill at rette.")
