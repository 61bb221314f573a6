"""What must come out, counted in plain Python over the rows that were delivered.

Written from the interface's definitions, not from the models: no SQL, no windows, no keys.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from samples.deliveries import REFERENCE, Delivery, Row, kommuner
from samples.files import read_csv

DANISH = ZoneInfo("Europe/Copenhagen")


@dataclass(frozen=True)
class Call:
    """Calls of one row in one month; ``hour`` is the moment in UTC, None on Serviceplatformen."""

    platform: str
    month: date
    hour: datetime | None
    cvr: str
    system: str
    service: str
    version: str | None
    number: int


class Expected:
    """Expected content of the published tables.

    Args:
        deliveries: those that count.
        one_system: UUIDs that are one system, and its name.
        in_use: what registers say besides: system, municipality, first and last day of use.
    """

    def __init__(
        self,
        deliveries: Iterable[Delivery],
        population: Iterable[Row],
        one_system: Mapping[str, str],
        in_use: Iterable[tuple[str, str, date, date | None]] = (),
    ) -> None:
        self._in_use = list(in_use)
        self._deliveries = list(deliveries)
        self._one_system = one_system
        self._municipalities = {row["cvr"]: row for row in kommuner().values()}
        self._population: dict[str, dict[date, int]] = defaultdict(dict)
        cvr_by_code = {row["kommune_kode"]: row["cvr"] for row in kommuner().values()}
        for row in population:
            year, quarter = int(row["kvartal"][:4]), int(row["kvartal"][-1])
            quarters = self._population[cvr_by_code[row["kommune_kode"]]]
            quarters[date(year, 3 * quarter - 2, 1)] = int(row["folketal"])

    @cached_property
    def calls(self) -> list[Call]:
        """Every delivered row of calls."""
        return [
            self._call(delivery, row)
            for delivery in self._deliveries
            if delivery.source in ("stoettesystemerne", "serviceplatformen")
            for row in delivery.rows
        ]

    def _call(self, delivery: Delivery, row: Row) -> Call:
        moment = datetime.fromisoformat(row["tidspunkt"]) if "tidspunkt" in row else None
        name, _, version = row["service"].rpartition(" v")
        has_version = bool(name) and re.fullmatch(r"[\d.]+", version) is not None
        return Call(
            platform=delivery.source,
            month=date.fromisoformat(delivery.period[:7] + "-01"),
            hour=moment.astimezone(UTC).replace(tzinfo=None) if moment else None,
            cvr=row["myndighed_cvr"],
            system=self._one_system.get(row["it_system_uuid"], row["it_system_uuid"]),
            service=name if has_version else row["service"],
            version=f"v{version}" if has_version else None,
            number=int(row["antal_kald"]),
        )

    def per_hour(self) -> dict[tuple[Any, ...], int]:
        """Calls by UTC hour, CVR, system and service."""
        return _summed((c.hour, c.cvr, c.system, c.service, c.number) for c in self.calls if c.hour)

    def per_day(self) -> dict[tuple[Any, ...], int]:
        """Calls by Danish day, CVR, system and service."""
        day = {c.hour: c.hour.replace(tzinfo=UTC).astimezone(DANISH).date() for c in self.calls if c.hour}
        return _summed((day[c.hour], c.cvr, c.system, c.service, c.number) for c in self.calls if c.hour)

    def per_month(self) -> dict[tuple[Any, ...], int]:
        """Calls by platform, month, CVR, system, service and version."""
        return _summed((c.platform, c.month, c.cvr, c.system, c.service, c.version, c.number) for c in self.calls)

    def people(self, cvr: str, month: date) -> int | None:
        """Population in the newest quarter that begins on or before the month."""
        quarters = [quarter for quarter in self._population[cvr] if quarter <= month]
        return self._population[cvr][max(quarters)] if quarters else None

    def kald_pr_indbygger(self) -> dict[tuple[Any, ...], dict[str, Any]]:
        """By month, platform, area and CVR."""
        area = {(r["platform"], r["service"]): r["dataomraade"] for r in read_csv(REFERENCE / "service_katalog.csv")}
        calls: dict[tuple[str, str, str], dict[date, int]] = defaultdict(lambda: defaultdict(int))
        for c in self.calls:
            if c.cvr in self._municipalities:
                calls[c.platform, area.get((c.platform, c.service), "Ukendt"), c.cvr][c.month] += c.number
        rows: dict[tuple[Any, ...], dict[str, Any]] = {}
        for (platform, data_area, cvr), by_month in calls.items():
            loaded = {c.month for c in self.calls if c.platform == platform}
            for month in loaded:
                year = sum(by_month.get(m, 0) for m in last_twelve(month))
                if not year:
                    continue
                before = [m for m in last_twelve(_months_before(month, 12)) if m in loaded]
                year_before = sum(by_month.get(m, 0) for m in before) if before else None
                people = self.people(cvr, month)
                rows[month, platform, data_area, cvr] = {
                    "kald": by_month.get(month, 0),
                    "folketal": people,
                    "kald_pr_indbygger": by_month.get(month, 0) / people if people else None,
                    "kald_12m": year,
                    "kald_12m_foer": year_before,
                    "udvikling_12m_pct": 100 * (year - year_before) / year_before if year_before else None,
                }
        for (month, platform, data_area, cvr), row in rows.items():
            peers = {k[3]: r["kald_pr_indbygger"] for k, r in rows.items() if k[:3] == (month, platform, data_area)}
            row["rang"] = 1 + sum(rate > row["kald_pr_indbygger"] for rate in peers.values())
            size = self._municipalities[cvr]["xyz_klasse"]
            alike = [c for c, m in self._municipalities.items() if m["xyz_klasse"] == size and self.people(c, month)]
            row["xyz_median"] = middle([peers.get(c, 0.0) for c in alike])
        return rows

    def kald_pr_borger(self) -> dict[date, tuple[int, int, float, float]]:
        """By month: calls, population, calls per citizen in the month and in the 12 months."""
        rows = {}
        for month in {c.month for c in self.calls}:
            people = sum(self.people(cvr, month) or 0 for cvr in self._municipalities)
            municipal = [c for c in self.calls if c.cvr in self._municipalities]
            calls = sum(c.number for c in municipal if c.month == month)
            year = sum(c.number for c in municipal if c.month in last_twelve(month))
            rows[month] = (calls, people, calls / people, year / people)
        return rows

    def _year(self, month: date) -> tuple[dict[tuple[Any, ...], dict[str, int]], dict[str, set[str]]]:
        """Calls in the 12 months by (system, service, version) and CVR; municipalities by system they use."""
        services: dict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        users: dict[str, set[str]] = defaultdict(set)
        for c in self.calls:
            if c.number and c.month in last_twelve(month):
                services[c.system, c.service, c.version][c.cvr] += c.number
                if c.cvr in self._municipalities:
                    users[c.system].add(c.cvr)
        months = last_twelve(month)
        for system, authority, first, last in self._in_use:
            if first < _months_before(max(months), -1) and (last is None or last >= min(months)):
                users[system].add(kommuner()[authority]["cvr"])
        return services, users

    def udbredelse(self) -> dict[tuple[Any, ...], tuple[int, int]]:
        """Users and active ones by month, system, service and version."""
        return {
            (month, system, *service): (len(users[system]), len(set(calls) & users[system]))
            for month in {c.month for c in self.calls}
            for services, users in [self._year(month)]
            for (system, *service), calls in services.items()
            if set(calls) & set(self._municipalities)
        }

    def udbredelse_huller(self) -> dict[tuple[Any, ...], float | None]:
        """Expected calls by month, system, service, version and CVR."""
        holes = {}
        for month in {c.month for c in self.calls}:
            services, users = self._year(month)
            for (system, *service), calls in services.items():
                if not set(calls) & set(self._municipalities):
                    continue
                rates = [calls[cvr] / (self.people(cvr, month) or 0) for cvr in calls if cvr in users[system]]
                for cvr in users[system] - set(calls):
                    expected = middle(rates) * (self.people(cvr, month) or 0) if rates else None
                    holes[month, system, *service, cvr] = expected
        return holes


def middle(values: list[float]) -> float:
    """The mean of the five in the middle; the median of fewer, or where one of the five is over half of them."""
    ordered = sorted(values)
    first = min(len(ordered) - 5, max(0, _half_up((len(ordered) - 1) / 2) - 2))
    five = ordered[first : first + 5] if len(ordered) >= 5 else []
    return round(sum(five) / 5, 6) if five and max(five) <= sum(five) / 2 else median(ordered)


def _half_up(number: float) -> int:
    return int(number + 0.5)


def last_twelve(month: date) -> set[date]:
    """The month and the 11 before it."""
    return {_months_before(month, n) for n in range(12)}


def _months_before(month: date, number: int) -> date:
    count = month.year * 12 + month.month - 1 - number
    return date(count // 12, count % 12 + 1, 1)


def _summed(rows: Iterable[tuple[Any, ...]]) -> dict[tuple[Any, ...], int]:
    totals: dict[tuple[Any, ...], int] = defaultdict(int)
    for *key, number in rows:
        totals[tuple(key)] += number
    return dict(totals)
