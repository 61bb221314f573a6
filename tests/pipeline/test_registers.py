"""What the registers say, worked out by hand: identity, connection, real use, potential and SAPA."""

from datetime import date
from pathlib import Path

import pytest
from samples import world
from samples.deliveries import kommuner
from samples.ways import Loaded

from kdi.commands.overview import alias_lines
from kdi.installation import Installation as Parts
from kdi.settings import Settings

JOB = world.JOB_RENAMED.navn


def test_every_mention_finds_its_system_by_the_rule(at_once: Loaded) -> None:
    rows = at_once.installation.query(
        """select navn, uuid, identitet_regel, har_leverancer, er_ski_system from marts.dim_it_system
        where it_system_id <> 0 and (not har_leverancer or er_ski_system)"""
    )
    kitos_uuid = world.KITOS.rows[1]["systemContext"]["uuid"]
    assert sorted(rows, key=str) == sorted(
        [
            (JOB, world.JOB.uuid, "uuid", True, True),
            ("Nyt system", None, "kun_navn", False, True),
            ("Plejesystemet", None, "kun_navn", False, False),
            ("Kun i KITOS", kitos_uuid, "kun_kitos", False, False),
        ],
        key=str,
    )


def test_what_is_unresolved_is_listed_with_its_reason(at_once: Loaded) -> None:
    rows = at_once.installation.query(
        "select distinct navn, grund, kommuner from marts.it_system_uafklaret order by all"
    )
    assert rows == [
        ("Kun i KITOS", "kun i KITOS", 1),
        ("Nyt system", "kun kendt ved navn", 2),
        ("Plejesystemet", "flere systemer har navnet", 0),
    ]
    listed = at_once.installation.kdi("identity")
    assert "Plejesystemet (onboarding; flere systemer har navnet; 0 kommuner)" in listed.output


def test_suggestions_make_a_file_that_can_be_taken_in_also_where_there_was_none(
    at_once: Loaded, tmp_path: Path
) -> None:
    parts = Parts(Settings(home=at_once.installation.home, inbox=str(tmp_path)))
    own = tmp_path / "reference" / "system_alias.csv"
    own.parent.mkdir()
    own.touch()  # as the shell's >> does before anything is written
    first = list(alias_lines(parts.inbox, parts.releases.link))
    assert first[0] == "navn;uuid;it_system"
    own.write_text("\n".join(first) + "\n", encoding="utf-8")
    assert list(alias_lines(parts.inbox, parts.releases.link)) == first[1:]


def test_connection_per_system_and_status_date(at_once: Loaded) -> None:
    rows = at_once.installation.query(
        """select statusdato, it_system, obligatoriske, klarmeldte, delvise, tilslutningsgrad
        from kpi.tilslutning where obligatoriske > 0 order by all"""
    )
    # SF1490 is demanded of both, and Irrelevant for the job centre's system
    assert rows == [
        (date(2022, 3, 1), JOB, 3, 1, 1, pytest.approx(1 / 3)),
        (date(2022, 3, 1), "Nyt system", 1, 1, 0, 1.0),
        (date(2022, 4, 15), JOB, 3, 2, 0, pytest.approx(2 / 3)),
        (date(2022, 4, 15), "Nyt system", 1, 1, 0, 1.0),
    ]


def test_declared_against_real(at_once: Loaded) -> None:
    rows = at_once.installation.query(
        """select snitflade, klarmelding, kald_12m, kommuner_med_kald, vurdering from kpi.klarmelding_reel
        where maaned = '2022-03-01' and it_system_uuid = ? order by all""",
        world.JOB.uuid,
    )
    cases = 1000 * 0 + 1200 + 6  # SagIndeks in the 12 months to March 2022: March only
    person = 400 + 200 + 700
    short_day = sum(range(1, 24))
    long_day = sum(range(1, 26))
    organisation = 2 * (short_day + long_day) + 60 + 3 + 9
    assert rows == [
        ("SF1470", "Klarmeldt", cases, 2, "bekraeftet"),
        ("SF1490", "Irrelevant", 0, 0, "ikke_relevant"),
        ("SF1500", "Nej", organisation, 3, "kald_uden_klarmelding"),
        ("SF1510", "Tilmeldt", 0, 0, "ikke_tilsluttet"),
        ("SF1520", "Delvis", person, 2, "kald_uden_klarmelding"),
    ]


