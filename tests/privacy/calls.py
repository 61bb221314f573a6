"""Calls that change, the releases made of them, and a reader who kept them all and can do linear programming.

The tables are laid out here anew, by their definitions; what hides is the project's own. The reader knows who calls
what through which system, every alias and every correction, and that no number is less than nothing. Of the country's
totals only the newest: two of them tell how large a correction was, and docs/privacy.md says so.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from scipy.optimize import linprog
from scipy.sparse import csr_array

from kdi.disclosure.sums_over_time import hide_divided_otherwise, hide_telling_changes
from kdi.disclosure.sums_together import hide_telling_sums
from kdi.publish.release import KeptRelease

Call = tuple[int, str, str, str]
"""Month, system as delivered, service and authority."""
Cell = tuple[int, str, str, str, int]
"""The same, and which version of the delivery."""

SYSTEMS = tuple(f"system-{letter}" for letter in "abcde")
INTERFACES = {f"Service {n}": f"SF{n % 2}" for n in range(6)}
AUTHORITIES = {f"{'Kommune' if n < 12 else 'Styrelse'} {n}": n < 12 for n in range(14)}
_TABLES = """
    create schema kdi.marts; create schema kdi.kpi; create schema intermediate;
    create table intermediate.int_kpi__maaneder as select distinct maaned from raekker;
    create table kdi.marts.dim_myndighed as select distinct hvem as myndighed_id,
        if(er_kommune, 'kommune', 'anden') as type from raekker;
    create table kdi.marts.dim_it_system as select distinct it_system as it_system_id, it_system as uuid,
        it_system as navn, it_system as leverandoer_id from raekker;
    create table kdi.marts.dim_service as select distinct service as service_id, service, null::varchar as version,
        snitflade from raekker;
    create table kdi.marts.fct_kald_maaned as select maaned, hvem as myndighed_id, it_system as it_system_id,
        service as service_id, kald as antal_kald from raekker;
    create table vindue as select m.maaned, it_system, service, snitflade, hvem, er_kommune, sum(kald) as kald
        from raekker join intermediate.int_kpi__maaneder as m
        on raekker.maaned <= m.maaned and raekker.maaned > m.maaned - interval 12 month group by all;
    create table kdi.kpi.service_konsekvens as
        select maaned, service, null::varchar as version, count(*) filter (er_kommune) as kommuner,
            sum(kald)::bigint as kald_12m,
            count(*) filter (er_kommune) >= 5 and max(kald) <= 0.5 * sum(kald) as er_anonym
        from (select maaned, service, hvem, er_kommune, sum(kald) as kald from vindue group by all) group by all;
    create table kdi.kpi.klarmelding_reel as
        select maaned, it_system as it_system_uuid, it_system, snitflade, sum(kald)::bigint as kald_12m,
            count(*) filter (er_kommune) >= 5 and max(kald) <= 0.5 * sum(kald) as er_anonym
        from (select maaned, it_system, snitflade, hvem, er_kommune, sum(kald) as kald from vindue group by all)
        group by all
