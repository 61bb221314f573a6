"""The code location: all assets, jobs, sensors and schedules."""

import dagster as dg

from orchestration import automation
from orchestration.assets import reports
from orchestration.assets.disclosure import diskretion
from orchestration.assets.figures import figure_gate
from orchestration.assets.inbox import kitos_indbakke
from orchestration.assets.integrity import integritet
from orchestration.assets.lake import SOURCE_ASSETS, reference
from orchestration.assets.plan import plan
from orchestration.assets.postgres import postgres
from orchestration.assets.publication import control_totals, udgivelse
from orchestration.assets.punctuality import punctuality
from orchestration.assets.purposes import purpose_gate
from orchestration.assets.transformations import dbt_cli, transformations
from orchestration.operations import alerts, retention
from orchestration.operations.freshness import with_freshness

published_tables = [key for key in transformations.keys if key.path[0] in ("marts", "kpi", "intermediate")]

# One object: Dagster loads the only Definitions that it finds here.
defs = with_freshness(
    dg.Definitions(
        assets=[
            kitos_indbakke,
            *SOURCE_ASSETS,
            reference,
            plan,
            transformations,
            control_totals(sorted(published_tables)),
            diskretion,
            purpose_gate(sorted(published_tables)),
            figure_gate(sorted(published_tables)),
            udgivelse,
            postgres,
            integritet,
            *reports.ASSETS,
        ],
        asset_checks=[punctuality],
        jobs=[
            *automation.INTAKE_JOBS.values(),
            automation.REFERENCE_JOB,
            automation.KITOS_JOB,
            automation.BUILD_JOB,
            automation.SCRUB_JOB,
            automation.PUNCTUALITY_JOB,
            automation.POSTGRES_JOB,
            retention.oprydning,
            *reports.JOBS,
        ],
        sensors=[automation.nye_leverancer, automation.lake_er_aendret, alerts.driftsalarm, reports.perioden_er_hel],
        schedules=[
            automation.REFERENCE_SCHEDULE,
            automation.KITOS_SCHEDULE,
            automation.BUILD_SCHEDULE,
            automation.SCRUB_SCHEDULE,
            automation.PUNCTUALITY_SCHEDULE,
            automation.POSTGRES_SCHEDULE,
            retention.CLEANUP_SCHEDULE,
        ],
        resources={"dbt": dbt_cli()},
        # All steps of a run share one process: starting one costs more than a day's work, and the
        # writer's lock is held from the plan to the publication.
        executor=dg.in_process_executor,
    )
)
