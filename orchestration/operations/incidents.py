"""What is wrong now: runs that failed, sensors and schedules that cannot look, and what is late.

Incidents are found by comparing states, like everything that starts by itself here. The same fault
of the same job is one incident until the job succeeds again, however often it is tried.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg

from kdi.building.start import Site
from kdi.building.status import Status
from kdi.lake.standing import Standing
from kdi.operations.lateness import is_behind, missing_periods
from orchestration.assets.periods import REFUSED_TAG, describe_standing, reading_of
from orchestration.dagster_internals.names import WILL_RETRY_TAG, InstigatorStatus, TickStatus
from orchestration.operations.failures import failure_lines_of, in_one_line

# What to do, by the beginning of the job's name. ``docs/runbook.md`` has a section for each.
_ADVICE = {
    "modtag_reference": "Ret referencefilen i indbakken; den tidligere gælder, til den nye er i orden.",
    "modtag_": "Læs grundene i karantænen og bed leverandøren sende filen igen. Øvrige leverancer er indlæst.",
    "hent_kitos": "Tjek adgangen til KITOS. Gårsdagens tal bruges, til den er hentet.",
    "planlaeg_backfill": "Skriv månederne som 2021-01; intet er ændret.",
    "afgoer_leverance": "Læs, hvorfor afgørelsen ikke kunne træffes, og ret formularen.",
    "rul_tilbage": "Læs, om der var en tidligere udgivelse, og om PostgreSQL fulgte med.",
    "byg_og_udgiv": "Læserne har stadig den tidligere udgivelse. Ret årsagen og kør byg_og_udgiv igen.",
    "sammenlign_med_ombygning": "Læserne ser tal, der ikke er dannet på ny. Kør kdi load --rebuild, og meld fejlen.",
    "": "Åbn kørslen, og slå fejlen op i driftshåndbogen (docs/runbook.md).",
}
_WAITS = (
    "Læs grundene i karantænen, og bed leverandøren sende filen igen; en, der er holdt tilbage, kan godkendes."
    " Øvrige leverancer er indlæst."
)


@dataclass(frozen=True)
class Incident:
    """Something that a person must look at.

    ``key`` is the same as long as it is the same incident. ``job`` and ``storage_id`` are those of the
    run that failed; the incident is over when the job has succeeded since.
    """

    key: str
    what: str
    where: tuple[str, ...]
    todo: str
    run_id: str | None = None
    job: str | None = None
    storage_id: int = 0


def failed_runs(instance: dg.DagsterInstance, since: datetime) -> tuple[list[Incident], datetime]:
    """Runs that failed for good after a moment, and the moment to ask from next time.

    A run that Dagster tries again is none yet: its last try will be.
    """
    filters = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], updated_after=since)
    records = instance.get_run_records(filters, order_by="update_timestamp", ascending=True)
    incidents = []
    for record in records:
        run = record.dagster_run
        if run.tags.get(WILL_RETRY_TAG) == "true" and run.remote_job_origin:
            continue
        if REFUSED_TAG in run.tags:  # told of as the delivery that it is about
            continue
        lines = tuple(failure_lines_of(instance, run)) or ("Kørslen endte uden at sige hvorfor.",)
        fault = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
        when = datetime.fromtimestamp(record.end_time or record.update_timestamp.timestamp()).astimezone()
        incidents.append(
            Incident(
                key=f"run:{run.job_name}:{fault}",
                what=f"{run.job_name} fejlede {when:%d-%m-%Y kl. %H.%M}",
                where=lines,
                todo=_advice(run.job_name),
                run_id=run.run_id,
                job=run.job_name,
                storage_id=record.storage_id,
            )
        )
    return incidents, max([since, *(_aware(record.update_timestamp) for record in records)])


def standing(instance: dg.DagsterInstance, own_name: str, site: Site, status: Status) -> Iterator[Incident]:
    """What is wrong as long as it is: sensors and schedules whose last try failed, and what is late."""
    for state in instance.all_instigator_state(
        instigator_statuses={InstigatorStatus.RUNNING, InstigatorStatus.DECLARED_IN_CODE}
    ):
        ticks = instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=1)
        if state.name != own_name and ticks and ticks[0].status is TickStatus.FAILURE:
            error = ticks[0].error
            yield Incident(
                key=f"tick:{state.name}",
                what=f"{state.name} kan ikke starte kørsler",
                where=(in_one_line(error) if error else "Ukendt fejl.",),
                todo="Nye leverancer bliver liggende, til fejlen er rettet. Åbn den under Automation i Dagster.",
            )
    for source, periods in missing_periods(status):
        newest = periods[-1]
        name = newest.name or "næste udtræk"
        yield Incident(
            key=f"late:{source}",
            what=f"{source} er forsinket",
            where=(f"{len(periods)} mangler; den nyeste er {name}, ventet {newest.due:%d-%m-%Y}.",),
            todo="Se med kdi status, hvad der mangler, og spørg leverandøren, hvornår det kommer.",
        )
    if is_behind(site, status):
        yield Incident(
            key="late:udgivelse",
            what="udgivelsen er forsinket",
            where=("Søen har i et døgn holdt leverancer, som læserne ikke har fået.",),
            todo="Se efter, om byg_og_udgiv fejler, og om sensoren lake_er_aendret er slået til.",
        )


def waiting_key(standing: Standing) -> str:
    """The same as long as the same reading of a delivery waits in the same way."""
    return f"leverance:{reading_of(standing.delivery)}:{standing.state}"


def waiting(standings: Iterable[Standing], instance: dg.DagsterInstance) -> Iterator[Incident]:
    """One incident per source, of its deliveries that wait for somebody: refused, held back, or with faulty rows."""
    by_source: dict[str, list[Standing]] = {}
    for standing in standings:
        by_source.setdefault(standing.delivery.kilde, []).append(standing)
    for source, these in by_source.items():
        tags = {REFUSED_TAG: reading_of(these[0].delivery)}
        runs = instance.get_runs(dg.RunsFilter(tags=tags), limit=1)
        count = "1 leverance" if len(these) == 1 else f"{len(these)} leverancer"
        yield Incident(
            key=waiting_key(these[0]),
            what=f"{source}: {count} venter på nogen",
            where=tuple(describe_standing(standing) for standing in these),
            todo=_WAITS,
            run_id=runs[0].run_id if runs else None,
        )


def is_over(instance: dg.DagsterInstance, job: str, storage_id: int) -> bool:
    """Whether a job has succeeded after the run with that storage id."""
    newest = instance.get_run_records(dg.RunsFilter(job_name=job, statuses=[dg.DagsterRunStatus.SUCCESS]), limit=1)
    return bool(newest) and newest[0].storage_id > storage_id


def in_words(incident: Incident, ui_url: str, most_lines: int = 10) -> str:
    """The alert's text: what, where, what to do, and a link to the run."""
    where: Iterable[str] = incident.where[:most_lines]
    left_out = len(incident.where) - most_lines
    lines = [f"Hvad: {incident.what}", *(f"Hvor: {line}" for line in where)]
    if left_out > 0:
        lines.append(f"Hvor: og {left_out} linjer til")
    lines += [f"Gør: {incident.todo}"]
    if incident.run_id:
        lines.append(f"Kørsel: {ui_url.rstrip('/')}/runs/{incident.run_id}")
    return "\n".join([*lines, "Driftshåndbog: docs/runbook.md"])


def _advice(job: str) -> str:
    return next(advice for start, advice in _ADVICE.items() if job.startswith(start))


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
