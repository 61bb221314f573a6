"""The published release seen from one month: what every report reads, and the only place that opens it.

A report is about a month and what it is compared with, three months before. Registers (status sheets, extracts)
are those in force at the month's end, as ``marts.gaeldende`` says.
"""

import json
import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

from demo.sample.names import supplier_names
from kdi.notation import danish
from kdi.notation.periods import last_day_of_month, months_before
from kdi.report.document import Definition
from kdi.report.potentiale_parts import interface

# Fewer than this many others would point out one of them.
SMALLEST_GROUP = 5


class NotPublished(Exception):
    """There is no release, or it holds nothing for the month asked for. The message says what to do."""


@dataclass(frozen=True)
class Measure:
    """A measure of the catalogue as published in ``marts.maal``."""

    name: str
    table: str
    label: str
    definition: str
    unit: str
    formula: str
    format: str

    def text(self, value: float | None) -> str:
        """The figure the way the catalogue wants it written."""
        decimals = len(self.format.partition(".")[2].rstrip(" %"))
        return danish.percent(value, decimals) if "%" in self.format else danish.by_format(value, decimals)


class Edition:
    """One month of a release, opened read-only.

    Args:
        release: the release's folder, with ``kdi.duckdb`` and ``manifest.json``.
        month: first day of the month; the newest complete one unless given.

    Raises:
        NotPublished: there is no release, or no calls in the month.
    """

    def __init__(self, release: Path, month: date | None = None) -> None:
        path = release / "kdi.duckdb"
        if not path.exists():
            raise NotPublished(f"Der er ingen publicering i {release}. Kør kdi load først.")
        # The release in force may change while a report is made; this one stays.
        self.folder = release.resolve()
        self.connection = duckdb.connect(str(self.folder / "kdi.duckdb"), read_only=True)
        manifest = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        self._by_municipality: dict[str, dict[str, list[dict[str, Any]]]] = {}
        self.release_id: str = manifest["publicering_id"]
        self.published: str = manifest["udgivet"]
        self.reference: str = manifest["inputs"].get("reference", "")
        self.months = [r["maaned"] for r in self.rows("select maaned from kpi.kald_pr_borger_danmark order by maaned")]
        if not self.months:
            raise NotPublished("Publiceringen har ingen måneder med kald. Indlæs leverancer, og kør kdi load.")
        # Months that are whole, or whose deliveries are no longer waited for.
        self.usable = [
            r["maaned"]
            for r in self.rows(
                "select maaned from marts.maaned_status where platform = 'alle' and kan_bruges order by maaned"
            )
            if r["maaned"] in self.months
        ]
        self.month = month or (self.usable or self.months)[-1]
        if self.month not in self.months:
            raise NotPublished(
                f"Publiceringen har ingen kald i {danish.month(self.month)}; den har {danish.month(self.months[0])} til"
                f" {danish.month(self.months[-1])}. Vælg en af dem."
            )
        earlier = months_before(self.month, 3)
        self.before: date | None = earlier if earlier in self.months else None

    def __enter__(self) -> "Edition":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    @cached_property
    def _loaded(self) -> dict[date, int]:
        rows = self.rows("select maaned, maaneder_12m from kpi.kald_pr_borger_danmark")
        return {r["maaned"]: r["maaneder_12m"] for r in rows}

    def is_comparable(self, month: date | None, beside: date | None = None) -> bool:
        """Whether what is counted over 12 months has as many loaded months behind it then as ``beside``, or now.

        Where it has not, a longer window alone would look like growth.
        """
        return month in self._loaded and self._loaded[month] == self._loaded[beside or self.month]

    def like_now(self, points: list[tuple[date, float | None]]) -> tuple[list[tuple[date, float | None]], str]:
        """Points over months of what is counted over 12, less those of a shorter window, and what to say of them."""
        shown = [(month, value if self.is_comparable(month) else None) for month, value in points]
        begins = next((month for month, value in shown if value is not None), None)
        if shown == points or begins is None:
            return points, ""
        return shown, f"; før {danish.month_short(begins)} {begins.year} ligger færre måneder bag"

    @property
    def compared(self) -> tuple[date | None, str]:
        """The month that what is counted over 12 months is compared with, in words; None while data are too young."""
        for back, words in ((12, "et år"), (3, "et kvartal")):
            if self.is_comparable(earlier := months_before(self.month, back)):
                return earlier, words
        return None, ""

    @property
    def too_young(self) -> tuple[str, ...]:
        """Why use is not compared with before, as a note; none where it is."""
        if self.compared[0]:
            return ()
        return (
            "Hvad der er i brug, er talt over 12 måneder og sammenlignes først, når der ligger lige så mange måneder"
            f" bag tallet før; data begynder i {danish.month(self.months[0])}.",
        )

    @property
    def month_end(self) -> date:
        return last_day_of_month(self.month)

    def rows(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        """Rows as dictionaries. The edition's own dates (``_KNOWN``) are known to every query."""
        for name, attribute in _KNOWN.items():
            if re.search(rf"\${name}\b", sql) and name not in parameters:
                parameters[name] = getattr(self, attribute)
        cursor = self.connection.cursor()
        cursor.execute(sql, parameters)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def rows_of(self, cvr: str, sql: str) -> list[dict[str, Any]]:
        """The rows of one municipality of a query about all, by its column ``cvr``: asked once for all of them."""
        if sql not in self._by_municipality:
            found: dict[str, list[dict[str, Any]]] = {}
            for row in self.rows(sql):
                found.setdefault(row["cvr"], []).append(row)
            self._by_municipality[sql] = found
        return self._by_municipality[sql].get(cvr, [])

    def row(self, sql: str, **parameters: Any) -> dict[str, Any]:
        """The only row; empty when there is none."""
        return next(iter(self.rows(sql, **parameters)), {})

    @cached_property
    def _registers(self) -> dict[date, dict[str, Any]]:
        """What counts in each month, as the marts decide it."""
        return {r["maaned"]: r for r in self.rows("select * from marts.gaeldende")}

    @property
    def status_date(self) -> date | None:
        """The status sheet in force at the month's end."""
        return self._register("statusdato")

    @property
    def extract(self) -> date | None:
        """The KLE extract in force at the month's end."""
        return self._register("udtraeksdato")

    @property
    def status_day(self) -> str:
        """Its date for readers, who are told when it is later than the month; empty when there is none."""
        later = " (senere end perioden)" if self.status_date and self.status_date > self.month_end else ""
        return f"{danish.day(self.status_date)}{later}" if self.status_date else ""

    @property
    def extract_before(self) -> date | None:
        """The KLE extract in force in the month compared with."""
        found: date | None = self._registers.get(self.before, {}).get("udtraeksdato") if self.before else None
        return found

    @property
    def population_quarter(self) -> date | None:
        """The quarter whose population counts in the month."""
        return self._register("folketal_kvartal")

    def _register(self, name: str) -> date | None:
        found: date | None = self._registers.get(self.month, {}).get(name)
        return found

    @property
    def quarter_start(self) -> date:
        """The first day of the three months that end with the edition's."""
        return months_before(self.month, 2)

    @property
    def year_start(self) -> date:
        """The first day of the twelve months that end with the edition's."""
        return months_before(self.month, 11)

    @cached_property
    def has_hours(self) -> bool:
        """Whether Støttesystemerne is loaded in the three months that end with the edition's: else nothing is known."""
        first, last = self.quarter_start, self.month_end
        return bool(
            self.rows(
                "select 1 from marts.fct_kald_time where dato_id between $foerste and $sidste limit 1",
                foerste=int(f"{first:%Y%m%d}"),
                sidste=int(f"{last:%Y%m%d}"),
            )
        )

    @cached_property
    def is_made_up(self) -> bool:
        """Whether the suppliers are those that ``kdi generate`` makes up: then no figure is of the real world."""
        known = {r["navn"] for r in self.rows("select navn from marts.dim_leverandoer where leverandoer_id <> 0")}
        return bool(known) and 2 * len(known & set(supplier_names(10_000))) > len(known)

    @cached_property
    def interfaces(self) -> dict[str, str]:
        """How each interface is named to readers, by its code."""
        rows = self.rows("select snitflade, navn as snitflade_navn from marts.dim_snitflade")
        return {r["snitflade"]: interface(r) for r in rows}

    @cached_property
    def measures(self) -> dict[tuple[str, str], Measure]:
        """The catalogue, by measure and table."""
        return {
            (r["maal"], r["tabel"]): Measure(
                r["maal"], r["tabel"], r["etiket"], r["definition"], r["enhed"], r["formel"], r["format"]
            )
            for r in self.rows("select * from marts.maal")
        }

    def measure(self, name: str, table: str) -> Measure:
        return self.measures[name, table]

    def value(self, name: str, table: str, where: str, **parameters: Any) -> float | None:
        """A measure of the catalogue over some rows of its table, by the catalogue's own formula."""
        sql = f"select {self.measure(name, table).formula} as tal from {table} where {where}"
        found: float | None = self.row(sql, **parameters)["tal"]
        return found

    def define(self, table: str, *names: str) -> tuple[Definition, ...]:
        """The definitions that a report prints for measures of a table."""
        until = danish.day(self._data_through(table))
        measures = [self.measure(name, table) for name in names]
        return tuple(Definition(m.label, m.definition, table, until, m.name) for m in measures)

    def _data_through(self, table: str) -> date:
        if table in ("kpi.tilslutning", "kpi.tilslutning_kommune"):
            return self.status_date or self.month_end
        if table.startswith("kpi.kle_"):
            return self.extract or self.month_end
        return self.month_end

    @cached_property
    def municipalities(self) -> list[dict[str, Any]]:
        """The 98 in Danish order."""
        return self.rows(
            """select cvr, navn, officielt_navn, kommune_kode, region, landsdel, xyz_klasse
            from marts.dim_myndighed where type = 'kommune' order by navn collate da, navn"""
        )


_KNOWN = {
    "maaned": "month", "foer": "before", "kvartalets_foerste": "quarter_start", "aarets_foerste": "year_start",
    "slut": "month_end", "statusdato": "status_date", "udtraek": "extract",
}  # fmt: skip


def last_month_of(quarter: str) -> date:
    """``2022K4`` → 1 December 2022.

    Raises:
        NotPublished: the text is not a quarter.
    """
    year, _, number = quarter.upper().partition("K")
    if not (year.isdigit() and len(year) == 4 and number in ("1", "2", "3", "4")):
        raise NotPublished(f"»{quarter}« er ikke et kvartal. Skriv det som 2022K4.")
    return date(int(year), 3 * int(number), 1)


def newest_quarter(months: list[date]) -> date:
    """The last month of the newest whole quarter; the newest month when no quarter is whole."""
    known = set(months)
    whole = [m for m in months if m.month % 3 == 0 and {months_before(m, 1), months_before(m, 2)} <= known]
    return whole[-1] if whole else months[-1]
