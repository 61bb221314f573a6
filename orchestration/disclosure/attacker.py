"""Tries to work hidden KLE counts out of what a release publishes, as a reader would who knows the rules.

Reads the published tables alone. What such a reader knows beforehand: a count hidden as ``primaer``
or ``kilde`` is at least one and under the threshold; one hidden as ``sekundaer`` is between the
threshold and twice it. What is learned: every sum in ``kpi.kle_sager`` less the counts shown under
it; and, from one extract to the next, that a count that moved by less than the threshold did so.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import duckdb
import numpy as np

from orchestration.disclosure.bounds import TOLERANCE, Equation, bounds
from orchestration.ingest.rules import sql_text

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
        return f"{self.udtraeksdato} {self.myndighed}, {self.it_system}, {self.kle_nummer} ({self.aarsag}): {self.angreb}"


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
    known = [
        d for (d,) in connection.execute(f"select distinct udtraeksdato from {schema}marts.fct_kle_sager order by 1").fetchall()
    ]
    tried = [d for d in known if extracts is None or d in extracts]
    around = {d for pair in pairwise(known) if set(pair) & set(tried) for d in pair} | set(tried)
    _read(connection, schema, sorted(around))
    cells = connection.execute(
        "select id, udtraeksdato, navn, it_system, kle_nummer, diskretion_aarsag from angreb_skjult order by id"
    ).fetchall()
    secondary = np.array([reason == "sekundaer" for *_, reason in cells], dtype=bool)
    low = np.where(secondary, threshold, 1)
    high = np.where(secondary, 2 * threshold - 2, threshold - 1)
    equations, sums, unexplained = _equations(connection, schema)
    narrowed = dict.fromkeys(_moved_little(connection, threshold), "naboudtrækket viser et antal tæt på")
    impossible, untried = np.zeros(len(cells), bool), np.zeros(len(cells), bool)
    for name, same in (
        ("offentliggjorte summer", np.arange(len(cells))),
        ("summer i to udtræk, hvis antallet er uændret", _unchanged(connection, len(cells))),
    ):
        found = bounds([Equation(np.unique(same[e.members]), e.total) for e in equations], low, high)
        tighter = ((found.low > low + TOLERANCE) | (found.high < high - TOLERANCE)) & ~found.impossible
        for cell in np.flatnonzero(tighter[same]):
            narrowed.setdefault(int(cell), name)
        if name == "offentliggjorte summer":
            impossible, untried = found.impossible, found.untried
    wanted = set(tried)
    named = [
        Narrowed(*cells[i][1:6], angreb=way)  # type: ignore[call-arg]
        for i, way in sorted(narrowed.items())
        if cells[i][1] in wanted
    ]
    return Attack(
        sum(c[1] in wanted for c in cells),
        sums,
        len(equations),
        tuple(named),
        unexplained + int(impossible.sum()),
        int(untried.sum()),
    )


def _read(connection: duckdb.DuckDBPyConnection, schema: str, extracts: list[date]) -> None:
    """Tables ``angreb_antal`` (every published count with its names) and ``angreb_skjult`` (the hidden ones, numbered)."""
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
    levels = connection.execute(
        f"select distinct kle_niveau, geo_niveau, it_system <> {sql_text(_ALL_SYSTEMS)} from {schema}kpi.kle_sager"
        " where udtraeksdato in (select udtraeksdato from angreb_antal)"
    ).fetchall()
    for subject, place, one_system in levels:
        own_place = "s.cvr" if place == "myndighed" else "s.geografi"
        same = (
            f"a.udtraeksdato = s.udtraeksdato and ({_SUBJECT[subject]}) is not distinct from s.kle"
            f" and ({_PLACE[place]}) is not distinct from {own_place}"
        )
        if one_system:
            same += " and a.uuid is not distinct from s.it_system_uuid and a.it_system = s.it_system"
        chosen = (
            f"select rowid as nr, * from {schema}kpi.kle_sager where kle_niveau = {sql_text(subject)} and geo_niveau = {sql_text(place)}"
            f" and (it_system <> {sql_text(_ALL_SYSTEMS)}) = {one_system}"
            " and udtraeksdato in (select udtraeksdato from angreb_antal)"
        )
        connection.execute(
            f"""create or replace temp table angreb_sum as
            select s.nr, any_value(s.antal_sager) as antal, coalesce(sum(a.antal_sager), 0) as vist
            from ({chosen}) as s left join angreb_antal as a on {same}
            group by s.nr"""
        )
        (counted, differing), = connection.execute(
            "select count(*), count(*) filter (antal <> vist) from angreb_sum"
        ).fetchall()
        sums += counted
        if not differing:
            continue
        rows = connection.execute(
            f"""select any_value(t.antal - t.vist), list(a.id) filter (a.id is not null)
            from ({chosen}) as s
            join angreb_sum as t using (nr) left join angreb_skjult as a on {same}
            where t.antal <> t.vist group by s.nr"""
        ).fetchall()
        for rest, members in rows:
            if members:
                equations.append(Equation(np.array(sorted(members)), float(rest)))
            else:
                unexplained += 1
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
        where vist.antal_sager > 0 and skjult.diskretion_aarsag <> 'sekundaer'
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
