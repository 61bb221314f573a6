"""What is thrown away and when: Dagster's old runs, dealt-with quarantine, old logs, surplus releases.

The lake is never touched, nor a refused delivery whose period still lacks a good one. A run that
holds the newest materialisation of a partition or the newest result of a check is kept whatever its
age: without it Dagster would show that partition as missing.
"""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
from sqlalchemy import text

from kdi.lake.delivery_log import DeliveryLog
from kdi.lake.standing import waiting_in
from kdi.machine.lock import writer_lock
from kdi.notation.periods import LOCAL_TIME_ZONE
from orchestration.dagster_internals.names import FINISHED_STATUSES, SqlEventLogStorage
from orchestration.keys import WRITER_POOL, Resource
from orchestration.operations import logs

_RUNS_IN_USE = """
select run_id from event_logs where id in (
    select max(id) from event_logs
    where dagster_event_type = 'ASSET_MATERIALIZATION' group by asset_key, partition
)
union
select run_id from asset_check_executions where id in (
    select max(id) from asset_check_executions group by asset_key, check_name, partition
)
"""


def delete_old_runs(instance: dg.DagsterInstance, before: datetime) -> int:
    """Delete finished runs that ended before a moment, with their events and output; returns how many."""
    storage = instance.event_log_storage
    assert isinstance(storage, SqlEventLogStorage)  # SQLite and PostgreSQL both are
    with storage.index_connection() as connection:
        in_use = {run_id for (run_id,) in connection.execute(text(_RUNS_IN_USE))}
    old = instance.get_run_records(dg.RunsFilter(statuses=FINISHED_STATUSES, updated_before=before))
    deleted = 0
    for run_id in (record.dagster_run.run_id for record in old):
        instance.compute_log_manager.delete_logs(prefix=[run_id])
        if run_id not in in_use:
            instance.delete_run(run_id)
            deleted += 1
    return deleted


def delete_old_quarantine(log: DeliveryLog, quarantine: Path, before: datetime) -> int:
    """Delete what is kept of refused deliveries from before a moment that nobody must act on any more."""
    waiting = {s.delivery.leverance_id for s in waiting_in(log)}
    done = [
        delivery.leverance_id
        for delivery in log.all()
        if delivery.leverance_id not in waiting and datetime.fromisoformat(delivery.modtaget) < before
    ]
    folders = [folder for name in dict.fromkeys(done) if (folder := quarantine / name).is_dir()]
    for folder in folders:
        shutil.rmtree(folder)
    return len(folders)


def delete_old_logs(folder: Path, before: datetime) -> int:
    """Delete the log files of days before a moment."""
    old = [file for file in folder.glob("kdi-*.jsonl") if file.stem < f"kdi-{before:%Y-%m-%d}"]
    for file in old:
        file.unlink()
    return len(old)


@dg.op(pool=WRITER_POOL)
def ryd_op(context: dg.OpExecutionContext, installation: Resource) -> None:
    """Throw away what the settings say is old, and say how much that was."""
    settings, lake = installation.settings, installation.lake
    now = datetime.now(UTC)
    quarantined_before = now - timedelta(days=settings.keep_quarantine_days)
    runs_before = now - timedelta(days=settings.keep_run_days)
    with writer_lock(lake.writer_lock):
        done = {
            "runs": delete_old_runs(context.instance, runs_before),
            "logs": delete_old_logs(settings.log_folder, runs_before),
            "quarantined": delete_old_quarantine(lake.log, settings.quarantine, quarantined_before),
            "releases": installation.releases.prune(),
        }
    context.log.info(f"Ryddet op: {done}")
    logs.write("CLEANUP", deleted=done)


@dg.job(description="Slet gamle kørsler, logge, afsluttet karantæne og overskydende publiceringer.")
def oprydning() -> None:
    """The one job that deletes."""
    ryd_op()


CLEANUP_SCHEDULE = dg.ScheduleDefinition(
    name="oprydning_hver_uge",
    job=oprydning,
    cron_schedule="0 3 * * 0",
    execution_timezone=LOCAL_TIME_ZONE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Om søndagen, når ingen venter på skriveren: hvad der er gammelt nok efter indstillingerne, slettes.",
)