"""


@dataclass(frozen=True)
class Said:
    """A sum that everybody sees."""

    cells: frozenset[Cell]
    total: int


@dataclass
class World:
    """What is delivered, and how it changes."""

    dice: random.Random
    calls: dict[Call, tuple[int, int]] = field(default_factory=dict)
    alias: dict[str, str] = field(default_factory=dict)
    months: int = 13

    def __post_init__(self) -> None:
        for system in SYSTEMS:
            for service in self.dice.sample(sorted(INTERFACES), self.dice.randrange(1, 5)):
                callers = self.dice.sample(sorted(AUTHORITIES), self.dice.choice((1, 2, 4, 7, 9, 12)))
                begins = self.dice.choice((0, 0, 0, 5, 10))
                for who in callers:
                    usual = self.dice.lognormvariate(6, 1)
                    for month in range(begins, self.months + 4):
                        self.calls[month, system, service, who] = (1 + int(usual * self.dice.uniform(0.7, 1.3)), 0)

    def change(self) -> None:
        """One of the things that happen between two releases."""
        match self.dice.randrange(4):
            case 0:
                one, other = self.dice.sample(SYSTEMS, 2)
                self.alias = self.dice.choice(({}, {one: other}))
            case 1:
                self._correct(self.dice.sample([c for c in sorted(self.calls) if c[0] < self.months], 3))
            case 2:
                self.months += 1
            case 3:
                month, system, service, _ = self.dice.choice([c for c in sorted(self.calls) if c[0] < self.months])
                who = self.dice.choice(sorted(AUTHORITIES))
                for later in range(month, self.months + 4):
                    self.calls.setdefault((later, system, service, who), (self.dice.randrange(1, 900), 0))

    def _correct(self, calls: list[Call]) -> None:
        for call in calls:
            value, version = self.calls[call]
            self.calls[call] = (1 + int(value * self.dice.uniform(0.2, 3)), version + 1)

    def of(self, system: str) -> str:
        return self.alias.get(system, system)

    def one_with(self, systems: list[str]) -> set[str]:
        """These systems, and those that are the same one by now."""
        names = {self.of(system) for system in systems}
        return {system for system in SYSTEMS if self.of(system) in names}

    def release(self, path: Path, earlier: list[KeptRelease], hide: bool = True) -> None:
        """Write the release's database."""
        with duckdb.connect() as connection:
            self.lay_out(connection, path)
            if hide:
                hide_telling_sums(connection)
                hide_divided_otherwise(connection, earlier, "tilstand")
                hide_telling_changes(connection, earlier)

    def lay_out(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        """The tables as a build has them before its gates, in files beside ``path``."""
        rows = [(m, *c, v) for (m, *c), (v, _) in self.calls.items() if m < self.months]
        connection.execute(f"attach '{path}' as kdi; attach '{path.with_suffix('.tilstand')}' as tilstand")
        columns = {
            "nummer": pa.array([r[0] for r in rows], pa.int32()),
            "it_system": pa.array([self.of(r[1]) for r in rows]),
            "service": pa.array([r[2] for r in rows]),
            "snitflade": pa.array([INTERFACES[r[2]] for r in rows]),
            "hvem": pa.array([r[3] for r in rows]),
            "er_kommune": pa.array([AUTHORITIES[r[3]] for r in rows]),
            "kald": pa.array([r[4] for r in rows], pa.int64()),
        }
        connection.register("leveret", pa.table(columns))
        connection.execute(
            "create temp table raekker as"
            " select (date '2021-01-01' + to_months(nummer))::date as maaned, * exclude (nummer, kald),"
            f" sum(kald)::bigint as kald from leveret group by all; {_TABLES}"
        )
        connection.register("navne", pa.table({"uuid": SYSTEMS, "it_system": [self.of(s) for s in SYSTEMS]}))
        connection.execute(
            "create schema tilstand.intermediate; create table tilstand.intermediate.int_it_system__identitet as"
            " select uuid, dense_rank() over (order by it_system)::bigint as it_system_id from navne"
        )

    def country(self) -> Iterator[Said]:
        """Each month's calls of all, and of the municipalities."""
        cells = self._cells()
        for month in range(self.months):
            of_month = frozenset(c for c in cells if c[0] == month)
            own = frozenset(c for c in of_month if AUTHORITIES[c[3]])
            yield from (Said(some, sum(cells[c] for c in some)) for some in (of_month, own))

    def said(self, path: Path) -> Iterator[Said]:
        """What everybody sees of a release beside the country's."""
        cells = self._cells()
        for last, service, system, interface, total in shown(path):
            parts = frozenset(
                c
                for c in cells
                if last - 12 < c[0] <= last
                and (c[2] == service if service else (self.of(c[1]), INTERFACES[c[2]]) == (system, interface))
            )
            assert sum(cells[c] for c in parts) == total, "the tables here are not what they should be"
            yield Said(parts, total)

    def _cells(self) -> dict[Cell, int]:
        return {(*c, version): v for c, (v, version) in self.calls.items() if c[0] < self.months}

    def secrets(self) -> dict[frozenset[Cell], int]:
        """An authority's calls of a service through a system, in a month, where few stand behind that part."""
        parts: dict[tuple[int, str, str], dict[Cell, int]] = {}
        for (month, system, service, who), (value, version) in self.calls.items():
            if month < self.months:
                cell = (month, system, service, who, version)
                parts.setdefault((month, self.of(system), service), {})[cell] = value
        found: dict[frozenset[Cell], int] = {}
        for part in parts.values():
            by_whom: dict[str, dict[Cell, int]] = {}
            for cell, value in part.items():
                by_whom.setdefault(cell[3], {})[cell] = value
            sums = {who: sum(own.values()) for who, own in by_whom.items()}
            if sum(AUTHORITIES[w] for w in sums) < 5 or max(sums.values()) > sum(sums.values()) / 2:
                who = max(sums, key=lambda w: sums[w])
                found[frozenset(by_whom[who])] = sums[who]
        return found


def shown(path: Path) -> list[tuple[int, str | None, str | None, str | None, int]]:
    """The rows that others than KOMBIT see: the last month, what it is a sum of, and how many."""
    with duckdb.connect(str(path), read_only=True) as connection:
        number = "datediff('month', date '2021-01-01', maaned)"
        return connection.execute(
            f"select {number}, service, null, null, kald_12m from kpi.service_konsekvens where er_anonym union all"
            f" select {number}, null, it_system, snitflade, kald_12m from kpi.klarmelding_reel where er_anonym"
            " order by all"
        ).fetchall()


class Reader:
    """Knows all that was said, and what some authorities know of themselves."""

    def __init__(self, said: list[Said], own: dict[Cell, int] | None = None) -> None:
        self.place = {cell: n for n, cell in enumerate(sorted(set().union(*(s.cells for s in said))))}
        own = {cell: value for cell, value in (own or {}).items() if cell in self.place}
        sums = [*{s.cells: s for s in said}.values(), *(Said(frozenset({c}), v) for c, v in own.items())]
        rows = np.repeat(np.arange(len(sums)), [len(s.cells) for s in sums])
        columns = [self.place[cell] for s in sums for cell in s.cells]
        self.matrix = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(sums), len(self.place)))
        self.totals = np.array([s.total for s in sums], dtype=float)

    def bounds(self, cells: frozenset[Cell]) -> tuple[float, float]:
        """Least and largest that some cells can add up to."""
        aim = np.zeros(len(self.place))
        aim[[self.place[cell] for cell in cells]] = 1
        found = []
        for sign in (1.0, -1.0):
            result = linprog(sign * aim, A_eq=self.matrix, b_eq=self.totals, bounds=(0, None), method="highs")
            assert result.status == 0, result.message
            found.append(sign * result.fun)
        return found[0], found[1]

    def narrowed(self, secrets: dict[frozenset[Cell], int]) -> list[str]:
        """The secrets of which less is uncertain than they are large."""
        found = []
        for cells, value in secrets.items():
            low, high = self.bounds(cells)
            if high - low < value - 1e-3:
                found.append(f"{sorted(cells)}: {value} lies between {low:.0f} and {high:.0f}")
        return found