def test_potential_per_municipality(at_once: Loaded) -> None:
    rows = at_once.installation.query(
        """select kommune, it_system, snitflade, status, kald_12m from kpi.potentiale
        where maaned = '2022-04-01' order by all"""
    )
    found = {(kommune, system, interface): (status, calls) for kommune, system, interface, status, calls in rows}
    users = ("Aalborg", "Fredericia", "Odense", "Samsø")
    assert {key[0] for key in found if key[1] == JOB} == set(users)
    assert {key[2] for key in found if key[1] == JOB} == {"SF1470", "SF1500", "SF1520"}  # SF1490 is Irrelevant
    # Odense uses the system by the register and calls nothing: others do, so it is roll-out
    assert {found["Odense", JOB, interface] for interface in ("SF1470", "SF1500", "SF1520")} == {("udbredelse", 0)}
    assert found["Samsø", JOB, "SF1470"] == ("realiseret", 6)
    # ready, but nobody has ever been seen calling the interface: it cannot be measured, in both that use the system
    assert found["Samsø", "Nyt system", "SF1490"] == found["Odense", "Nyt system", "SF1490"] == ("kan_ikke_maales", 0)
    expected = at_once.installation.query(
        """select forventede_kald from kpi.potentiale
        where maaned = '2022-04-01' and kommune = 'Odense' and snitflade = 'SF1520'"""
    )
    people = {r["kommune_kode"]: int(r["folketal"]) for r in world.population() if r["kvartal"] == "2022K2"}
    of = {name: people[kommuner()[name]["kommune_kode"]] for name in ("Aalborg", "Fredericia", "Odense")}
    rates = [700 / of["Aalborg"], (200 + 400 + 410) / of["Fredericia"]]
    assert expected == [(pytest.approx(sum(rates) / 2 * of["Odense"]),)]


def test_potential_is_realised_plus_roll_out_plus_connection(at_once: Loaded) -> None:
    by_municipality = at_once.installation.query(
        """select maaned, sum(mulige), sum(realiseret), sum(udbredelse), sum(tilslutning),
            sum(kan_ikke_maales) from kpi.potentiale_kommune group by maaned order by maaned"""
    )
    k98 = at_once.installation.query(
        "select maaned, mulige, realiseret, udbredelse, tilslutning, kan_ikke_maales from kpi.potentiale_k98"
        " order by maaned"
    )
    assert by_municipality == k98
    assert len(k98) == 6
    assert all(possible == sum(parts) for _, possible, *parts in k98)


def test_connection_per_municipality_counts_the_systems_it_uses(at_once: Loaded) -> None:
    rows = at_once.installation.query(
        """select kommune, maaned, systemer, obligatoriske, klarmeldte from kpi.tilslutning_kommune
        where statusdato = '2022-04-15' order by all"""
    )
    april = date(2022, 4, 1)
    assert rows == [
        ("Aalborg", april, 1, 3, 2),
        ("Fredericia", april, 1, 3, 2),
        ("Odense", april, 2, 4, 3),
        ("Samsø", april, 2, 4, 3),
    ]


def test_sapa_by_unit(at_once: Loaded) -> None:
    rows = at_once.installation.query(
        """select maaned, org_enhed, brugere, opslag, opslag_12m, maaneder_stille, er_stille
        from kpi.sapa order by all"""
    )
    march, april = date(2022, 3, 1), date(2022, 4, 1)
    assert rows == [
        (march, "Jobcenter", 10, 250, 250, 0, False),
        (march, "Ydelse", 4, 0, 0, 1, True),
        (april, "Jobcenter", 12, 0, 250, 1, True),
        (april, "Ydelse", 4, 0, 0, 2, True),
    ]


def test_persons_of_kitos_get_nowhere(at_once: Loaded) -> None:
    """The inbox is the supplier's; everything the platform keeps lies in its home."""
    secret = b"Testesen Hemmelig"
    files = [path for path in at_once.installation.home.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if secret in path.read_bytes()] == []
