"""The funnel, the debt and the life phase worked out a second time: month by month and in plain Python.

It follows the definition's own words and shares nothing with the models: no windows, no runs, no SQL. Each month asks
the deliveries again what they say, and every "since when" is found by going back month by month or sheet by sheet.
"""

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

PLATFORMS = ("stoettesystemerne", "serviceplatformen")
LEAST_ADVANCED = (
    "Nej", "Tilmeldt", "Ensidig", "Delvis", "Klarmeldt", "Administrativt fjernet", "Irrelevant", "Manglende info",
)  # fmt: skip
WITH_REASON = ("Nej", "Irrelevant", "Administrativt fjernet")
REACHED = ("forpligtet", "tilmeldt", "klarmeldt", "aftale", "foerste_kald", "stabil_brug")
SET_ASIDE = "?"


@dataclass(frozen=True)
class Call:
    month: date
    platform: str
    authority: str
    system: str
    service: str
    version: str
    agreement: str | None
    number: int


@dataclass(frozen=True)
class Cell:
    """A cell of a status sheet as it is understood: a code, :data:`SET_ASIDE` or None; the reason as a code or None."""

    system: str
    interface: str
    status: str | None
    reason: str | None = None


@dataclass(frozen=True)
class Use:
    municipality: str
    system: str
    fra: date | None
    til: date | None


@dataclass
class World:
    """What is delivered and in force. ``catalogue``: service by platform and name, to its interface."""

    municipalities: tuple[str, ...]
    catalogue: dict[tuple[str, str], str]
    loaded: dict[str, set[date]]
    calls: list[Call] = field(default_factory=list)
    sheets: dict[date, list[Cell]] = field(default_factory=dict)
    ski: dict[date, list[tuple[str, str, str]]] = field(default_factory=dict)
    registers: dict[date, list[Use]] = field(default_factory=dict)

    def loaded_months(self) -> set[date]:
        return set().union(*self.loaded.values())


