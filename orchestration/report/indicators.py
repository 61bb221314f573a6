"""The key figures of a municipality, and how they lie among the others.

Each indicator is a measure of the catalogue, summed over the municipality by the catalogue's rule. What stands beside
it of others comes from ``kpi.benchmark_fordeling``, whose figures are never a single municipality's.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from orchestration.report import danish
from orchestration.report.edition import Edition, Measure

Values = dict[str, float | None]
Groups = dict[tuple[str, str], dict[str, Any]]

# Calls are zero, not missing, where the month is loaded and the municipality has none.
_CALLS = """
    select m.cvr, coalesce(k.kald, 0) / f.folketal as tal
    from marts.dim_myndighed as m
    left join (
        select cvr, sum(kald) as kald from kpi.kald_pr_indbygger where maaned = $dato group by cvr
    ) as k on m.cvr = k.cvr
    left join (
        select myndighed_id, cast(arg_max(folketal, kvartal) as double) as folketal
        from marts.fct_folketal where kvartal <= $dato group by myndighed_id
    ) as f on m.myndighed_id = f.myndighed_id
    where m.type = 'kommune'
"""
_SQL = {
    "kald_pr_indbygger": ("kpi.kald_pr_indbygger", _CALLS),
    "realiseringsgrad": (
        "kpi.potentiale_kommune",
        "select cvr, realiseringsgrad as tal from kpi.potentiale_kommune where maaned = $dato",
    ),
    "tilslutningsgrad": (
        "kpi.tilslutning_kommune",
        "select cvr, tilslutningsgrad as tal from kpi.tilslutning_kommune where statusdato = $dato",
    ),
    "daekningsgrad": (
        "kpi.kle_daekning",
        """select cvr, sum(emner_daekket) / nullif(cast(sum(emner_med_sager_xyz) as double), 0) as tal
        from kpi.kle_daekning where udtraeksdato = $dato group by cvr""",
    ),
    "opslag_pr_bruger": (
        "kpi.sapa",
        """select cvr, sum(opslag) / nullif(cast(sum(brugere) as double), 0) as tal
        from kpi.sapa where maaned = $dato group by cvr""",
    ),
}


@dataclass(frozen=True)
class Benchmark:
    """One indicator of one municipality beside the others.

    None: of ``own``, ``before`` and ``place``, that there is no figure; else that too few stand behind it.
    """

    measure: Measure
    own: float | None
    before: float | None
    similar: float | None
    low: float | None
    median: float | None
    high: float | None
    place: int | None
    among: int

    def others(self, value: float | None) -> str:
        """A figure of others as text."""
        return danish.TOO_FEW if value is None else self.measure.text(value)


class Indicators:
    """All indicators of all municipalities in an edition; asked for once, used by every report."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._classes = {m["cvr"]: m["xyz_klasse"] for m in edition.municipalities}

    @cached_property
    def now(self) -> dict[str, Values]:
        return {name: self._values(name, self._dates(name)[0]) for name in _SQL}

    @cached_property
    def before(self) -> dict[str, Values]:
        return {name: self._values(name, self._dates(name)[1]) for name in _SQL}

    def _dates(self, name: str) -> tuple[date | None, date | None]:
        edition = self._edition
        if name == "tilslutningsgrad":
            return edition.status_date, edition.status_date_before
        if name == "daekningsgrad":
            return edition.extract, edition.extract_before
        return edition.month, edition.before

    def _values(self, name: str, when: date | None) -> Values:
        if when is None:
            return {}
        rows = self._edition.rows(_SQL[name][1], dato=when)
        # SAPA tells of other authorities too; municipalities are compared with municipalities
        return {r["cvr"]: r["tal"] for r in rows if r["cvr"] in self._classes}

    def benchmark(self, name: str, cvr: str) -> Benchmark:
        """The municipality's figure among the 98 and among those of its size class."""
        values = self.now[name]
        known = [v for v in values.values() if v is not None]
        own = values.get(cvr)
        groups = self.groups(name)
        every = groups.get(("alle", "Alle kommuner"), {})
        alike = groups.get(("xyz_klasse", self._classes[cvr]), {})
        return Benchmark(
            measure=self._edition.measure(name, _SQL[name][0]),
            own=own,
            before=self.before[name].get(cvr),
            similar=alike.get("median"),
            low=every.get("nedre_kvartil"),
            median=every.get("median"),
            high=every.get("oevre_kvartil"),
            place=None if own is None else 1 + sum(v > own for v in known),
            among=len(known),
        )

    def groups(self, name: str) -> Groups:
        """How the indicator is spread, by grouping and group; those that would show a single one are missing."""
        when = self._dates(name)[0]
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
