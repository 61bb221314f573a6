"""Why a run failed, in lines that a person can act on: the same on the terminal and in an alert."""

import re
from collections.abc import Iterable

import dagster as dg

from orchestration.assets.punctuality import IN_TIME
from orchestration.dagster_internals.names import EventLogEntry, SerializableErrorInfo
from orchestration.partitions import PARTITIONED_CHECKS

_LONGEST = 400
# What is late or refused stops no run; its own alert and kdi status tell it.
_TOLD_ELSEWHERE = {IN_TIME, *PARTITIONED_CHECKS}
# Dagster's own error after a blocking check; the check itself has said more.
_SAYS_THAT_A_CHECK_FAILED = "DagsterAssetCheckFailedError"


def failure_lines(events: Iterable[dg.DagsterEvent]) -> list[str]:
    """One line per failed check, per reason that a step gave, and per error that nobody foresaw."""
    events = list(events)
    # what a step says of its failure is what its checks say too
    told_by_step = {e.step_key for e in events if e.is_step_failure and e.step_failure_data.user_failure_data}
    lines = []
    for event in events:
        if event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            check = event.asset_check_evaluation_data
            is_ours = check.check_name not in _TOLD_ELSEWHERE
            is_error = not check.passed and check.severity == dg.AssetCheckSeverity.ERROR
            if is_error and is_ours and event.step_key not in told_by_step:
                name = check.asset_key.to_user_string()
                lines.append(f"{name}: {check.check_name} holder ikke. {check.description or ''}".strip())
        elif event.is_step_failure and (failure := event.step_failure_data.user_failure_data):
            lines += (failure.description or "").splitlines()
        elif (
            event.is_step_failure
            and (error := event.step_failure_data.error)
            and first_cause(error).cls_name != _SAYS_THAT_A_CHECK_FAILED
        ):
            lines.append(in_one_line(error))
    return lines


def failure_lines_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[str]:
    """The same for a run that some other process ran; what ended it, when no step of it failed."""
    told = {dg.DagsterEventType.ASSET_CHECK_EVALUATION, dg.DagsterEventType.STEP_FAILURE}
    lines = failure_lines(_events(instance.all_logs(run.run_id, of_type=told)))
    if lines:
        return lines
    ended = instance.all_logs(run.run_id, of_type={dg.DagsterEventType.RUN_FAILURE})
    return [_shortened(event.message or "") for event in _events(ended)]


def unforeseen_lines_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[str]:
    """One line per error that no step of the run itself foresaw; a refused delivery is foreseen."""
    failures = _events(instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE))
    return [
        in_one_line(data.error)
        for data in (event.step_failure_data for event in failures)
        if data.error and not data.user_failure_data
    ]


def _events(entries: Iterable[EventLogEntry]) -> list[dg.DagsterEvent]:
    return [entry.dagster_event for entry in entries if entry.dagster_event]


def first_cause(error: SerializableErrorInfo) -> SerializableErrorInfo:
    """The error at the bottom: Dagster wraps what a step raised."""
    while error.cause:
        error = error.cause
    return error


def in_one_line(error: SerializableErrorInfo) -> str:
    """What the first cause says; the names of our own exceptions tell a reader nothing."""
    return re.sub(r"^orchestration[\w.]*: ", "", _shortened(first_cause(error).message))


def _shortened(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]
