"""Who may see whose detail. Without an agreement in force a municipality sees itself, and the rest as numbers only.

``aftaler.csv`` is data: ``cvr`` shares its detail with ``deler_med_cvr``, or with all municipalities (``alle``), from
``fra`` to ``til``. The set read is the one that the release was built on.
"""

from dataclasses import dataclass
from datetime import date

import duckdb

from orchestration.ingest.rules import sql_text
from orchestration.lake.reference import reference_folder
from orchestration.report.edition import Edition
from orchestration.settings import Settings


@dataclass(frozen=True)
class Agreements:
    """The agreements in force on one day, as pairs of who shares and with whom (a CVR number or ``alle``)."""

    pairs: frozenset[tuple[str, str]]

    def visible_to(self, viewer: str | None) -> frozenset[str]:
        """CVR numbers of those whose detail the viewer may see; none for the public (None), with whom nobody agrees.

        ``alle`` is all who read with a login, as in PostgreSQL, not everybody.
        """
        if viewer is None:
            return frozenset()
        return frozenset({owner for owner, whom in self.pairs if whom in ("alle", viewer)} | {viewer})


NONE = Agreements(frozenset())


def in_force(settings: Settings, edition: Edition, on: date | None = None) -> Agreements:
    """The agreements of the edition's release on a day, by default the day it was published."""
    path = reference_folder(settings, edition.reference) / "aftaler.parquet"
    if not path.exists():
        return NONE
    moment = on or date.fromisoformat(edition.published[:10])
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"""select cvr, deler_med_cvr from read_parquet({sql_text(str(path))})
            where coalesce(try_cast(fra as date) <= $1, true) and coalesce(try_cast(til as date) >= $1, true)""",
            [moment],
        ).fetchall()
    return Agreements(frozenset((owner, whom) for owner, whom in rows if owner and whom))
