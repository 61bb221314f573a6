"""Purpose and legal basis of every published table and column, from ``formaal.csv``.

A row without ``kolonne`` covers the whole table; a row with one covers that column, where its purpose is
another. A table without purpose or legal basis is not published: the gate and the writer both ask here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from kdi.notation.sql import sql_text


class WithoutPurpose(Exception):
    """Tables that must not be published; the message names each and says what to do."""


@dataclass(frozen=True)
class Purpose:
    """Why a table or column is published, and by what right."""

    formaal: str
    hjemmel: str
    taerskel: int | None = None


class Purposes:
    """The purposes of one set of reference data."""

    def __init__(self, tables: dict[str, Purpose], columns: dict[tuple[str, str], Purpose]) -> None:
        self._tables = tables
        self.columns = columns

    @classmethod
    def read(cls, reference_folder: Path) -> "Purposes":
        """The purposes in a reference set (a folder with ``formaal.parquet``)."""
        path = sql_text(str(reference_folder / "formaal.parquet"))
        with duckdb.connect() as connection:
            names = [name for name, *_ in connection.execute(f"describe from read_parquet({path})").fetchall()]
            column_of_row = "kolonne" if "kolonne" in names else "null"  # sets from before it could be said
            rows = connection.execute(
                f"select tabel, {column_of_row}, formaal, hjemmel, cast(taerskel as integer)"
                f" from read_parquet({path}) where formaal is not null and hjemmel is not null"
            ).fetchall()
        purposes = {(table, column): Purpose(*rest) for table, column, *rest in rows}
        return cls(
            {table: p for (table, column), p in purposes.items() if column is None},
            {(table, column): p for (table, column), p in purposes.items() if column is not None},
        )

    def of(self, table: str, column: str | None = None) -> Purpose:
        """The purpose of a table, or of one of its columns: its own or else the table's.

        Raises:
            KeyError: the table has none.
        """
        own = self.columns.get((table, column)) if column else None
        return own or self._tables[table]

    def as_metadata(self, table: str) -> dict[str, str]:
        """A table's purpose and legal basis as its asset shows them; nothing when it has none."""
        purpose = self._tables.get(table)
        return {"formaal": purpose.formaal, "hjemmel": purpose.hjemmel} if purpose else {}

    def missing(self, tables: Iterable[str]) -> list[str]:
        """Those of the tables that have no purpose or no legal basis."""
        return sorted(table for table in tables if table not in self._tables)

    def require(self, tables: Iterable[str]) -> None:
        """Nothing is published past a table without purpose.

        Raises:
            WithoutPurpose: some have none.
        """
        missing = self.missing(tables)
        if missing:
            raise WithoutPurpose(describe(missing))


def describe(missing: list[str]) -> str:
    """One line on tables without purpose: what, where and what to do."""
    return (
        f"{', '.join(missing)}: der står ikke formål og hjemmel i reference/formaal.csv, så intet udgives."
        " Tilføj en række for hver tabel."
    )
