"""Asking for a run, and asking again: what a sensor does instead of a step that sleeps and keeps others waiting.

A state of the world (what lies in the inbox, what the lake holds) is asked for once. When its run failed because
something outside did not answer, or when somebody ended it, it is asked for again after a while.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import dagster as dg

from kdi.notation.periods import LOCAL_TIME_ZONE

STATE_TAG = "kdi/tilstand"
TRY_TAG = "kdi/forsoeg"
# Put on a run that may succeed when it is simply tried again.
AGAIN_TAG = "kdi/kan_proeves_igen"

# Seconds from the end of a try to the next. A supplier's server that is down for a night is back in the morning.
DELAYS = (120, 300, 900, 900, 3600, 3600, 3600)
# Runs that people and suppliers wait for go before backfills, which have none.
PRIORITY = {"dagster/priority": "10"}


def can_be_tried_again(context: dg.AssetExecutionContext) -> None:
    """Mark the run that is about to fail: a sensor asks for it again."""
    context.instance.add_run_tags(context.run_id, {AGAIN_TAG: "ja"})


def ask(
    instance: dg.DagsterInstance,
    job_name: str,
    state: str,
    tags: Mapping[str, str],
    now: datetime,
    delays: Sequence[int] = DELAYS,
) -> dg.RunRequest | dg.SkipReason:
    """The request for the job's run about a state, or why there is none now.

    Args:
        state: at most 63 characters; the same as long as there is nothing else to do.
        tags: of the run, beside those that remember the state and the try.
    """
    filters = dg.RunsFilter(job_name=job_name, tags={STATE_TAG: state})
    newest = next(iter(instance.get_run_records(filters, limit=1)), None)
    if newest is None:
        return _request(job_name, state, state, tags, 1)
    run = newest.dagster_run
    if not run.is_finished:
        return dg.SkipReason(f"{job_name} er i gang eller i kø.")
    is_ended_by_somebody = run.status is dg.DagsterRunStatus.CANCELED
    is_worth_it = AGAIN_TAG in run.tags or is_ended_by_somebody or (not run.is_success and _died(instance, run))
    if not is_worth_it:
        verb = "er kørt" if run.is_success else "fejlede"
        return dg.SkipReason(f"{job_name} {verb} for netop dette; se kørslen {run.run_id}.")
    tried = int(run.tags.get(TRY_TAG, "1"))
    if tried > len(delays):
        return dg.SkipReason(f"Opgivet efter {tried} forsøg; se kørslen {run.run_id}, og start {job_name} selv.")
    due = (newest.end_time or 0) + delays[tried - 1]
    if now.timestamp() < due:
        when = datetime.fromtimestamp(due, ZoneInfo(LOCAL_TIME_ZONE))
        what = "blev afbrudt" if is_ended_by_somebody else "nåede ikke igennem"
        return dg.SkipReason(f"{job_name} {what}; forsøg {tried + 1} er {when:%d-%m-%Y kl. %H.%M}.")
    return _request(job_name, state, run.run_id, tags, tried + 1)


def _died(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Whether the run failed without a step that failed: its process was killed, or never began."""
    return not instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)


def _request(job_name: str, state: str, key: str, tags: Mapping[str, str], number: int) -> dg.RunRequest:
    own = {STATE_TAG: state, TRY_TAG: str(number)}
    return dg.RunRequest(run_key=f"{job_name}:{key}:{number}", job_name=job_name, tags={**PRIORITY, **tags, **own})
