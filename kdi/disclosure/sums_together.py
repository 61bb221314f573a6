"""Hides a sum of several authorities' calls where others that are shown tell, by subtraction, what few of them have.

Two tables add the same calls up in two ways, over twelve months: by service, and by system and interface. What is
shown at two months' ends tells the months between; what is shown of all systems but one tells that one's part of a
service. So each month is looked at by itself: its sums, and its parts (the calls of a service through a system).

A sum may be shown when each month in it may. The parts of a month are the edges of a graph whose nodes are its sums; a
sum that is not shown has an edge to the sum of all, which is the country's and known. Then a part, or a hidden sum,
follows from what is shown exactly when it is a bridge of that graph, and nearly so when every way around it leads
through an edge with fewer calls than the authority has whose calls they are. Calls of two readers that lay their own
beside each other are no way around. Where few stand behind such a part, another sum is hidden.

A supplier knows what its own systems called. What remains of a service's sum without the calls of a supplier, or of two
that lay theirs together, is a sum too, and obeys the same rule.
"""

import hashlib
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from kdi.notation.sql import sql_text
from kdi.publish.declared import FEWEST_MUNICIPALITIES, LARGEST_SHARE

Node = tuple[str, str, str]
"""A table and its key: service and version, or system and interface."""

SERVICE, SYSTEM = "kpi.service_konsekvens", "kpi.klarmelding_reel"
_KEYS = {
    SERVICE: ("t.service", "coalesce(t.version, '')"),
    SYSTEM: ("coalesce(t.it_system_uuid, t.it_system)", "t.snitflade"),
}
_MONTHS = "maaned between (select min(maaned) from intermediate.int_kpi__maaneder) - interval 11 month and"
_PARTS = f"""
    create or replace temp table kald_dele as
    select kald.maaned, service.service, coalesce(service.version, '') as version,
        coalesce(system.uuid, system.navn) as it_system, system.leverandoer_id as leverandoer, service.snitflade,
        kald.myndighed_id as hvem, myndighed.type = 'kommune' as er_kommune, sum(kald.antal_kald) as kald
    from kdi.marts.fct_kald_maaned as kald
    join kdi.marts.dim_myndighed as myndighed using (myndighed_id)
    join kdi.marts.dim_it_system as system using (it_system_id)
    join kdi.marts.dim_service as service using (service_id)
    where kald.antal_kald > 0 and kald.{_MONTHS} (select max(maaned) from intermediate.int_kpi__maaneder)
    group by all
"""
# What follows of a month follows from its calls and from the interfaces that are shown. Where neither has changed, the
# state that is kept with a release says it.
_CHANGED = f"""
    create schema if not exists spor;
    create table if not exists spor.summer (maaned date, aftryk hugeint);
    create table if not exists spor.lukkede_summer (maaned date, tabel varchar, a varchar, b varchar);
    create or replace temp table kald_aftryk as
    select maaned, sum(aftryk) as aftryk
    from (
        select maaned, hash(del, getvariable('kode')) as aftryk from kald_dele as del
        union all
        select maaned, hash({", ".join(_KEYS[SYSTEM])}) from kdi.{SYSTEM} as t
        where maaned in (select maaned from kald_dele)
    ) group by maaned;
    create or replace temp table kald_aendret as
    select maaned from kald_aftryk anti join spor.summer using (maaned, aftryk)
    union
    select maaned from spor.summer anti join kald_aftryk using (maaned)
    where {_MONTHS} (select max(maaned) from intermediate.int_kpi__maaneder);
    delete from kald_dele where maaned not in (from kald_aendret)
"""
_REMEMBERED = """
    delete from spor.lukkede_summer where maaned in (from kald_aendret);
    insert into spor.lukkede_summer from nye_lukkede;
    delete from spor.summer where maaned in (from kald_aendret);
    insert into spor.summer from kald_aftryk where maaned in (from kald_aendret)
"""
# How many readers may lay their own calls beside each other.
_COLLUDING = 2
# Aggregates of bounded size: lists of all authorities behind each sum take more memory than a build has.
_MOST = f"max(struct_pack(kald, hvem), {_COLLUDING + 1})"
_LARGEST = f"list_transform({_MOST}, lambda most: most.hvem), list_transform({_MOST}, lambda most: most.kald)"
_MAY_STAND = f"count(*) filter (er_kommune) >= {FEWEST_MUNICIPALITIES} and max(kald) <= {LARGEST_SHARE} * sum(kald)"


@dataclass(frozen=True)
class Calls:
    """Calls of several authorities: how many, whether others may know that, how many have them, and who has most."""

    number: int
    may_stand: bool
    behind: int
    largest: tuple[tuple[int, int], ...]

    @cached_property
    def unknown(self) -> dict[int | None, int]:
        """How many of them remain uncertain to those with most of them, by the victim, who is not one of those.

        With None for all who have no entry: those that have not most of them.
        """
        most = [None, *(who for who, _ in self.largest[:_COLLUDING])]
        return {
            victim: self.number - sum([calls for who, calls in self.largest if who != victim][:_COLLUDING])
            for victim in most
        }


