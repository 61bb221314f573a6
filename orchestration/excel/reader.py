"""Who reads a workbook, and which rows that lets into it."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from orchestration.ingest.rules import sql_text
from orchestration.lake.delivery_log import DeliveryLog
from orchestration.lake.reference import reference_folder
from orchestration.publish.agreements import pairs_in_force
from orchestration.settings import Settings


@dataclass(frozen=True)
class Reader:
    """A municipality, or KOMBIT when ``cvr`` is None.

    ``sees`` is the CVR numbers whose rows it may see: its own and those that share with it today; None is all.
    """

    name: str
    cvr: str | None
    sees: tuple[str, ...] | None

    def rows(self, column: str = "cvr") -> str:
        """SQL condition for the rows of a table in which ``column`` is the authority's CVR number."""
        if self.sees is None:
            return "true"
        return f"{column} in ({', '.join(sql_text(cvr) for cvr in self.sees)})"


KOMBIT = Reader("KOMBIT", None, None)


def agreements_in_force(settings: Settings) -> Path | None:
    """The reference data's ``aftaler`` in force now, whatever release is shown; None before the first load."""
    in_force = DeliveryLog(settings.delivery_log).reference()
    return reference_folder(settings, in_force) / "aftaler.parquet" if in_force else None


def readers(connection: duckdb.DuckDBPyConnection, agreements: Path | None, today: date | None = None) -> list[Reader]:
    """KOMBIT and every municipality, in the order of their codes.

    Agreements hold on the day the workbook is made: ``cvr`` lets ``deler_med_cvr``, or everybody, see its rows from
    ``fra`` to ``til``, both included; an empty date is open, one that cannot be read lets nobody in.
    """
    rows = connection.execute(
        "select navn, cvr from marts.dim_myndighed where type = 'kommune' order by kommune_kode"
    ).fetchall()
    shared = pairs_in_force(agreements, today or date.today()) if agreements else []
    givers = {cvr: [giver for giver, taker in shared if taker in (cvr, "alle")] for _, cvr in rows}
    return [KOMBIT, *(Reader(name, cvr, tuple(sorted({cvr, *givers[cvr]}))) for name, cvr in rows)]
