"""What is published of cases says nothing of the hidden counts: by attack, and by changing them."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from release import MASKED, Count, Release, compiled, publish
from samples import examples
from tables import PLACES, extracts

from kdi.disclosure.attacker import attack

# A thousand are tried in test_results.py.
SHORT = settings(max_examples=examples.of(50), deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def hidden(release: Release) -> int:
    return release.query("select count(*) from kdi.marts.fct_kle_sager where er_diskretioneret")[0][0]


@given(extracts(), st.sampled_from((5, 7, 10)))
@SHORT
def test_the_attacker_narrows_no_count_of_fifty_random_tables(counts: list[Count], threshold: int) -> None:
    release = publish(counts, PLACES, threshold)
    found = attack(release.connection, threshold, catalog="kdi")
    assert found.hidden == hidden(release)
    assert found.in_vain, found


def with_other_hidden_counts(counts: list[Count], release: Release, threshold: int, step: int) -> list[Count]:
    """The same tables, where every hidden count is another one that is hidden for the same reason."""
    reasons = {
        row[:4]: row[4]
        for row in release.query(
            """select udtraeksdato, authority.navn, system.navn, kle_nummer, diskretion_aarsag
            from kdi.marts.fct_kle_sager join kdi.marts.dim_myndighed as authority using (myndighed_id)
            join kdi.marts.dim_it_system as system using (it_system_id) join kdi.marts.dim_kle using (kle_id)"""
        )
    }
    changed = []
    for count in counts:
        reason = reasons[count.extract, count.authority, count.system, count.kle]
        if reason in ("primaer", "sekundaer") and count.cases is not None:
            least = 1 if reason == "primaer" else threshold
            count = replace(count, cases=least + (count.cases - least + step) % (threshold - 1))
        changed.append(count)
    return changed


@given(extracts(), st.sampled_from((5, 7, 10)), st.integers(1, 8))
@SHORT
def test_other_hidden_counts_give_the_same_tables(counts: list[Count], threshold: int, step: int) -> None:
    """Stronger than any attack: what does not depend on a number cannot betray it."""
    release = publish(counts, PLACES, threshold)
    other = publish(with_other_hidden_counts(counts, release, threshold, step), PLACES, threshold)
    assert other.content() == release.content()


THREE = [
    Count("Aalborg", "Sag", "00.01.00", 3),
    Count("Aalborg", "Sag", "00.01.10", 40),
    Count("Hjørring", "Sag", "00.01.00", MASKED),
    Count("Hjørring", "Post", "27.01.00", 0),
    Count("Bornholm", "Post", "00.01.00", 60),
]


def sums(release: Release, where: str) -> list[tuple]:
    return release.query(
        "select kle, geografi, it_system, antal_sager, diskretion_aarsag, skjulte_celler, myndigheder"
        f" from kdi.kpi.kle_sager where {where} order by all"
    )


def test_a_sum_is_of_what_is_shown_and_says_how_much_is_not() -> None:
    release = publish(THREE, PLACES)
    everything = "kle_niveau = 'alle' and it_system = 'Alle it-systemer'"
    assert sums(release, f"{everything} and geo_niveau = 'land'") == [
        (None, "Hele landet", "Alle it-systemer", 100, None, 2, 3)
    ]
    assert sums(release, f"{everything} and geo_niveau = 'landsdel'") == [
        (None, "Bornholm", "Alle it-systemer", 60, None, 0, 1),
        (None, "Nordjylland", "Alle it-systemer", 40, None, 2, 2),
    ]
    assert sums(release, "kle_niveau = 'emne' and geo_niveau = 'region' and kle = '00.01.00'") == [
        ("00.01.00", "Region Hovedstaden", "Alle it-systemer", 60, None, 0, 1),
        ("00.01.00", "Region Nordjylland", "Alle it-systemer", None, "primaer", 2, 2),
    ]


def test_none_is_said_where_nothing_is_hidden_and_nowhere_else() -> None:
    release = publish(THREE, PLACES)
    assert sums(release, "kle_niveau = 'gruppe' and geo_niveau = 'myndighed' and geografi = 'Hjørring'") == [
        ("00.01", "Hjørring", "Alle it-systemer", None, "kilde", 1, 1),
        ("27.01", "Hjørring", "Alle it-systemer", 0, None, 0, 1),
    ]
    assert sums(release, "kle_niveau = 'alle' and geo_niveau = 'myndighed' and geografi = 'Hjørring'") == [
        (None, "Hjørring", "Alle it-systemer", None, "kilde", 1, 1),
        (None, "Hjørring", "Post", 0, None, 0, 1),
        (None, "Hjørring", "Sag", None, "kilde", 1, 1),
    ]


def test_single_systems_are_summed_by_main_group_and_all_subjects_only() -> None:
    release = publish(THREE, PLACES)
    assert release.query(
        "select distinct kle_niveau from kdi.kpi.kle_sager where it_system <> 'Alle it-systemer' order by all"
    ) == [("alle",), ("hovedgruppe",)]


def test_a_mart_with_a_higher_threshold_hides_its_small_sums_too() -> None:
    release = publish([Count("Samsø", "Sag", "00.01.00", 6)], PLACES)
    assert sums(release, "antal_sager is null") == []
    # the fact's threshold is 5, the mart's 10
    release.connection.execute("drop table kdi.kpi.kle_sager")
    release.connection.execute(
        "update arbejde.staging.stg_reference__formaal set taerskel = 10 where tabel = 'kpi.kle_sager'"
    )
    release.connection.execute(f"create table kdi.kpi.kle_sager as {compiled()['kdi.kpi.kle_sager']}")
    assert {row[3:5] for row in sums(release, "true")} == {(None, "primaer")}
