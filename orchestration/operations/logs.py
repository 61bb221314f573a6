"""The log of events: one JSON object per line, for people with ``jq`` and for a log collector.

Dagster hands every event of a run to :class:`JsonLines` (``orchestration/instance.yaml``);
:func:`write` is for what happens outside runs. Where it goes is the setting ``KDI_LOG``. A line is
written by one call to a file opened for appending, so that processes can share the file.
"""

import json
import logging
import os
import sys
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from kdi.operations.masking import masked
from kdi.settings import get_settings
from orchestration.dagster_internals.names import get_log_record_metadata, has_log_record_metadata
from orchestration.operations.failures import first_cause

# What tells a run's story; Dagster's own bookkeeping (inputs, outputs, processes) does not.
_TOLD = {
    dg.DagsterEventType.RUN_START,
    dg.DagsterEventType.RUN_SUCCESS,
    dg.DagsterEventType.RUN_FAILURE,
    dg.DagsterEventType.RUN_CANCELED,
    dg.DagsterEventType.STEP_START,
    dg.DagsterEventType.STEP_SUCCESS,
    dg.DagsterEventType.STEP_FAILURE,
    dg.DagsterEventType.STEP_UP_FOR_RETRY,
    dg.DagsterEventType.ASSET_MATERIALIZATION,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION,
}
_LONGEST = 2000


def write(event: str, level: str = "INFO", **fields: Any) -> None:
    """Write one event. A field that is None is left out.

    Args:
        event: what happened, in capitals as Dagster's: ``ALERT``, ``ROLLBACK``.
    """
    settings = get_settings()
    if settings.log == "off":
        return
    now = datetime.now(UTC)
    told = {"time": now.isoformat(timespec="milliseconds"), "level": level, "event": event}
    secrets = settings.secret_values()
    told |= {name: _shown(value, secrets) for name, value in fields.items() if value is not None}
    line = json.dumps(told, ensure_ascii=False, default=str) + "\n"
    if settings.log == "stderr":
        sys.__stderr__ and sys.__stderr__.write(line)
        return
    settings.log_folder.mkdir(parents=True, exist_ok=True)
    file = os.open(settings.log_folder / f"kdi-{now:%Y-%m-%d}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        os.write(file, line.encode())
    finally:
        os.close(file)


def _shown(value: Any, secrets: list[str]) -> Any:
    return masked(value[:_LONGEST], secrets) if isinstance(value, str) else value


class JsonLines(logging.Handler):
    """Writes Dagster's events and what assets say with ``context.log``."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            if has_log_record_metadata(record):
                self._write(record)
        except Exception:  # a full disk must not end the run that it is told of
            self.handleError(record)

    def _write(self, record: logging.LogRecord) -> None:
        told = get_log_record_metadata(record)
        event = told.get("dagster_event")
        if event is None and record.levelno < logging.INFO:
            return
        if event is not None and event.event_type not in _TOLD:
            return
        write(
            event.event_type.name if event else "LOG",
            record.levelname if event is None or record.levelno > logging.INFO else "INFO",
            message=told.get("orig_message"),
            run_id=told.get("run_id"),
            job=told.get("job_name"),
            step=told.get("step_key"),
            **(_details(event) if event else {}),
        )


def _details(event: dg.DagsterEvent) -> dict[str, Any]:
    if event.event_type is dg.DagsterEventType.ASSET_MATERIALIZATION:
        materialization = event.step_materialization_data.materialization
        rows = materialization.metadata.get("dagster/row_count")
        return {
            "asset": materialization.asset_key.to_user_string(),
            "partition": materialization.partition,
            "rows": rows.value if rows else None,
        }
    if event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        check = event.asset_check_evaluation_data
        return {
            "asset": check.asset_key.to_user_string(),
            "check": check.check_name,
            "passed": check.passed,
            "severity": check.severity.value,
        }
    if event.is_step_failure:
        data = event.step_failure_data
        told = data.user_failure_data.description if data.user_failure_data else None
        # The words of an error that nobody foresaw may repeat a value: its kind is enough here.
        return {"error": told or (first_cause(data.error).cls_name if data.error else None)}
    return {}
