"""Schedules: what is done by the clock, in Danish time."""

import dagster as dg

from kdi.notation.periods import LOCAL_TIME_ZONE
from orchestration.assets.comparison import sammenlign_med_ombygning
from orchestration.jobs import BUILD_JOB, KITOS_JOB, POSTGRES_JOB, PUNCTUALITY_JOB, REFERENCE_JOB, SCRUB_JOB

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
