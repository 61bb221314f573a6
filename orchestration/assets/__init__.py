"""The assets, one module per step of the data's way: inbox, lake, plan, dbt (staging to KPI), publication."""

import warnings

import dagster as dg

# Backfill policies and partitioned checks are marked beta in 1.13; their use is covered by tests.
warnings.filterwarnings("ignore", category=dg.BetaWarning)
warnings.filterwarnings("ignore", category=dg.PreviewWarning)