@dataclass(frozen=True)
class Edge:
    """A part of two sums, or all of a hidden one."""

    ends: tuple[Node, Node]
    calls: Calls


class Ways:
    """Edges as a graph: along a way around, calls can be thought more or fewer while every sum remains what it is."""

    def __init__(self, edges: list[Edge]) -> None:
        self._edges = edges
        self._beside: dict[Node, list[tuple[Node, Edge, bool, dict[int | None, int]]]] = defaultdict(list)
        for edge in edges:
            self.add(edge)

    def told(self) -> list[Edge]:
        """Those that few stand behind, and that nothing leads around."""
        return [edge for edge in self._edges if not edge.calls.may_stand and not self.lead_around(edge)]

    def add(self, edge: Edge) -> None:
        """Another edge, which may be a way around those that are there."""
        (start, end), unknown = edge.ends, edge.calls.unknown
        self._beside[start].append((end, edge, True, unknown))
        self._beside[end].append((start, edge, False, unknown))

    def with_one_more(self, edge: Edge, more: Edge) -> bool:
        """Whether there would be a way around the edge if there were one more."""
        self.add(more)
        leads = self.lead_around(edge)
        for end in more.ends:
            self._beside[end].pop()
        return leads

    def lead_around(self, edge: Edge) -> bool:
        """Whether its largest caller could have nothing or twice as much: other edges make up for it."""
        return any(self._lead(edge, *ends) for ends in (edge.ends, edge.ends[::-1]))

    def _lead(self, edge: Edge, start: Node, end: Node) -> bool:
        """From both ends at once: nearly every way is short, and where there is none, one end is soon exhausted."""
        ((victim, least), *_) = edge.calls.largest
        reached, waiting = ({start}, {end}), (deque([start]), deque([end]))
        while waiting[0] and waiting[1]:
            side = len(self._beside[waiting[1][0]]) < len(self._beside[waiting[0][0]])
            node, near, far = waiting[side].popleft(), reached[side], reached[not side]
            for other, by, leaves, unknowns in self._beside[node]:
                if other in near or by is edge:
                    continue
                unknown = unknowns.get(victim, unknowns[None])
                # more calls are always possible, fewer only as many as are uncertain
                if unknown >= least or (unknown > 0 and leaves is not side):
                    if other in far:
                        return True
                    near.add(other)
                    waiting[side].append(other)
        return False