def last_day(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def add(month: date, months: int) -> date:
    number = month.year * 12 + month.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


class Funnel:
    """What the definition says of every month of a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.months = sorted(set().union(*world.loaded.values()))
        self.interfaces_of = {
            f: {p for (p, _), g in world.catalogue.items() if g == f} for f in world.catalogue.values() if f
        }
        self._called: dict[tuple[str, str, str], set[date]] = {}
        self._agreed: dict[tuple[str, str, str], set[date]] = {}
        self._called_system: dict[tuple[str, str], set[date]] = {}
        self._seen: dict[str, date] = {}
        self._measured: dict[str, date] = {}
        self._services: dict[tuple[str, str], set[tuple[date, str, str]]] = {}
        for call in world.calls:
            interface = world.catalogue.get((call.platform, call.service), "")
            key = (call.authority, call.system, interface)
            if call.number or call.agreement:
                self._seen[call.system] = min(call.month, self._seen.get(call.system, call.month))
            if call.number:
                self._called_system.setdefault((call.authority, call.system), set()).add(call.month)
                self._services.setdefault((call.authority, call.system), set()).add(
                    (call.month, call.service, call.version)
                )
                if interface:
                    self._called.setdefault(key, set()).add(call.month)
                    self._measured[interface] = min(call.month, self._measured.get(interface, call.month))
            if call.agreement and interface:
                self._agreed.setdefault(key, set()).add(call.month)
        self._by_sheet = {day: self._read(day) for day in sorted(world.sheets)}
        self._of_system: dict[tuple[str, str], set[str]] = {}
        for k, s, f in {*self._called, *self._agreed}:
            self._of_system.setdefault((k, s), set()).add(f)
        self._uses: dict[tuple[date, str, str], list[Use]] = {}
        for day, uses in world.registers.items():
            for use in uses:
                self._uses.setdefault((day, use.municipality, use.system), []).append(use)
        self._known: dict[date, dict[str, set[str]]] = {}
        self._kald12_elsewhere: dict[tuple[str, str], dict[str, set[date]]] = {}
        for (k, s, f), months in self._called.items():
            if k in world.municipalities:
                self._kald12_elsewhere.setdefault((s, f), {})[k] = months

    # -- statuses, demands, evidence ----------------------------------------------------------------------------

    def _read(self, day: date) -> dict[tuple[str, str], tuple[str | None, str | None]]:
        """Every cell of a sheet, several rows of one system decided."""
        cells: dict[tuple[str, str], list[Cell]] = {}
        for cell in self.world.sheets[day]:
            cells.setdefault((cell.system, cell.interface), []).append(cell)
        return {key: self._decide(rows) for key, rows in cells.items()}

    @staticmethod
    def _decide(rows: list[Cell]) -> tuple[str | None, str | None]:
        understood = [(c.status, c.reason if c.status in WITH_REASON else None) for c in rows if c.status != SET_ASIDE]
        for status in LEAST_ADVANCED:
            reasons = [reason for s, reason in understood if s == status]
            if reasons:
                given = sorted(r for r in reasons if r)
                return status, given[0] if given else None
        return (SET_ASIDE, None) if len(understood) < len(rows) else (None, None)

    def sheets(self, until: date) -> list[date]:
        return [day for day in self._by_sheet if day <= until]

    def status(self, system: str, interface: str, sheet: date | None) -> tuple[str | None, str | None]:
        """Status and reason as of a sheet; one set aside says what was last understood."""
        for day in reversed(self.sheets(sheet) if sheet else []):
            found = self._by_sheet[day].get((system, interface), (None, None))
            if found[0] != SET_ASIDE:
                return found
        return None, None

    def klasse(self, system: str, interface: str, sheet: date | None) -> str | None:
        status, reason = self.status(system, interface, sheet)
        if status in ("Klarmeldt", "Delvis", "Ensidig"):
            return "klarmeldt"
        if status == "Tilmeldt":
            return "tilmeldt"
        if status in ("Irrelevant", "Administrativt fjernet"):
            return "aldrig"
        if status == "Nej" and reason:
            return "aldrig" if reason in ("produkt_udgaaet", "urentabel") else "ikke_endnu"
        return None

    def lists(self, until: date) -> list[date]:
        return [day for day in sorted(self.world.ski) if day <= until]

    def krav(self, system: str, interface: str, day: date | None) -> str | None:
        found = {k for s, f, k in self.world.ski.get(day, []) if (s, f) == (system, interface)} if day else set()
        return min(found) if found else None

    @cached_property
    def _demands(self) -> dict[date, dict[tuple[str, str], str]]:
        return {
            day: {(s, f): min(k for a, b, k in rows if (a, b) == (s, f)) for s, f, _ in rows}
            for day, rows in self.world.ski.items()
        }

    def kald12(self, k: str, s: str, f: str, month: date) -> bool:
        return any(add(month, -12) < m <= month for m in self._called.get((k, s, f), ()))

    def observeret(self, f: str, month: date) -> bool:
        platforms = self.interfaces_of.get(f, set())
        return bool(platforms) and all(month in self.world.loaded[p] for p in platforms)

    def stabil(self, k: str, s: str, f: str, month: date) -> bool:
        if not self.kald12(k, s, f, month):
            return False
        called = self._called[k, s, f]
        telling = [m for m in self.months if m <= month and (self.observeret(f, m) or m in called)]
        return sum(m in called for m in telling[-6:]) >= 3 and any(m in called for m in telling[-3:])

    def aftale(self, k: str, s: str, f: str, month: date) -> bool:
        newest = sorted(m for m in self.world.loaded["serviceplatformen"] if m <= month)[-3:]
        return any(m in newest for m in self._agreed.get((k, s, f), ()))

    # -- use ----------------------------------------------------------------------------------------------------

    def uses(self, k: str, s: str, month: date) -> list[Use]:
        """The rows in force: the newest list on or before the month's end, else the first."""
        if not self.world.registers:
            return []
        days = sorted(self.world.registers)
        day = max((d for d in days if d <= last_day(month)), default=days[0])
        return self._uses.get((day, k, s), [])

    def _in_window(self, k: str, s: str, month: date) -> list[Use]:
        first, last = add(month, -11), last_day(month)
        return [u for u in self.uses(k, s, month) if (u.fra or last) <= last and (u.til or last) >= first]

    def bruger(self, k: str, s: str, month: date) -> bool:
        called = any(add(month, -12) < m <= month for m in self._called_system.get((k, s), ()))
        return called or bool(self._in_window(k, s, month))

    def udfaset(self, k: str, s: str, month: date) -> bool:
        last, rows = last_day(month), self.uses(k, s, month)
        covers = [u for u in rows if (u.fra or last) <= last and (u.til or last) >= last]
        return not covers and any(u.til and u.til < last for u in rows)

    def sidste_til(self, k: str, s: str, month: date) -> date:
        return max(u.til for u in self.uses(k, s, month) if u.til and u.til < last_day(month))

    # -- since when ---------------------------------------------------------------------------------------------

    @staticmethod
    def _run(holds: Iterable[bool], days: list[date]) -> date | None:
        """The first day of the unbroken run that the last day is in."""
        start = None
        for day, held in zip(reversed(days), reversed(list(holds)), strict=True):
            if not held:
                break
            start = day
        return start

    @staticmethod
    def _ceased(holds: Iterable[bool], days: list[date]) -> date | None:
        """The first day without, after the last day with."""
        flags = list(holds)
        for i in range(len(days) - 1, 0, -1):
            if flags[i - 1] and not flags[i]:
                return days[i]
        return None

    def _timeline(self, k: str, s: str, f: str, month: date) -> Iterator[tuple[str, list[date], list[bool], bool]]:
        """Steps in their order: name, days told of, whether it held on each, and whether it waits for the system."""
        months = [m for m in self.months if m <= month]
        sheets, lists = self.sheets(last_day(month)), self.lists(last_day(month))
        klasser = [self.klasse(s, f, day) for day in sheets]
        yield "udfaset", months, [self.udfaset(k, s, m) for m in months], False
        yield "stabil_brug", months, [self.stabil(k, s, f, m) for m in months], False
        yield "foerste_kald", months, [self.kald12(k, s, f, m) for m in months], False
        yield "aldrig", sheets, [c == "aldrig" for c in klasser], True
        yield "aftale", months, [self.aftale(k, s, f, m) for m in months], False
        for name in ("klarmeldt", "ikke_endnu", "tilmeldt"):
            yield name, sheets, [c == name for c in klasser], True
        yield "forpligtet", lists, [(s, f) in self._demands[day] for day in lists], True
        yield "mulig", sheets, [self.status(s, f, day)[0] is not None for day in sheets], True

    def start_of_use(self, k: str, s: str, month: date) -> date | None:
        starts = [u.fra for u in self._in_window(k, s, month) if u.fra]
        if starts:
            return min(starts)
        months = [m for m in self.months if m <= month]
        return self._run([self.bruger(k, s, m) for m in months], months)

    # -- rows ---------------------------------------------------------------------------------------------------

    def known(self, month: date) -> dict[str, set[str]]:
        """Interfaces by system that the list in force demands or the sheet in force says something of."""
        if month not in self._known:
            found: dict[str, set[str]] = {}
            lists, sheets = self.lists(last_day(month)), self.sheets(last_day(month))
            for s, f in self._demands[lists[-1]] if lists else ():
                found.setdefault(s, set()).add(f)
            for s, f in {key for day in sheets for key in self._by_sheet[day]}:
                if self.status(s, f, sheets[-1])[0] is not None:
                    found.setdefault(s, set()).add(f)
            self._known[month] = found
        return self._known[month]

    def pairs(self) -> list[tuple[str, str]]:
        pairs = {(u.municipality, u.system) for uses in self.world.registers.values() for u in uses}
        pairs |= set(self._called_system) | {(k, s) for k, s, _ in self._agreed}
        return sorted((k, s) for k, s in pairs if k in self.world.municipalities)

    def interfaces(self, k: str, s: str, month: date) -> set[str | None]:
        """The interfaces that the municipality has a row for with a system; None for one that only registers know."""
        bruger = self.bruger(k, s, month)
        known = self.known(month).get(s, set())
        own = {
            f for f in self._of_system.get((k, s), ())
            if self.aftale(k, s, f, month) or (bruger and self.kald12(k, s, f, month))
        }  # fmt: skip
        if not bruger:
            return set(own)
        seen = self._seen.get(s, date.max) <= month
        if self.lists(last_day(month)) and not known and not seen:
            return {None}
        return known | own

    def row(self, k: str, s: str, f: str | None, month: date) -> dict[str, object]:
        last = last_day(month)
        bruger = self.bruger(k, s, month)
        start = self.start_of_use(k, s, month) if bruger else None
        if f is None:
            udfaset = self.udfaset(k, s, month)
            months = [m for m in self.months if m <= month]
            flags = [self.udfaset(k, s, m) for m in months]
            if udfaset:
                since = max(self.sidste_til(k, s, month) + timedelta(1), self._run(flags, months) or date.min)
            else:
                since = max(d for d in (start, self._ceased(flags, months)) if d)
            return self._as_row("udfaset" if udfaset else "mulig", since, last, bruger)
        lost: list[date | None] = []
        proofs: dict[str, date | None] = {}
        found = None
        for name, days, holds, waits in self._timeline(k, s, f, month):
            proofs[name] = next((day for day, held in zip(days, holds, strict=True) if held), None)
            if found:
                continue
            if (holds and holds[-1]) or name == "mulig":
                since = [self._run(holds, days), start if waits else None, *lost]
                if name == "udfaset":
                    since.append(self.sidste_til(k, s, month) + timedelta(1))
                found = name, max(d for d in since if d)
            else:
                lost.append(self._ceased(holds, days))
        assert found
        status, reason = self.status(s, f, (self.sheets(last) or [None])[-1])
        lists = self.lists(last)
        row = self._as_row(found[0], found[1], last, bruger)
        row |= {
            "krav": self._demands[lists[-1]].get((s, f)) if lists else None,
            "klarmelding": status,
            "kan_ikke_maales": self._measured.get(f, date.max) > month,
            "aftale_kan_ses": "serviceplatformen" in self.interfaces_of.get(f, ()),
        }
        if row["trin"] == "fravalgt":
            row["aarsag"] = (
                reason or {"Irrelevant": "irrelevant", "Administrativt fjernet": "administrativt_fjernet"}[str(status)]
            )
        for i, name in enumerate(REACHED):
            dates = [proofs[later] for later in REACHED[i:]]
            row[f"naaet_{name}"] = min((d for d in dates if d), default=None)
        return row

    @staticmethod
    def _as_row(step: str, since: date, last: date, bruger: bool) -> dict[str, object]:
        declined = step in ("aldrig", "ikke_endnu")
        return {
            "trin": "fravalgt" if declined else step, "fravalg": step if declined else None, "aarsag": None,
            "siden": since, "dage": (last - since).days, "bruger_systemet": bruger, "krav": None, "klarmelding": None,
            "kan_ikke_maales": None, "aftale_kan_ses": None, **{f"naaet_{n}": None for n in REACHED},
        }  # fmt: skip

    def rows(self, pairs: Iterable[tuple[str, str]] | None = None) -> Iterator[tuple[tuple, dict[str, object]]]:
        """Month, municipality, system and interface, with what the funnel says."""
        for k, s in pairs or self.pairs():
            for month in self.months:
                for f in self.interfaces(k, s, month):
                    yield (month, k, s, f), self.row(k, s, f, month)

    # -- events -------------------------------------------------------------------------------------------------

    def events(self) -> set[tuple]:
        """System, interface, date, from, to, days and direction of every change of status."""
        order = {"Nej": 1, "Tilmeldt": 2, "Ensidig": 3, "Delvis": 4, "Klarmeldt": 5}
        found = set()
        for s, f in {key for cells in self._by_sheet.values() for key in cells}:
            before: str | None = None
            since: date | None = None
            for day in self._by_sheet:
                now = self.status(s, f, day)[0]
                if now == before:
                    continue
                if before is None:
                    direction = "ny"
                elif now is None:
                    direction = "vaek"
                elif now in ("Irrelevant", "Administrativt fjernet"):
                    direction = "ud"
                else:
                    direction = "frem" if order.get(now, 0) > order.get(before, 0) else "tilbage"
                found.add((s, f, day, before, now, (day - since).days if before and since else None, direction))
                before, since = now, day
        return found

    # -- debt and phase -----------------------------------------------------------------------------------------

    def mulige(self, k: str, s: str, month: date) -> list[str]:
        if not self.bruger(k, s, month) or self.udfaset(k, s, month):
            return []
        lists = self.lists(last_day(month))
        sheet = (self.sheets(last_day(month)) or [None])[-1]
        return [
            f for (t, f), krav in (self._demands[lists[-1]] if lists else {}).items()
            if t == s and krav == "obligatorisk"
            and (self.kald12(k, s, f, month) or self.klasse(s, f, sheet) != "aldrig")
        ]  # fmt: skip

    def maales(self, f: str, month: date) -> bool:
        return self._measured.get(f, date.max) <= month

    def moden(self, k: str, s: str, f: str, month: date) -> bool:
        if f not in self.mulige(k, s, month) or not self.maales(f, month) or not self.observeret(f, month):
            return False
        if self.kald12(k, s, f, month):
            return False
        sheet = (self.sheets(last_day(month)) or [None])[-1]
        others = self._kald12_elsewhere.get((s, f), {})
        return self.status(s, f, sheet)[0] == "Klarmeldt" or any(
            add(month, -12) < m <= month for other, months in others.items() if other != k for m in months
        )

    def alder(self, k: str, s: str, f: str, month: date) -> int:
        count = 0
        for m in reversed([m for m in self.months if m <= month]):
            if self.kald12(k, s, f, m):
                break
            count += self.moden(k, s, f, m)
        return count

    def debt(self, k: str, s: str, month: date) -> dict[str, object] | None:
        rows = self.uses(k, s, month)
        planned = bool(rows) and all(u.fra and u.fra > last_day(month) for u in rows)
        if not self.bruger(k, s, month) and not planned:
            return None
        mulige = self.mulige(k, s, month)
        realiseret = [f for f in mulige if self.kald12(k, s, f, month)]
        unmeasured = [f for f in mulige if f not in realiseret and not self.maales(f, month)]
        gaeld = [f for f in mulige if f not in realiseret and f not in unmeasured]
        ages = [self.alder(k, s, f, month) for f in gaeld]
        sheet = (self.sheets(last_day(month)) or [None])[-1]
        fase, regel = self.fase(k, s, month)
        return {
            "mulige": len(mulige), "realiseret": len(realiseret), "gaeld": len(gaeld),
            "kan_ikke_maales": len(unmeasured), "gaeld_maaneder": sum(ages),
            "aeldste_gaeld_maaneder": max(ages, default=0),
            "klarmeldt_uden_kald": sum(
                self.status(s, f, sheet)[0] == "Klarmeldt"
                and not any(m <= month for m in self._called.get((k, s, f), ()))
                for f in gaeld
            ),
            "gamle_versioner": self.gamle_versioner(k, s, month),
            "udfaset_men_kalder": fase == "udfaset" and any(
                add(month, -2) <= m <= month and m > self.sidste_til(k, s, month)
                for m in self._called_system.get((k, s), ())
            ),
            "fase": fase, "fase_regel": regel,
        }  # fmt: skip

    def gamle_versioner(self, k: str, s: str, month: date) -> int:
        lately = {(n, v) for m, n, v in self._services.get((k, s), ()) if add(month, -2) <= m <= month}
        return sum(self._newest(name, month) > int(version[1:]) for name, version in lately if version)

    def _newest(self, name: str, month: date) -> int:
        return max(int(c.version[1:]) for c in self._calls_of.get(name, ()) if add(month, -12) < c.month <= month)

    @cached_property
    def _calls_of(self) -> dict[str, list[Call]]:
        found: dict[str, list[Call]] = {}
        for call in self.world.calls:
            if call.number:
                found.setdefault(call.service, []).append(call)
        return found

    def fase(self, k: str, s: str, month: date) -> tuple[str, str]:
        last, rows = last_day(month), self.uses(k, s, month)
        if self.udfaset(k, s, month):
            return "udfaset", "slutdato_passeret"
        active = [u for u in rows if (u.fra or last) <= last and (u.til or last) >= last]
        if active:
            if all(u.til and u.til <= last_day(add(month, 12)) for u in active):
                return "udfasning", "slutdato_inden_12_mdr"
            if any(u.fra is None for u in active):
                return "drift", "uden_dato"
            if min(u.fra for u in active if u.fra) >= add(month, -5):
                return "ibrugtagning", "startdato_inden_6_mdr"
            return "drift", "startdato_over_6_mdr"
        if rows:
            called = any(add(month, -12) < m <= month for m in self._called_system.get((k, s), ()))
            return ("ibrugtagning", "kald_foer_startdato") if called else ("anskaffelse", "startdato_fremtidig")
        first = min(self._called_system[k, s])
        if first == self.months[0]:
            return "drift", "uden_dato"
        if first >= add(month, -5):
            return "ibrugtagning", "foerste_kald_inden_6_mdr"
        return "drift", "foerste_kald_over_6_mdr"
