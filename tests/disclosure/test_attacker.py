"""The attacker finds what can be found: tables made to leak, with the leak worked out by hand."""

from datetime import date
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from release import Count, Release, publish
from samples import examples
from tables import PLACES

from kdi.disclosure.attacker import Attack, attack
from kdi.disclosure.bounds import Equation, bounds

JUNE = date(2022, 6, 30)


def attacked(release: Release, threshold: int = 5) -> Attack:
    return attack(release.connection, threshold, catalog="kdi")


def leaking(sql: str, *counts: Count) -> Attack:
    """Publish, let ``sql`` make the release show too much, and attack it."""
    release = publish(counts, PLACES)
    assert attacked(release).in_vain
    release.connection.execute(sql)
    return attacked(release)


def total(level: str, place: str, cases: int) -> str:
    return (
        f"update kdi.kpi.kle_sager set antal_sager = {cases} where kle_niveau = '{level}' and geo_niveau = '{place}'"
        " and it_system = 'Alle it-systemer'"
    )


SHOWN = Count("Aalborg", "Sag", "00.01.10", 40)
SMALL = Count("Aalborg", "Sag", "00.01.00", 3)


@pytest.mark.parametrize(
    ("level", "place"), product(("gruppe", "hovedgruppe", "alle"), ("myndighed", "region", "land"))
)
def test_a_true_total_over_one_hidden_count_gives_it_away(level: str, place: str) -> None:
    found = leaking(total(level, place, 40 + 3), SHOWN, SMALL)
    (cell,) = found.narrowed
    assert (cell.myndighed, cell.kle_nummer, cell.aarsag) == ("Aalborg", "00.01.00", "primaer")


def test_a_total_for_one_system_gives_its_hidden_count_away() -> None:
    other = Count("Aalborg", "Post", "00.01.00", 2)
    sql = total("alle", "land", 40 + 3).replace("Alle it-systemer", "Sag")
    assert [c.it_system for c in leaking(sql, SHOWN, SMALL, other).narrowed] == ["Sag"]


def test_two_hidden_counts_of_which_the_sum_is_extreme_are_narrowed() -> None:
    """Eight is four and four; seven is three and four in some order, so neither is one or two."""
    two = (SHOWN, Count("Aalborg", "Sag", "00.01.00", 4), Count("Hjørring", "Sag", "00.01.00", 4))
    assert len(leaking(total("alle", "land", 40 + 8), *two).narrowed) == 2


def test_two_hidden_counts_that_may_be_anything_are_not() -> None:
    """Five is 1 + 4, 2 + 3, 3 + 2 or 4 + 1: the attacker has an equation and learns nothing."""
    two = (SHOWN, Count("Aalborg", "Sag", "00.01.00", 2), Count("Hjørring", "Sag", "00.01.00", 3))
    found = leaking(total("alle", "land", 40 + 5), *two)
    assert found.equations == 1
    assert found.in_vain


def test_totals_that_are_harmless_alone_and_not_together() -> None:
    """Three counts add up to seven; without Samsø's the two in Nordjylland add up to five, so Samsø has two."""
    counts = (
        SHOWN,
        Count("Aalborg", "Sag", "00.01.00", 2),
        Count("Hjørring", "Sag", "00.01.00", 3),
        Count("Samsø", "Sag", "00.01.00", 2),
        Count("Samsø", "Sag", "00.06.02", 50),
    )
    country = total("alle", "land", 40 + 50 + 7)
    assert leaking(country, *counts).in_vain
    found = leaking(country + ";" + total("alle", "landsdel", 45) + " and geografi = 'Nordjylland'", *counts)
    assert {c.myndighed for c in found.narrowed} == {"Samsø"}


