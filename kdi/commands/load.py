"""``kdi load``: runs the jobs that the sensors would start, in this process, and sums up.

The runs are recorded in Dagster's storage and are seen in its UI like any other.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg

from expectations.profiles import profiles
from kdi.building import dbt_process
from kdi.ingest import misnamed
from kdi.ingest.ahead import reading_ahead
from kdi.ingest.intake import Pending, Reception, find_pending, remove_leftovers, repeated
from kdi.ingest.notes import told
from kdi.ingest.reference.intake import reference_notes
from kdi.ingest.spans import EVER, Span
from kdi.installation import Installation, here
from kdi.lake.delivery import Delivery
from kdi.lake.depot import DepotUnreachable
from kdi.lake.standing import standings_in, waiting_in
from kdi.machine import lock, progress
from kdi.machine.interruption import farewell
from kdi.publish.release import Manifest
from kdi.settings import PROJECT_ROOT, Settings, get_settings
from orchestration import jobs, partitions
from orchestration.assets.build import STEP
from orchestration.assets.periods import UNDECIDED_TAG, describe_standing
from orchestration.dagster_internals.origins import make_run, run_here
from orchestration.definitions import defs
from orchestration.operations.failures import failure_lines_of, unforeseen_lines_of


@dataclass
class LoadResult:
    """What a load did. It succeeded when ``failures`` is empty: everything asked for is published."""

    taken_in: list[Delivery] = field(default_factory=list)
    release: Manifest | None = None
    is_new: bool = False  # whether this load made the release
    failures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def use_dagster_home(settings: Settings) -> dg.DagsterInstance:
    """Dagster's instance, in ``DAGSTER_HOME`` or the settings' folder, with the project's instance.yaml.

    A ``dagster.yaml`` without that file's first line belongs to its operator and is left as it is.
    """
    home = Path(os.environ.get("DAGSTER_HOME") or settings.dagster_home).resolve()
    os.environ["DAGSTER_HOME"] = str(home)  # Dagster takes no path that depends on the current folder
    home.mkdir(parents=True, exist_ok=True)
    wanted, own = (PROJECT_ROOT / "orchestration" / "instance.yaml").read_text(encoding="utf-8"), home / "dagster.yaml"
    found = own.read_text(encoding="utf-8") if own.exists() else ""
    if found != wanted and (not found or found.startswith(wanted.splitlines()[0])):
        partial = home / f".dagster-{os.getpid()}.yaml"
        partial.write_text(wanted, encoding="utf-8")
        os.replace(partial, own)
    return dg.DagsterInstance.get()


def load(source: str | None = None, span: Span = EVER, rebuild: bool = False) -> LoadResult:
    """Take in what is new, of one source or all, within a span or ever, then build and publish.

    Args:
        rebuild: make everything anew from the lake, also when nothing is new.

    Raises:
        LogUnusable: the delivery log is damaged or lost; nothing is changed.
        InboxUnreachable: the inbox is not there, or cannot be read; nothing is changed.
    """
    result = LoadResult()
    progress.stage("Ser efter i indbakken")
    installation = here()
    settings, lake = installation.settings, installation.lake
    releases, reception = installation.releases, installation.reception
    log = lake.log
    is_first = not log.all() and releases.current() is None
    pending = _pending(reception, source, span, result)
    if is_first:
        result.notes.append(
            f"{settings.root} er en ny installation uden tidligere leverancer. Er det forkert, så ret KDI_HOME."
        )
    instance = use_dagster_home(settings)
    with lock.writer_lock(lake.writer_lock):  # what a load that was killed left behind
        remove_leftovers(lake)
        releases.sweep()
    before = len(log.all())
    earlier = releases.current()
    progress.stage("Læser leverancer", sum(len(found.files) for found in pending.values()))
    files = {name: found.files for name, found in pending.items()}
    if any(files.values()):
        dbt_process.host()  # it is ready by the time that they are read
    with reading_ahead(reception.inbox, lake, reception.allowed, files):
        set_before = log.reference()
        _run(result, jobs.REFERENCE_JOB.name, instance)
        result.notes += reference_notes(reception.inbox, lake, set_before)
        standings = standings_in(log)
        for name, found in pending.items():
            result.notes += [f"{name}/{text}" for text in found.listing.no_files]
            result.failures += map(str, found.undecided)
            result.notes += repeated(standings, found)
            result.failures += partitions.beyond_the_clock(profiles()[name], found.periods)
            for ends in partitions.spans(profiles()[name], found.periods, instance):
                # A refused delivery fails the run too; it is told below, with its reason.
                _run(result, jobs.intake_job_name(name), instance, partitions.span_tags(*ends), expected=True)
    result.taken_in = log.all()[before:]
    result.notes += told({f"{d.kilde}/{d.fil}": d.noter for d in result.taken_in})
    lock.acquire(lake.writer_lock)  # another load may be publishing just what this one took in
    try:
        status, site = installation.status(), installation.site
        if not rebuild and releases.is_held_back(site.state(status)):
            result.notes.append(
                "Publiceringen er rullet tilbage. Den bygges igen, når der kommer nyt, eller med kdi load --rebuild."
            )
        elif not earlier and not status.active:
            result.notes.append("Der er endnu ingen leverancer, der gælder; intet er udgivet.")
        elif status.reference and (rebuild or not site.plan(status).is_empty):
            progress.stage("Gør klar til at bygge")
            config = {"ops": {STEP: {"config": {"rebuild": rebuild}}}}
            _run(result, jobs.BUILD_JOB.name, instance, config=config)
    finally:
        lock.release(lake.writer_lock)  # a build that failed keeps it, and this process may live on
    try:  # what a run could not
        lake.depot.keep_log()
    except DepotUnreachable as error:
        if str(error) not in result.failures:
            result.failures.append(str(error))
    if settings.postgres_dsn.get_secret_value():
        _repair_postgres(installation, result, instance)
    result.release = releases.current()
    result.is_new = result.release != earlier
    result.failures += [describe_standing(s) for s in waiting_in(log) if source in (None, s.delivery.kilde)]
    return result


def rebuild() -> LoadResult:
    """Make everything anew from the lake, without a look at the inbox."""
    result = LoadResult()
    instance = use_dagster_home(get_settings())
    _run(result, jobs.BUILD_JOB.name, instance, config={"ops": {STEP: {"config": {"rebuild": True}}}})
    return result


def _pending(reception: Reception, source: str | None, span: Span, result: LoadResult) -> dict[str, Pending]:
    """What is new, by source; what else lies in the inbox becomes notes."""
    if source is None:
        result.notes += misnamed.folders(reception.inbox)
    pending = {}
    for name, profile in profiles().items():
        if source not in (None, name):
            continue
        found = find_pending(reception, profile)
        pending[name] = found.within(span)
        result.notes += [f"{name}/{f}: skrives stadig, tages næste gang" for f in found.listing.unfinished]
        result.notes += [misnamed.file(f, profile, reception.inbox.first_day) for f in found.listing.unrecognised]
        left = len(found.files) - len(pending[name].files)
        if left:
            result.notes.append(f"{name}: {left} nye filer ligger uden for --from og --to og venter stadig.")
    return pending


def _repair_postgres(installation: Installation, result: LoadResult, instance: dg.DagsterInstance) -> None:
    """Publish to PostgreSQL what an earlier run did not, unless this one has just failed at it."""
    from kdi.publish.postgres.connection import PostgresProblem

    if any(line.startswith(PostgresProblem.PREFIX) for line in result.failures):
        return
    try:
        if installation.publication.is_behind():
            _run(result, jobs.POSTGRES_JOB.name, instance)
    except PostgresProblem as error:
        result.failures.append(str(error))


def _run(
    result: LoadResult,
    job_name: str,
    instance: dg.DagsterInstance,
    tags: dict[str, str] | None = None,
    config: dict[str, Any] | None = None,
    expected: bool = False,
) -> None:
    """Run a job and add what failed to ``result``; with ``expected`` only what no step itself foresaw."""
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    job = defs.resolve_job_def(job_name)
    made = make_run(instance, job, tags, {**quiet, **(config or {})})
    with _output_kept_back(), farewell(lambda: _cancel(instance, made.run_id)):
        run = run_here(instance, job, made)
    result.failures += filter(None, run.tags.get(UNDECIDED_TAG, "").split("\n"))
    if run.is_success:
        return
    if expected:
        result.failures += [f"{job_name}: {line}" for line in unforeseen_lines_of(instance, run)]
    else:
        result.failures += failure_lines_of(instance, run) or [f"{job_name}: kørslen {run.run_id} fejlede"]


def _cancel(instance: dg.DagsterInstance, run_id: str) -> None:
    """Let Dagster's UI show that somebody ended this run, rather than that it works for ever."""
    run = instance.get_run_by_id(run_id)
    if run and not run.is_finished:
        instance.report_run_canceled(run, message="kdi load blev afbrudt.")


@contextmanager
def _output_kept_back() -> Iterator[None]:
    """dbt's own output is in Dagster's compute log; on the terminal it would drown ours."""
    if logging.getLogger("kdi").isEnabledFor(logging.DEBUG):
        yield
        return
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        yield
