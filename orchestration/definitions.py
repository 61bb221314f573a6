"""The code location: all assets, jobs, sensors and schedules."""

import dagster as dg

from kdi import garbage
from kdi.installation import Installation, here
from kdi.settings import Settings
from orchestration import backfill, decisions, jobs, rollback, schedules, sensors
from orchestration.assets import reports
from orchestration.assets.build import byg
from orchestration.assets.comparison import COMPARISON, sammenlign_med_ombygning
from orchestration.assets.inbox import kitos_indbakke
from orchestration.assets.integrity import integritet
from orchestration.assets.lake import SOURCE_ASSETS, reference
from orchestration.assets.postgres import postgres
from orchestration.assets.punctuality import punctuality
from orchestration.dagster_internals.warm_runs import fork_runs
from orchestration.operations import alerts, retention


def definitions(settings: Settings | None = None) -> dg.Definitions:
    """The code location of the installation with these settings; of the process's own, as they are at each run.

    Partitions are the process's, whatever the settings.
    """
    return dg.Definitions(
        assets=[kitos_indbakke, *SOURCE_ASSETS, reference, byg, postgres, integritet, COMPARISON, *reports.ASSETS],
        asset_checks=[punctuality],
        jobs=[
            *jobs.INTAKE_JOBS.values(),
            jobs.REFERENCE_JOB,
            jobs.KITOS_JOB,
            jobs.BUILD_JOB,
            jobs.SCRUB_JOB,
            sammenlign_med_ombygning,
            jobs.PUNCTUALITY_JOB,
            jobs.POSTGRES_JOB,
            backfill.planlaeg_backfill,
            decisions.afgoer_leverance,
            rollback.rul_tilbage,
            retention.oprydning,
            *reports.JOBS,
        ],
        sensors=[
            sensors.nye_leverancer,
            sensors.lake_er_aendret,
            sensors.kitos_igen,
            sensors.perioder_uden_fil,
            alerts.driftsalarm,
            reports.perioden_er_hel,
        ],
        schedules=[
            schedules.REFERENCE_SCHEDULE,
            schedules.KITOS_SCHEDULE,
            schedules.BUILD_SCHEDULE,
            schedules.SCRUB_SCHEDULE,
            schedules.COMPARISON_SCHEDULE,
            schedules.PUNCTUALITY_SCHEDULE,
            schedules.POSTGRES_SCHEDULE,
            retention.CLEANUP_SCHEDULE,
        ],
        resources={
            "installation": dg.ResourceDefinition(lambda _: Installation(settings) if settings else here()),
        },
        # All steps of a run share one process: starting one costs more than a day's work, and the
        # writer's lock is held from the plan to the publication.
        executor=dg.in_process_executor,
    )


garbage.spare()
fork_runs()
defs = definitions()  # one object: Dagster loads the only Definitions that it finds here