@dataclass
class Month:
    """A month's sums, those of them that may not be shown whatever else is, and its parts."""

    sums: dict[Node, Calls] = field(default_factory=dict)
    parts: list[Edge] = field(default_factory=list)
    closed: set[Node] = field(default_factory=set)

    def hidden(self) -> set[Node]:
        """The sums that may not be shown: too few stand behind them, or they tell what few have.

        Which of several is hidden follows from what changes little, so that it is the same one month after month: a sum
        lacks twelve months for each in which it is hidden. And from its month alone, so that it is the same when all
        months are made anew.
        """
        hidden = {node for node, calls in self.sums.items() if not calls.may_stand} | self.closed
        ways = self._ways(hidden)
        told = ways.told()
        while told:
            more: set[Node] = set()
            for edge in sorted(told, key=lambda e: e.ends):  # which sum is hidden for them follows from the order
                if not more & set(edge.ends) and (chosen := self._chosen(edge, hidden | more, ways)):
                    more.add(chosen)
            if not more:
                break
            hidden |= more
            for node in more:
                ways.add(self._rest(node))
            told = [edge for edge in told if not ways.lead_around(edge)]  # each sum that is hidden is a way around more
        return hidden

    def told(self, hidden: set[Node]) -> list[Edge]:
        """What follows, nearly enough, from the sums that are shown and from the country's, and may not be known."""
        return self._ways(hidden).told()

    def _ways(self, hidden: set[Node]) -> Ways:
        return Ways([*self.parts, *(self._rest(node) for node in hidden)])

    def _rest(self, node: Node) -> Edge:
        return Edge(_from_all(node), self.sums[node])

    def _chosen(self, told: Edge, hidden: set[Node], ways: Ways) -> Node | None:
        """One of its own sums, when it is shown; else one that is large enough to cover it, and does if any does."""
        shown = self.sums.keys() - hidden
        own = [node for node in told.ends if node in shown]
        candidates = own or [node for node in shown if self.sums[node].number >= told.calls.number]
        candidates.sort(key=lambda node: (self.sums[node].behind // 20, node[0] == SYSTEM, node))
        covering = (node for node in candidates if own or ways.with_one_more(told, self._rest(node)))
        return next(covering, candidates[0] if candidates else None)


def _from_all(node: Node) -> tuple[Node, Node]:
    """Calls go from the sum of all to a service, and from a system to the sum of all."""
    all_of = (node[0], "", "")
    return (all_of, node) if node[0] == SERVICE else (node, all_of)


def hide_telling_sums(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Set ``er_anonym`` to false in rows of the months that a build made; how many, by table.

    Args:
        connection: to the build, with what would be published attached as ``kdi``.
    """
    connection.execute(_PARTS)
    connection.execute(f"set variable kode = {sql_text(_code())}")
    connection.execute(_CHANGED)
    closed = [(month, *node) for month, sums in _months(connection).items() for node in sums.hidden()]
    columns = {"maaned": pa.date32(), "tabel": pa.string(), "a": pa.string(), "b": pa.string()}
    rows = pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in closed], pa.schema(columns.items()))
    connection.register("nye_lukkede", rows)
    connection.execute(_REMEMBERED)
    connection.execute(
        """create or replace temp table kald_lukket as
        select distinct cast(maaned + to_months(cast(frem as integer)) as date) as maaned, tabel, a, b
        from spor.lukkede_summer cross join range(12) as serie (frem)"""
    )
    found = {}
    for table, (first, second) in _KEYS.items():
        ((rows,),) = connection.execute(
            f"""update kdi.{table} as t set er_anonym = false
            where t.er_anonym and t.maaned in (from intermediate.int_kpi__maaneder)
                and (t.maaned, {first}, {second}) in (select (maaned, a, b) from kald_lukket where tabel = '{table}')"""
        ).fetchall()
        if rows:
            found[table] = rows
    return found


@cache
def _code() -> str:
    """What decides: this module, and the rules that it follows."""
    rules = f"{FEWEST_MUNICIPALITIES} {LARGEST_SHARE}"
    return hashlib.sha256(Path(__file__).read_bytes() + rules.encode()).hexdigest()


def _months(connection: duckdb.DuckDBPyConnection) -> dict[date, Month]:
    found: dict[date, Month] = {}
    columns = {SERVICE: "service, version", SYSTEM: "it_system, snitflade"}
    for table, key in columns.items():
        sums = connection.execute(
            f"""select maaned, {key}, sum(kald), {_MAY_STAND}, count(*), {_LARGEST}
            from (select maaned, {key}, hvem, er_kommune, sum(kald) as kald from kald_dele group by all)
            group by all"""
        ).fetchall()
        for month, first, second, *calls in sums:
            found.setdefault(month, Month()).sums[table, first, second] = _calls(*calls)
    first, second = _KEYS[SYSTEM]
    shown = set(connection.execute(f"select maaned, {first}, {second} from kdi.{SYSTEM} as t").fetchall())
    for month, here in found.items():  # of interfaces that are not in the catalogue
        here.closed = {node for node in here.sums if node[0] == SYSTEM and (month, *node[1:]) not in shown}
    for month, service, version in _told_to_suppliers(connection):
        found[month].closed.add((SERVICE, service, version))
    parts = connection.execute(
        f"select maaned, service, version, it_system, snitflade, sum(kald), {_MAY_STAND}, count(*), {_LARGEST}"
        " from kald_dele group by all"
    ).fetchall()
    for month, service, version, system, interface, *calls in parts:
        ends = (SERVICE, service, version), (SYSTEM, system, interface)
        found[month].parts.append(Edge(ends, _calls(*calls)))
    return found


def _told_to_suppliers(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[date, str, str]]:
    """Months and services whose sum, less what one or two suppliers know of it, is what too few have."""
    rows = connection.execute(
        """select maaned, service, version, list(leverandoer), list(hvem), list(er_kommune), list(kald)
        from (
            select maaned, service, version, leverandoer, hvem, er_kommune, sum(kald) as kald
            from kald_dele group by all
        ) group by maaned, service, version"""
    ).fetchall()
    for month, service, version, *own in rows:
        if tells_suppliers(*own):
            yield month, service, version


def tells_suppliers(suppliers: list[int], who: list[int], is_municipality: list[bool], calls: list[int]) -> bool:
    """Whether some supplier, or two, could subtract their own calls of a service and be left with what few have.

    Args: one item for each supplier and authority that called.
    """
    known, supplier = np.unique(suppliers, return_inverse=True)
    _, authority = np.unique(who, return_inverse=True)
    own = np.zeros((len(known), authority.max() + 1))
    np.add.at(own, (supplier, authority), calls)
    counts = np.zeros(own.shape[1], dtype=bool)
    counts[authority] = is_municipality
    first, second = np.triu_indices(len(known))
    alone = first == second
    rest = own.sum(axis=0) - own[first] - np.where(alone[:, None], 0, own[second])
    whole = rest.sum(axis=1)
    stands = ((rest > 0)[:, counts].sum(axis=1) >= FEWEST_MUNICIPALITIES) & (rest.max(axis=1) <= LARGEST_SHARE * whole)
    return bool((~stands & (whole > 0)).any())


def _calls(number: int, may_stand: bool, behind: int, who: list[int], calls: list[int]) -> Calls:
    return Calls(number, may_stand, behind, tuple(zip(who, calls, strict=True)))