@dataclass
class Outcome:
    """What a sequence of releases was tried with."""

    rows: int = 0
    shown: int = 0
    tried: int = 0
    narrowed: list[str] = field(default_factory=list)


def sequence(
    seed: int,
    folder: Path,
    releases: int = 4,
    hide: bool = True,
    secrets: int = 20,
    municipalities: int = 0,
    suppliers: int = 0,
) -> Outcome:
    """Releases one after the other, each attacked together with those before.

    Args:
        municipalities: how many of them lay their own calls beside each other.
        suppliers: how many of them lay all that their systems called beside each other.
    """
    world, outcome = World(random.Random(seed)), Outcome()
    said: list[Said] = []
    own: dict[Cell, int] = {}
    earlier: list[KeptRelease] = []
    readers = world.dice.sample([a for a, is_one in AUTHORITIES.items() if is_one], municipalities)
    systems = world.dice.sample(SYSTEMS, suppliers)
    for number in range(releases):
        path = folder / f"{seed}-{number}-{hide}.duckdb"
        world.release(path, earlier, hide)
        earlier.append(KeptRelease(str(number), path, path.with_suffix(".tilstand")))
        said += world.said(path)
        # what is one system by an alias has one supplier
        theirs = world.one_with(systems)
        own |= {(*c, version): v for c, (v, version) in world.calls.items() if c[3] in readers or c[1] in theirs}
        candidates = {s: v for s, v in world.secrets().items() if not s & own.keys()}
        some = world.dice.sample(sorted(candidates, key=sorted), min(secrets, len(candidates)))
        narrowed = Reader([*said, *world.country()], own).narrowed({s: candidates[s] for s in some})
        outcome.narrowed += [f"sequence {seed}, release {number}: {n}" for n in narrowed]
        outcome.tried += len(some)
        with duckdb.connect(str(path), read_only=True) as connection:
            ((rows,),) = connection.execute(
                "select (select count(*) from kpi.service_konsekvens) + (select count(*) from kpi.klarmelding_reel)"
            ).fetchall()
        outcome.rows, outcome.shown = outcome.rows + rows, outcome.shown + len(shown(path))
        world.change()
    return outcome
