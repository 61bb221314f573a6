"""Who may see whose detail. Without an agreement in force a municipality sees itself, and the rest as numbers only.

``aftaler.csv`` is data: ``cvr`` shares its detail with ``deler_med_cvr``, or with all municipalities (``alle``), from
``fra`` to ``til``. The set read is the one that the release was built on.
"""

from dataclasses import dataclass
from datetime import date

from orchestration.lake.reference import reference_folder
from orchestration.publish.agreements import pairs_in_force
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
    return Agreements(frozenset((owner, whom) for owner, whom in pairs_in_force(path, moment) if owner and whom))
