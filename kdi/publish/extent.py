"""How much of each published table a build made anew, and so how much of it must be written."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Extent:
    """How much of each published table a build made anew.

    Args:
        calls: months (``2022-04``) of the facts of calls; None for all.
        kpis: months of the KPIs; of the funnel every later one is made, and one that came out the same is told apart
            by its content. None for all.
        whole: tables (``kpi.udbredelse``) made whole, with what had changed.
    """

    calls: frozenset[str] | None = None
    kpis: frozenset[str] | None = None
    whole: Mapping[str, str] = field(default_factory=dict)

    def months_of(self, table: str) -> frozenset[str] | None:
        """The months of a table by month that were made; None for all."""
        if table in self.whole:
            return None
        return self.calls if table.startswith("marts.fct_kald_") else self.kpis
