"""The key figures by which municipalities are compared, and how they lie: as ``kpi.benchmark_fordeling`` says it.

Its figures are never a single municipality's.
"""

from datetime import date
from functools import cached_property
from typing import Any

from kdi.report.edition import Edition, Measure

Groups = dict[tuple[str, str], dict[str, Any]]
# The table whose definition of the measure is shown.
_TABLES = {
    "kald_pr_indbygger": "kpi.kald_pr_indbygger",
    "realiseringsgrad": "kpi.potentiale_kommune",
    "tilslutningsgrad": "kpi.tilslutning_kommune",
    "daekningsgrad": "kpi.kle_daekning",
    "opslag_pr_bruger": "kpi.sapa",
}


class Indicators:
    """All indicators in an edition; asked for once, used by every report."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition

    def measure(self, name: str) -> Measure:
        return self._edition.measure(name, _TABLES[name])

    def groups(self, name: str) -> Groups:
        """How the indicator is spread, by grouping and group; those that would show a single one are missing."""
        registers = {"tilslutningsgrad": self._edition.status_date, "daekningsgrad": self._edition.extract}
        when = registers.get(name, self._edition.month)
        return {} if when is None else self._spread.get((name, when), {})

    @cached_property
    def _spread(self) -> dict[tuple[str, date], Groups]:
        found: dict[tuple[str, date], Groups] = {}
        for row in self._edition.rows(
            """select * from kpi.benchmark_fordeling
            where coalesce(platform, 'alle') = 'alle' and coalesce(dataomraade, 'alle') = 'alle'"""
        ):
            found.setdefault((row["maal"], row["dato"]), {})[row["gruppering"], row["gruppe"]] = row
        return found
