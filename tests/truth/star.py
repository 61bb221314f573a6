"""The star of a release as Python sees it: calls, registers and names by their keys, and what a month of them means.

Nothing here asks SQL for more than rows: what is added up, chosen or ordered is so in Python.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import cached_property, wraps
from typing import Any, TypeVar

import duckdb

Row = dict[str, Any]
T = TypeVar("T")
PLATFORMS = ("stoettesystemerne", "serviceplatformen")


def add(month: date, number: int) -> date:
    """The first day of the month so many months later."""
    place = month.year * 12 + month.month - 1 + number
    return date(place // 12, place % 12 + 1, 1)


def last_day(month: date) -> date:
    return add(month, 1) - timedelta(days=1)


def between(first: date, last: date) -> int:
    """Months from one to the other."""
    return (last.year - first.year) * 12 + last.month - first.month


def divided(number: float | None, by: float | None) -> float | None:
    return None if number is None or not by else number / by


def remembered(make: Callable[..., T]) -> Callable[..., T]:
    """What is made of a star and hashable arguments is made once, and goes with the star."""

    @wraps(make)
    def once(star: "Star", *arguments: Any) -> T:
        key = (make.__qualname__, arguments)
        if key not in star.kept:
            star.kept[key] = make(star, *arguments)
        found: T = star.kept[key]
        return found

    return once


class Star:
    """A published database."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._rows: dict[str, list[Row]] = {}
        self.kept: dict[Any, Any] = {}
        self.authorities = {r["myndighed_id"]: r for r in self.rows("marts.dim_myndighed")}
        self.systems = {r["it_system_id"]: r for r in self.rows("marts.dim_it_system")}
        self.suppliers = {r["leverandoer_id"]: r for r in self.rows("marts.dim_leverandoer")}
        self.services = {r["service_id"]: r for r in self.rows("marts.dim_service")}
        self.interfaces = {r["snitflade_id"]: r for r in self.rows("marts.dim_snitflade")}
        self.interface_ids = {r["snitflade"]: i for i, r in self.interfaces.items() if i}  # 0 is none
        self.municipalities = {i: r for i, r in self.authorities.items() if r["type"] == "kommune"}
        self.days = {r["dato_id"]: r for r in self.rows("marts.dim_dato")}
        self.cvr = {r["cvr"]: i for i, r in self.authorities.items() if r["cvr"]}

    def rows(self, table: str) -> list[Row]:
        if table not in self._rows:
            self._rows[table] = self._connection.execute(f"from {table}").to_arrow_table().to_pylist()
        return self._rows[table]

    def put(self, of: "Star", table: str, rows: list[Row]) -> None:
        """Have the rows that another has, but for one table."""
        self._rows = of._rows | {table: rows}

    def columns(self, table: str) -> list[str]:
        return [name for name, *_ in self._connection.execute(f"describe {table}").fetchall()]

    # names

    def system(self, it_system: int, supplier: bool = True) -> Row:
        found = self.systems[it_system]
        names = {"it_system_uuid": found["uuid"], "it_system": found["navn"]}
        return names | ({"leverandoer": self.suppliers[found["leverandoer_id"]]["navn"]} if supplier else {})

    def authority(self, myndighed: int, *more: str) -> Row:
        found = self.authorities[myndighed]
        return {"cvr": found["cvr"], "kommune": found["navn"], **{name: found[name] for name in more}}

    def interface(self, snitflade: int | None) -> Row:
        found = self.interfaces[snitflade] if snitflade is not None else {"snitflade": None, "navn": None}
        return {"snitflade": found["snitflade"], "snitflade_navn": found["navn"]}

    # what is loaded

    @cached_property
    def delivered(self) -> dict[str, list[date]]:
        """The last days of the periods that count, by source."""
        found: dict[str, list[date]] = defaultdict(list)
        for r in self.rows("marts.leverance_status"):
            if r["leverance_id"] and r["status"].startswith("publiceret"):
                found[r["kilde"]].append(r["periode_til"])
        return {source: sorted(days) for source, days in found.items()}

    @cached_property
    def loaded(self) -> dict[str, set[date]]:
        return {p: {d.replace(day=1) for d in self.delivered.get(p, ())} for p in PLATFORMS}

    @cached_property
    def months(self) -> list[date]:
        return sorted(set().union(*self.loaded.values()))

    def behind(self, month: date) -> int:
        """How many of the year's months are loaded, of both platforms together."""
        return sum(add(month, -12) < m <= month for months in self.loaded.values() for m in months)

    # calls

    @cached_property
    def calls(self) -> dict[tuple[int, int, int], dict[date, int]]:
        """Calls by authority, system and service, then by month; months without any are left out."""
        found: dict[tuple[int, int, int], dict[date, int]] = defaultdict(lambda: defaultdict(int))
        for r in self.rows("marts.fct_kald_maaned"):
            if r["antal_kald"]:
                found[r["myndighed_id"], r["it_system_id"], r["service_id"]][r["maaned"]] += r["antal_kald"]
        return found

    @remembered
    def year(self, month: date) -> dict[tuple[int, int, int], int]:
        """Calls in the month and the 11 before it."""
        first, found = add(month, -11), {}
        for key, by_month in self.calls.items():
            if number := sum(n for m, n in by_month.items() if first <= m <= month):
                found[key] = number
        return found

    def named(self, service: int) -> tuple[str, str | None]:
        found = self.services[service]
        return found["service"], found["version"]

    @remembered
    def by_service(self, month: date) -> dict[tuple[int, str, str | None], dict[int, int]]:
        """Calls in the year by system, service and version, then by authority."""
        found: dict[tuple[int, str, str | None], dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for (authority, system, service), number in self.year(month).items():
            found[(system, *self.named(service))][authority] += number
        return found

    @remembered
    def by_interface(self, month: date) -> dict[tuple[int, int], dict[int, int]]:
        """Calls in the year by system and interface, then by authority; of services with an interface."""
        found: dict[tuple[int, int], dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for (authority, system, service), number in self.year(month).items():
            interface = self.interface_ids.get(self.services[service]["snitflade"])
            if interface is not None:
                found[system, interface][authority] += number
        return found

    @remembered
    def interface_of(self, month: date, service: str, version: str | None, system: int | None = None) -> str:
        """The interface told of a service: the first by name, where platforms have one each."""
        used = {s for (_, of, s) in self.year(month) if system in (None, of) and self.named(s) == (service, version)}
        return min(self.services[s]["snitflade"] for s in used)

    # registers

    @remembered
    def population(self, month: date) -> dict[int, int]:
        newest: dict[int, tuple[date, int]] = {}
        for r in self.rows("marts.fct_folketal"):
            if r["kvartal"] <= month and r["kvartal"] >= newest.get(r["myndighed_id"], (date.min, 0))[0]:
                newest[r["myndighed_id"]] = (r["kvartal"], r["folketal"])
        return {authority: number for authority, (_, number) in newest.items()}

    @cached_property
    def _uses(self) -> dict[str, dict[date, dict[tuple[int, int], list[Row]]]]:
        found: dict[str, dict[date, dict[tuple[int, int], list[Row]]]] = {}
        for r in self.rows("marts.fct_systemanvendelse"):
            of_list = found.setdefault(r["register"], {}).setdefault(r["statusdato"], {})
            of_list.setdefault((r["myndighed_id"], r["it_system_id"]), []).append(r)
        return found

    @remembered
    def told(self, month: date) -> dict[tuple[int, int], list[Row]]:
        """What the lists in force say of a municipality and a system."""
        found: dict[tuple[int, int], list[Row]] = defaultdict(list)
        for lists in self._uses.values():
            for pair, rows in lists[in_force(lists, last_day(month))].items():
                if pair[0] in self.municipalities:
                    found[pair] += rows
        return found

    @remembered
    def in_use(self, month: date) -> dict[tuple[int, int], list[Row]]:
        """Of them, what says that it was in use at some time of the year."""
        first, last = add(month, -11), last_day(month)
        return {
            pair: used
            for pair, rows in self.told(month).items()
            if (used := [r for r in rows if begun(r, last) and (r["i_brug_til"] or date.max) >= first])
        }

    @remembered
    def users(self, month: date) -> dict[int, set[int]]:
        """Municipalities by the system that they use: by calls, or by a register."""
        found: dict[int, set[int]] = defaultdict(set)
        for authority, system, _ in self.year(month):
            if authority in self.municipalities:
                found[system].add(authority)
        for authority, system in self.in_use(month):
            found[system].add(authority)
        return found

    @remembered
    def is_phased_out(self, month: date, authority: int, system: int) -> bool:
        last = last_day(month)
        rows = self.told(month).get((authority, system), [])
        is_ended = [(r["i_brug_til"] or date.max) < last for r in rows]
        return any(is_ended) and not any(begun(r, last) and not ended for r, ended in zip(rows, is_ended, strict=True))

    @cached_property
    def declared(self) -> dict[date, dict[tuple[int, int], Row]]:
        """Declarations and demands by status date, system and interface."""
        found: dict[date, dict[tuple[int, int], Row]] = defaultdict(dict)
        for r in self.rows("marts.fct_klarmelding"):
            found[r["statusdato"]][r["it_system_id"], r["snitflade_id"]] = r
        return found

    @remembered
    def status_date(self, month: date) -> date | None:
        return in_force(self.declared, last_day(month)) if self.declared else None

    @cached_property
    def first_call(self) -> dict[int, date]:
        """The first month in which anybody called an interface."""
        found: dict[int, date] = {}
        for (_, _, service), by_month in self.calls.items():
            interface = self.interface_ids.get(self.services[service]["snitflade"])
            if interface is not None:
                found[interface] = min([*by_month, *([found[interface]] if interface in found else [])])
        return found

    @cached_property
    def months_called(self) -> dict[tuple[int, int, int | None], set[date]]:
        """In which months a municipality's system called an interface."""
        found: dict[tuple[int, int, int | None], set[date]] = defaultdict(set)
        for (authority, system, service), by_month in self.calls.items():
            interface = self.interface_ids.get(self.services[service]["snitflade"])
            found[authority, system, interface] |= by_month.keys()
        return found

    def is_measured(self, month: date, interface: int) -> bool:
        return self.first_call.get(interface, date.max) <= month

    @cached_property
    def _agreements(self) -> dict[tuple[int, int, int], set[date]]:
        found: dict[tuple[int, int, int], set[date]] = defaultdict(set)
        for r in self.rows("marts.fct_kald_maaned"):
            interface = self.interface_ids.get(self.services[r["service_id"]]["snitflade"])
            if r["serviceaftale_id"] and interface is not None:
                found[r["myndighed_id"], r["it_system_id"], interface].add(r["maaned"])
        return found

    def has_agreement(self, month: date, authority: int, system: int, interface: int) -> bool:
        """An agreement in one of the three newest loaded months of Serviceplatformen."""
        newest = sorted(m for m in self.loaded["serviceplatformen"] if m <= month)[-3:]
        return bool(self._agreements.get((authority, system, interface), set()) & set(newest))

    # hours

    @cached_property
    def calls_by_day(self) -> dict[tuple[int, int, int, int], list[tuple[int, int]]]:
        """Hours with their calls by day, authority, system and service; also where none was made."""
        found: dict[tuple[int, int, int, int], list[tuple[int, int]]] = defaultdict(list)
        for *key, hour, number in self._connection.execute(
            "select dato_id, myndighed_id, it_system_id, service_id, time_id, antal_kald from marts.fct_kald_time"
        ).fetchall():
            found[tuple(key)].append((hour, number))
        return found

    @cached_property
    def hours(self) -> dict[tuple[int, int, int], dict[int, int]]:
        """Calls by service, day and hour, then by authority."""
        found: dict[tuple[int, int, int], dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for service, day, hour, authority, number in self._connection.execute(
            "select service_id, dato_id, time_id, myndighed_id, antal_kald from marts.fct_kald_time"
        ).fetchall():
            found[service, day, hour][authority] += number
        return found


def begun(use: Row, last: date) -> bool:
    return bool((use["i_brug_fra"] or date.min) <= last)


def in_force(dates: Iterable[date], day: date) -> date:
    """The newest on or before the day, else the first."""
    return max((d for d in dates if d <= day), default=min(dates))


def may_be_seen(numbers: Iterable[float]) -> bool:
    """Whether five have them at least, and none has over half."""
    found = list(numbers)
    return len(found) >= 5 and max(found) <= sum(found) / 2


def five_near(values: list[float], share: float) -> list[float]:
    """The five values nearest to a place in the order."""
    ordered = sorted(values)
    middle = int((len(ordered) - 1) * share + 1.5) - 1  # half is rounded up
    first = max(0, min(len(ordered) - 5, middle - 2))
    return ordered[first : first + 5]


def middle(values: list[float]) -> tuple[float | None, bool]:
    """The mean of the five in the middle, which all may see; else the median, which not all may."""
    five = five_near(values, 0.5) if len(values) >= 5 else []
    if five and max(five) <= sum(five) / 2:
        return round(sum(five) / 5, 6), True
    ordered = sorted(values)
    half = len(ordered) // 2
    if not ordered:
        return None, False
    return (ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2), False


def of_several(five: list[float]) -> float | None:
    """The mean of several, or nothing where one makes up too much."""
    return round(sum(five) / len(five), 6) if five and max(five) <= sum(five) / 2 else None
