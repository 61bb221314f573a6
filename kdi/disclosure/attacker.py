"""Tries to work hidden KLE counts out of what a release publishes, as a reader would who knows the rules.

Reads the published tables alone. What such a reader knows beforehand: a count hidden as ``primaer``
or ``kilde`` is at least one and under the threshold; one hidden as ``sekundaer`` is between the
threshold and twice it; of one hidden as ``tidligere`` nothing is known. What is learned: every sum
in ``kpi.kle_sager`` less the counts shown under it; and, from one extract to the next, that a count
that moved by less than the threshold did so.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import duckdb
import numpy as np

from kdi.disclosure.bounds import TOLERANCE, Bounds, Equation, bounds
from kdi.notation.sql import sql_text

# How a sum's row names its part of the subjects and of the country, as columns of the counts.
_SUBJECT = {"emne": "a.kle_nummer", "gruppe": "a.gruppe", "hovedgruppe": "a.hovedgruppe", "alle": "null"}
_PLACE = {
    "myndighed": "a.cvr",
    "landsdel": "coalesce(a.landsdel, 'Uden for kommunerne')",
    "region": "coalesce(a.region, 'Uden for kommunerne')",
    "land": "'Hele landet'",
}
_ALL_SYSTEMS = "Alle it-systemer"


@dataclass(frozen=True)
class Narrowed:
    """A hidden count of which more can be known than the rule for hiding it says. Names the cell, no number."""

    udtraeksdato: date
    myndighed: str
    it_system: str
    kle_nummer: str
    aarsag: str
    angreb: str

    def __str__(self) -> str:
        return (
            f"{self.udtraeksdato} {self.myndighed}, {self.it_system}, {self.kle_nummer} ({self.aarsag}): {self.angreb}"
        )


@dataclass(frozen=True)
class Attack:
    """What the attacker tried and found.

    Attributes:
        hidden: hidden counts tried.
        sums: published sums read.
        equations: sums that say something of hidden counts.
        narrowed: the counts it can narrow.
        unexplained: sums that the published counts contradict.
        untried: counts too entangled to be tried; nothing is known of their safety.
    """

    hidden: int
    sums: int
    equations: int
    narrowed: tuple[Narrowed, ...]
    unexplained: int
    untried: int

    @property
    def in_vain(self) -> bool:
        """Whether the release stood its ground."""
        return not (self.narrowed or self.unexplained or self.untried)


def attack(
    connection: duckdb.DuckDBPyConnection, threshold: int, extracts: list[date] | None = None, catalog: str = ""
) -> Attack:
    """Attack the extracts of a release, each together with the one before and the one after it.

    Args:
        connection: where the published tables are, in ``catalog`` if it is named.
        threshold: the smallest count that is shown.
        extracts: those to be tried; None for all.
    """
    schema = f"{catalog}." if catalog else ""
    rows = connection.execute(f"select distinct udtraeksdato from {schema}marts.fct_kle_sager order by 1").fetchall()
    known = [day for (day,) in rows]
    tried = {day for day in known if extracts is None or day in extracts}
    around = {day for pair in pairwise(known) if tried & set(pair) for day in pair} | tried
    _read(connection, schema, sorted(around))
    cells = connection.execute(
        "select udtraeksdato, navn, it_system, kle_nummer, diskretion_aarsag from angreb_skjult order by id"
    ).fetchall()
    low, high = known_beforehand([reason for *_, reason in cells], threshold)
    equations, sums, unexplained = _equations(connection, schema)
    by_sums = bounds(equations, low, high)
    ways = dict.fromkeys(_moved_little(connection, threshold), "naboudtrækket viser et antal tæt på")
    ways |= dict.fromkeys(_tighter(by_sums, low, high), "offentliggjorte summer")
    same = _unchanged(connection, len(cells))
    together = bounds([Equation(same[e.members], e.total) for e in equations], low, high)
    found_so = set(_tighter(together, low, high))
    for cell in np.flatnonzero(np.isin(same, sorted(found_so))):
        ways.setdefault(int(cell), "summer i to udtræk, hvis antallet er uændret")
    return Attack(
        hidden=sum(cell[0] in tried for cell in cells),
        sums=sums,
        equations=len(equations),
        narrowed=tuple(Narrowed(*(*cells[i], way)) for i, way in sorted(ways.items()) if cells[i][0] in tried),
        unexplained=unexplained + int(by_sums.impossible.sum()),
        untried=int(by_sums.untried.sum()),
    )


def known_beforehand(reasons: list[str], threshold: int) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest value that the reason for hiding leaves each count."""
    known = {"sekundaer": (threshold, 2 * threshold - 2), "tidligere": (0, np.inf)}
    found = np.array([known.get(reason, (1, threshold - 1)) for reason in reasons], dtype=float).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def _tighter(found: Bounds, low: np.ndarray, high: np.ndarray) -> list[int]:
    """Positions of what is bounded more narrowly than it was beforehand."""
    tighter = (found.low > low + TOLERANCE) | (found.high < high - TOLERANCE)
    return [int(i) for i in np.flatnonzero(tighter & ~found.impossible)]


