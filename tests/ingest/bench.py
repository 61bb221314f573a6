"""An engine and a folder in which files are judged by either of the two passes, without an intake around them."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from expectations.profiles import Profile
from kdi.ingest.audit import Audit, audit_alone
from kdi.ingest.batch import audit_batch
from kdi.ingest.inbox import InboxFile
from kdi.ingest.readers import layout_of

DAY = "2022-01-03"


@dataclass
class Bench:
    """Every file gets a name of its own."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    number: Iterator[int] = field(default_factory=itertools.count)

    def file(self, content: bytes, suffix: str = ".csv") -> tuple[InboxFile, Path]:
        number = next(self.number)
        path = self.folder / f"{number}{suffix}"
        path.write_bytes(content)
        return InboxFile("stoettesystemerne", DAY, str(path), len(content), 0.0, f"{number:012}"), path

    def together(self, files: list[tuple[InboxFile, Path]], profile: Profile) -> list[Audit]:
        scratch = self.folder / f"scratch{next(self.number)}"
        scratch.mkdir()
        return audit_batch(self.connection, files, layout_of(files[0][1], profile), profile, scratch)

    def alone(self, file: InboxFile, path: Path, profile: Profile) -> Audit:
        scratch = self.folder / f"scratch{next(self.number)}"
        scratch.mkdir()
        return audit_alone(self.connection, file, path, layout_of(path, profile), profile, scratch)

    def stored(self, audit: Audit) -> list[tuple[object, ...]]:
        """The rows written, columns in the order of their names."""
        if audit.parquet is None:
            return []
        names = sorted(
            n for (n, *_) in self.connection.execute(
                "describe select * from read_parquet(?, hive_partitioning = false)", [str(audit.parquet)]
            ).fetchall()
        )  # fmt: skip
        return sorted(
            self.connection.execute(
                f"select {', '.join(names)} from read_parquet(?, hive_partitioning = false)", [str(audit.parquet)]
            ).fetchall(),
            key=str,
        )
