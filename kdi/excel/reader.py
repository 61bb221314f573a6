"""Who reads a workbook, and which rows that lets into it."""

from dataclasses import dataclass

import duckdb

from kdi.notation.sql import sql_text
from kdi.publish.agreements import Agreements


@dataclass(frozen=True)
class Reader:
    """A municipality, or KOMBIT when ``cvr`` is None.

    ``sees`` is the CVR numbers whose rows it may see: its own and those that share with it; None is all.
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


def readers(connection: duckdb.DuckDBPyConnection, agreements: Agreements) -> list[Reader]:
    """KOMBIT and every municipality, in the order of their codes."""
    rows = connection.execute(
        "select navn, cvr from marts.dim_myndighed where type = 'kommune' order by kommune_kode"
    ).fetchall()
    return [KOMBIT, *(Reader(name, cvr, tuple(sorted(agreements.visible_to(cvr)))) for name, cvr in rows)]