def _read(connection: duckdb.DuckDBPyConnection, schema: str, extracts: list[date]) -> None:
    """Tables ``angreb_antal``, published counts with their names, and ``angreb_skjult``, the hidden ones numbered."""
    connection.execute(
        f"""create or replace temp table angreb_antal as
        select f.udtraeksdato, f.myndighed_id, f.it_system_id, f.kle_id, f.antal_sager, f.diskretion_aarsag,
            m.cvr, m.navn, m.landsdel, m.region, s.uuid, s.navn as it_system, k.kle_nummer, k.gruppe, k.hovedgruppe
        from {schema}marts.fct_kle_sager as f
        join {schema}marts.dim_myndighed as m using (myndighed_id)
        join {schema}marts.dim_it_system as s using (it_system_id)
        join {schema}marts.dim_kle as k using (kle_id)
        where f.udtraeksdato in (select unnest(?::date[]))""",
        [extracts],
    )
    connection.execute(
        """create or replace temp table angreb_skjult as
        select row_number() over (order by udtraeksdato, myndighed_id, it_system_id, kle_id) - 1 as id, *
        from angreb_antal where antal_sager is null"""
    )


def _equations(connection: duckdb.DuckDBPyConnection, schema: str) -> tuple[list[Equation], int, int]:
    """Sums that differ from the counts shown under them, the number of sums, and of those without explanation."""
    equations, sums, unexplained = [], 0, 0
    extracts = "udtraeksdato in (select udtraeksdato from angreb_antal)"
    one_system = f"it_system <> {sql_text(_ALL_SYSTEMS)}"
    levels = connection.execute(
        f"select distinct kle_niveau, geo_niveau, {one_system} from {schema}kpi.kle_sager where {extracts}"
    ).fetchall()
    for subject, place, by_system in levels:
        of_level = (
            f"(select * from {schema}kpi.kle_sager where kle_niveau = {sql_text(subject)}"
            f" and geo_niveau = {sql_text(place)} and ({one_system}) = {by_system} and {extracts})"
        )
        system = "uuid, it_system" if by_system else "null as uuid, null as it_system"
        part = f"udtraeksdato, {_SUBJECT[subject]} as kle, {_PLACE[place]} as sted, {system}"
        same_part = (
            "a.udtraeksdato = s.udtraeksdato and a.kle is not distinct from s.kle"
            f" and a.sted is not distinct from {'s.cvr' if place == 'myndighed' else 's.geografi'}"
        )
        if by_system:
            same_part += " and a.uuid is not distinct from s.it_system_uuid and a.it_system = s.it_system"
        connection.execute(
            f"""create or replace temp table angreb_sum as
            select s.*, s.antal_sager - coalesce(a.vist, 0) as rest from {of_level} as s
            left join (select {part}, sum(antal_sager) as vist from angreb_antal as a group by all) as a
            on {same_part}"""
        )
        sums += connection.execute("select count(*) from angreb_sum").fetchall()[0][0]
        # A rest of nothing says nothing: each count that is hidden is at least one.
        rows = connection.execute(
            f"""select rest, a.skjulte from angreb_sum as s
            left join (select {part}, list(id) as skjulte from angreb_skjult as a group by all) as a on {same_part}
            where rest <> 0"""
        ).fetchall()
        equations += [Equation(np.array(sorted(members)), float(rest)) for rest, members in rows if members]
        unexplained += sum(not members for _, members in rows)
    return equations, sums, unexplained


def _moved_little(connection: duckdb.DuckDBPyConnection, threshold: int) -> list[int]:
    """Small counts for which the extract beside shows one less than the threshold from what they may be.

    A reader who knows of the few cases that came or went between the two then knows the hidden one.
    """
    rows = connection.execute(
        """with datoer as (
            select udtraeksdato, lead(udtraeksdato) over (order by udtraeksdato) as naeste
            from (select distinct udtraeksdato from angreb_antal)
        )
        select skjult.id
        from angreb_skjult as skjult
        join datoer on skjult.udtraeksdato in (datoer.udtraeksdato, datoer.naeste)
        join angreb_antal as vist
            on vist.udtraeksdato in (datoer.udtraeksdato, datoer.naeste) and vist.udtraeksdato <> skjult.udtraeksdato
            and vist.myndighed_id = skjult.myndighed_id and vist.it_system_id = skjult.it_system_id
            and vist.kle_id = skjult.kle_id
        where vist.antal_sager > 0 and skjult.diskretion_aarsag in ('primaer', 'kilde')
            and vist.antal_sager - ($1 - 1) < $1""",
        [threshold],
    ).fetchall()
    return [cell for (cell,) in rows]


def _unchanged(connection: duckdb.DuckDBPyConnection, cells: int) -> np.ndarray:
    """For each hidden count the first of the run of extracts in which it is hidden for the same reason."""
    same = np.arange(cells)
    rows = connection.execute(
        """with datoer as (
            select udtraeksdato, lag(udtraeksdato) over (order by udtraeksdato) as forrige
            from (select distinct udtraeksdato from angreb_antal)
        )
        select foer.id, nu.id from angreb_skjult as nu
        join datoer on nu.udtraeksdato = datoer.udtraeksdato
        join angreb_skjult as foer
            on foer.udtraeksdato = datoer.forrige and foer.myndighed_id = nu.myndighed_id
            and foer.it_system_id = nu.it_system_id and foer.kle_id = nu.kle_id
            and foer.diskretion_aarsag = nu.diskretion_aarsag
        order by nu.id"""
    ).fetchall()
    for earlier, later in rows:
        same[later] = same[earlier]
    return same
