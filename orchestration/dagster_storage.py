"""Dagster's SQLite storage: do not wait for the disk at every event.

A load records several hundred events, each in two databases. With SQLite's default each is an
fsync; on ordinary disks that was a third of a day's load. With ``synchronous = normal`` and the
write-ahead log that Dagster uses, a power cut can lose the last events but never harms the file
(sqlite.org/pragma.html#pragma_synchronous). What was loaded and published is not recorded here.
"""

import sqlite3
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine


@event.listens_for(Engine, "connect")
def _do_not_wait_for_the_disk(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("pragma synchronous = normal")
