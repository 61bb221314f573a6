"""How much of the demo's sums is hidden, against the least that would have to be, by integer programming."""

from collections import Counter, defaultdict
from itertools import combinations

import duckdb
import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from kdi.disclosure.sums_together import SERVICE, SYSTEM, Calls, Edge, Month, Node
from kdi.notation import danish
from kdi.publish.declared import FEWEST_MUNICIPALITIES, LARGEST_SHARE

from . import page

Row = tuple[Node, int]
"""A sum of twelve months, and its last month."""
_CALLS = """
    select datediff('month', date '2000-01-01', maaned), service.service, coalesce(service.version, ''), system.uuid,
        service.snitflade, myndighed_id, myndighed.type = 'kommune', sum(antal_kald)
    from marts.fct_kald_maaned join marts.dim_myndighed as myndighed using (myndighed_id)
    join marts.dim_it_system as system using (it_system_id) join marts.dim_service as service using (service_id)
    where antal_kald > 0 group by all order by all
"""
_ROWS = """
    select 'kpi.service_konsekvens', service, coalesce(version, ''), datediff('month', date '2000-01-01', maaned),
        er_anonym from kpi.service_konsekvens where kald_12m > 0
    union all
    select 'kpi.klarmelding_reel', it_system_uuid, snitflade, datediff('month', date '2000-01-01', maaned),
        er_anonym from kpi.klarmelding_reel where kald_12m > 0
"""


class Demo:
    """Its sums over twelve months, by whom they are made of."""

    def __init__(self, demo: duckdb.DuckDBPyConnection) -> None:
        self.is_municipality: dict[int, bool] = {}
        self.sums: dict[Row, Counter[int]] = defaultdict(Counter)
        self.parts: dict[int, dict[tuple[Node, Node], Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
        rows = demo.execute(_ROWS).fetchall()
        self.shown = {((table, a, b), month): seen for table, a, b, month, seen in rows}
        newest = max(month for _, month in self.shown)
        for month, service, version, system, interface, who, is_one, calls in demo.execute(_CALLS).fetchall():
            self.is_municipality[who] = is_one
            ends = (SERVICE, service, version), (SYSTEM, system, interface)
            for last in range(month, min(month + 12, newest + 1)):
                self.parts[last][ends][who] += calls
                for node in ends:
                    self.sums[node, last][who] += calls
        self.may_stand = [row for row in self.shown if self.may(self.sums[row])]

    def may(self, amounts: Counter[int]) -> bool:
        """Whether enough stand behind a sum or a change, and none has too much of it."""
        sizes = {who: abs(amount) for who, amount in amounts.items() if amount}
        municipalities = sum(self.is_municipality[who] for who in sizes)
        return municipalities >= FEWEST_MUNICIPALITIES and max(sizes.values()) <= LARGEST_SHARE * sum(sizes.values())

    def least_hidden(self) -> int:
        """No fewer than this must be hidden beside those that may not stand by themselves."""
        place = {row: number for number, row in enumerate(self.may_stand)}
        demands = [*self._changes(), *self._told()]
        of = [[place[row] for row in demand if row in place] for demand in demands]
        rows = np.repeat(np.arange(len(of)), [len(some) for some in of])
        matrix = csr_array((np.ones(len(rows)), (rows, np.concatenate(of))), shape=(len(of), len(place)))
        found = milp(
            np.ones(len(place)),
            constraints=LinearConstraint(matrix, lb=1),
            integrality=np.ones(len(place)),
            bounds=Bounds(0, 1),
        )
        return round(found.mip_dual_bound)

    def _calls(self, own: Counter[int]) -> Calls:
        return Calls(sum(own.values()), self.may(own), len(own), tuple(own.most_common(3)))

    def _changes(self) -> list[list[Row]]:
        """Of two months' sums that differ by what few have, one must go."""
        of_node: dict[Node, list[int]] = defaultdict(list)
        for node, month in self.may_stand:
            of_node[node].append(month)
        found = []
        for node, months in of_node.items():
            for one, other in combinations(months, 2):
                change = Counter(self.sums[node, one])
                change.subtract(self.sums[node, other])
                if any(change.values()) and not self.may(change):
                    found.append([(node, one), (node, other)])
        return found

    def _told(self) -> list[list[Row]]:
        """Of sums that tell a part together one must go: another of those that are linked with it by parts."""
        found = []
        shown = set(self.may_stand)
        for last, parts in self.parts.items():
            month = Month()
            month.parts = [Edge(ends, self._calls(own)) for ends, own in parts.items()]
            nodes = {node for ends in parts for node in ends}
            month.sums = {node: self._calls(self.sums[node, last]) for node in nodes}
            told = month.told({node for node in nodes if (node, last) not in shown})
            linked = {_linked(node, month.parts) for edge in told for node in edge.ends if node in nodes}
            found += [[(node, last) for node in group] for group in linked]
        return [group for group in found if any(row in shown for row in group)]


def _linked(start: Node, parts: list[Edge]) -> frozenset[Node]:
    reached = {start}
    while more := {n for e in parts if reached & set(e.ends) for n in e.ends} - reached:
        reached |= more
    return frozenset(reached)


@pytest.mark.long
def test_no_more_is_hidden_than_half_again_the_least_that_must_be(demo: duckdb.DuckDBPyConnection) -> None:
    sums = Demo(demo)
    before = len(sums.shown) - len(sums.may_stand)
    after = sum(not seen for seen in sums.shown.values())
    least = before + sums.least_hidden()
    assert before < least <= after <= 1.5 * least
    lines = [
        ["Summer over 12 måneder, som nogen har kald i", danish.number(len(sums.shown))],
        ["Skjult, fordi færre end fem står bag, eller én har over halvdelen", danish.number(before)],
        ["Skjult i alt, når summer ved siden af og måneder efter hinanden regnes med", danish.number(after)],
        ["Mindst muligt, efter heltalsprogrammering", danish.number(least)],
        ["Skjult i forhold til det mindst mulige", f"{danish.number(after / least, 2)} gange"],
    ]
    page.assert_says("kald: andel", page.table(["Demoens summer af kald", ""], lines))
