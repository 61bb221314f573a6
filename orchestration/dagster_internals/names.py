"""Names that Dagster has no public place for: statuses, tags and the types of what its instance returns."""

from dagster._core.events.log import EventLogEntry
from dagster._core.log_manager import get_log_record_metadata, has_log_record_metadata
from dagster._core.scheduler.instigation import InstigatorStatus, TickStatus
from dagster._core.storage.dagster_run import FINISHED_STATUSES, NOT_FINISHED_STATUSES
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster._core.storage.tags import BACKFILL_ID_TAG, WILL_RETRY_TAG
from dagster._utils.error import SerializableErrorInfo

__all__ = [
    "BACKFILL_ID_TAG",
    "FINISHED_STATUSES",
    "NOT_FINISHED_STATUSES",
    "WILL_RETRY_TAG",
    "EventLogEntry",
    "InstigatorStatus",
    "SerializableErrorInfo",
    "SqlEventLogStorage",
    "TickStatus",
    "get_log_record_metadata",
    "has_log_record_metadata",
]
