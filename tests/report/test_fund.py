"""Places, findings and steps of all 98 municipalities in the demo: the headline each one reads."""

from collections import Counter

import duckdb
import pytest

DECEMBER, FEBRUARY = "2022-12-01", "2023-02-01"


def headline(demo: duckdb.DuckDBPyConnection, kommune: str, month: str = DECEMBER) -> tuple[str, int, str]:
    """Kind, rounded score and sentence of what stands on page 1."""
    ((kind, score, sentence),) = demo.execute(
        "select slags, round(score), saetning from kpi.fund where er_overskrift and kommune = $1 and maaned = $2",
        [kommune, month],
    ).fetchall()
    return kind, score, sentence.replace("\u00a0", " ")


@pytest.mark.parametrize("month", [DECEMBER, FEBRUARY])
def test_every_municipality_has_one_headline_and_no_kind_takes_over(
    demo: duckdb.DuckDBPyConnection, month: str
) -> None:
    kinds = Counter(
        kind
        for (kind,) in demo.execute(
            "select slags from kpi.fund where er_overskrift and maaned = $1", [month]
        ).fetchall()
    )
    assert kinds.total() == 98
    assert max(kinds.values()) <= 0.4 * 98, kinds
    assert 0.2 * 98 <= kinds["vel"] <= 0.6 * 98, kinds
    assert not {"drift", "brug"} & set(kinds)


# Worked out by hand from kpi.potentiale_kommune, kpi.kle_daekning, kpi.sapa and the weights.
@pytest.mark.parametrize(
    ("kommune", "expected"),
    [
        ("København", ("vel", 40, "41 af 95 målbare anvendelser er i brug. Yderligere 22 er i gang i andre kommuner.")),
        (
            "Læsø",
            (
                "kle",
                80,
                "8 af 11 almindelige sagsemner mangler i det fælles sagsindeks. Delt sidsteplads blandt de 98.",
            ),
        ),
        ("Nyborg", ("udb", 85, "9 af 41 målbare anvendelser er i brug. Det er det laveste af de 98.")),
        ("Fredericia", ("tvivl", 41, "10 af 41 målbare anvendelser er klarmeldt, men ubrugte i alle kommuner.")),
        ("Aabenraa", ("sapa", 47, "3 af 8 enheder har ikke brugt SAPA i mindst tre måneder.")),
        ("Køge", ("hul", 46, "5 anvendelser mangler, som mindst halvdelen af kommunerne med samme system har.")),
    ],
)
def test_the_weightiest_finding_is_the_headline(
    demo: duckdb.DuckDBPyConnection, kommune: str, expected: tuple[str, int, str]
) -> None:
    assert headline(demo, kommune) == expected


def test_a_fall_is_against_the_same_month_of_the_year_before(demo: duckdb.DuckDBPyConnection) -> None:
    kind, score, sentence = headline(demo, "Horsens", FEBRUARY)
    ((now, before),) = demo.execute(
        """select sum(antal_kald) filter (where maaned = '2023-02-01'),
            sum(antal_kald) filter (where maaned = '2022-02-01')
        from marts.fct_kald_maaned join marts.dim_myndighed using (myndighed_id) where navn = 'Horsens'"""
    ).fetchall()
    assert (kind, score) == ("fald", 85)
    assert sentence.startswith(f"Brugen er faldet {round(100 * (1 - now / before))} % på et år; midten er steget ")


def test_a_place_is_counted_from_the_values_and_ties_share_it(demo: duckdb.DuckDBPyConnection) -> None:
    values = dict(
        demo.execute(
            "select cvr, realiseret / (mulige - kan_ikke_maales) from kpi.potentiale_kommune where maaned = $1",
            [DECEMBER],
        ).fetchall()
    )
    places = demo.execute(
        """select cvr, plads, paa_pladsen, blandt, er_sidst from kpi.placering
        where maal = 'realiseringsgrad' and maaned = $1""",
        [DECEMBER],
    ).fetchall()
    assert len(places) == len(values) > 90
    for cvr, place, shared, among, is_last in places:
        own = values[cvr]
        assert place == 1 + sum(v > own for v in values.values())
        assert shared == sum(v == own for v in values.values())
        assert among == len(values)
        assert is_last == (min(values.values()) == own)


def test_a_step_is_worth_a_talk_with_one_supplier_of_one_system(demo: duckdb.DuckDBPyConnection) -> None:
    chosen = demo.execute(
        """select kommune, slags, it_system, it_system_uuid, score from kpi.skridt
        where nummer is not null and maaned = $1""",
        [DECEMBER],
    ).fetchall()
    by_municipality = Counter(r[0] for r in chosen)
    assert len(by_municipality) > 90
    assert max(by_municipality.values()) == 3
    assert max(Counter((r[0], r[1]) for r in chosen).values()) == 2
    assert min(r[4] for r in chosen) >= 25
    systems = [(r[0], r[2], r[3]) for r in chosen if r[2]]
    assert len(systems) == len(set(systems))


def test_the_steps_of_the_storyboard(demo: duckdb.DuckDBPyConnection) -> None:
    def steps(kommune: str) -> list[tuple[str, str]]:
        return demo.execute(
            """select slags, coalesce(it_system, '') from kpi.skridt
            where kommune = $1 and maaned = $2 and nummer is not null order by nummer""",
            [kommune, DECEMBER],
        ).fetchall()

    assert steps("København") == [("aabn", "Dafolo"), ("kraev", "KMD Nexus"), ("bevis", "Jobcentersystemet")]
    assert steps("Læsø") == [("kle", ""), ("kraev", "KMD Nexus")]
    assert [s for s, _ in steps("Køge")] == ["aabn", "aabn", "kraev"]


def test_no_step_shows_what_fewer_than_five_municipalities_do(demo: duckdb.DuckDBPyConnection) -> None:
    """Its expected calls are the sum of the terms that may be shown, and each interface it names has five users."""
    steps = demo.execute(
        """select s.forventede_kald, min(p.aktive), sum(p.forventede_kald) filter (where p.er_anonym)
        from kpi.skridt as s
        inner join kpi.potentiale as p on s.maaned = p.maaned and s.cvr = p.cvr and s.it_system = p.it_system
            and s.it_system_uuid is not distinct from p.it_system_uuid
            and list_contains(string_split(s.snitflader, ', '), p.snitflade)
        where s.slags = 'aabn' group by s.maaned, s.cvr, s.it_system_uuid, s.it_system, s.forventede_kald"""
    ).fetchall()
    assert len(steps) > 1000
    assert min(active for _, active, _ in steps) >= 5
    for shown, _, terms in steps:
        assert (shown is None) == (terms is None)
        assert shown is None or shown == pytest.approx(terms)


def test_official_names(demo: duckdb.DuckDBPyConnection) -> None:
    names = dict(demo.execute("select navn, officielt_navn from marts.dim_myndighed where type = 'kommune'").fetchall())
    assert names["København"] == "Københavns Kommune"
    assert names["Bornholm"] == "Bornholms Regionskommune"
    assert names["Aarhus"] == "Aarhus Kommune"
    assert len(names) == 98