def test_a_hidden_count_that_did_not_change_is_found_by_two_extracts() -> None:
    """March: Aalborg, Hjørring and Samsø have seven. June: Samsø has grown and is shown; the others have five."""
    march = [
        SHOWN,
        Count("Aalborg", "Sag", "00.01.00", 2),
        Count("Hjørring", "Sag", "00.01.00", 3),
        Count("Samsø", "Sag", "00.01.00", 2),
    ]
    june = [Count(c.authority, c.system, c.kle, c.cases if c.authority != "Samsø" else 60, JUNE) for c in march]
    sql = total("alle", "land", 47) + " and udtraeksdato = '2022-03-31'"
    assert leaking(sql, *march, *june).in_vain
    found = leaking(sql + ";" + total("alle", "land", 40 + 60 + 5) + f" and udtraeksdato = '{JUNE}'", *march, *june)
    assert [(c.myndighed, c.angreb) for c in found.narrowed] == [
        ("Samsø", "summer i to udtræk, hvis antallet er uændret")
    ]


@pytest.mark.parametrize(("shown", "narrowed"), [(5, True), (8, True), (9, False)])
def test_a_count_shown_beside_a_hidden_one_is_at_least_the_threshold_away(shown: int, narrowed: bool) -> None:
    release = publish([SHOWN, SMALL, Count("Aalborg", "Sag", "00.01.00", shown, JUNE)], PLACES)
    assert attacked(release).in_vain
    release.connection.execute(
        f"""update kdi.marts.fct_kle_sager set antal_sager = {shown}, diskretion_aarsag = null
        where udtraeksdato = '{JUNE}';
        update kdi.kpi.kle_sager set antal_sager = {shown} where udtraeksdato = '{JUNE}'"""
    )
    found = attacked(release)
    assert bool(found.narrowed) == narrowed
    assert found.unexplained == 0


def test_a_total_that_the_counts_contradict_is_held_back() -> None:
    assert leaking(total("alle", "land", 41), SHOWN).unexplained == 1
    assert leaking(total("alle", "land", 39), SHOWN, SMALL).unexplained == 1


def test_no_finding_says_the_number() -> None:
    found = leaking(total("alle", "land", 743), Count("Aalborg", "Sag", "00.01.10", 740), SMALL)
    assert found.narrowed
    assert [str(cell) for cell in found.narrowed] == [
        "2022-03-31 Aalborg, Sag, 00.01.00 (primaer): offentliggjorte summer"
    ]


@given(st.data())
@settings(max_examples=examples.of(60), deadline=None)
def test_bounds_are_those_found_by_trying_every_value(data: st.DataObject) -> None:
    """Sums over nested parts, where whole numbers and fractions have the same bounds."""
    values = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=6))
    cuts = data.draw(st.lists(st.integers(1, len(values)), max_size=3))
    equations = [Equation(np.arange(cut), sum(values[:cut])) for cut in cuts]
    found = bounds(equations, np.full(len(values), 1), np.full(len(values), 4))
    fitting = [
        guess
        for guess in product(range(1, 5), repeat=len(values))
        if all(sum(guess[: len(e.members)]) == e.total for e in equations)
    ]
    assert np.allclose(found.low, np.min(fitting, axis=0))
    assert np.allclose(found.high, np.max(fitting, axis=0))
    assert not found.impossible.any()


def test_a_block_without_solution_does_not_spoil_the_others() -> None:
    equations = [Equation(np.array([0, 1]), 9), Equation(np.array([2, 3]), 8)]
    found = bounds(equations, np.full(4, 1), np.full(4, 4))
    assert found.impossible.tolist() == [True, True, False, False]
    assert found.low.tolist() == [1, 1, 4, 4]


def test_more_linked_unknowns_than_are_tried_are_said_to_be_untried() -> None:
    chain = [Equation(np.array([i, i + 1]), 5) for i in range(5)]
    assert not bounds(chain, np.full(6, 1), np.full(6, 4)).untried.any()
    assert bounds(chain, np.full(6, 1), np.full(6, 4), most_turns=2).untried.sum() == 4
