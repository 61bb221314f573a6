"""Real loads one after the other: what an alias put together or took apart tells nothing of what was hidden."""

import pytest
from samples.deliveries import System, cases, extract
from samples.installation import Installation
from samples.ways import Folders

SAG, FAMILIE = System("Sagssystemet"), System("Familiekompas")
EXTRACT = extract(
    "2022-03-31",
    cases("Aalborg", SAG, "00.01.00", 40),
    cases("Aalborg", FAMILIE, "00.01.00", 3),
    cases("Odense", SAG, "00.01.00", 40),
    cases("Odense", FAMILIE, "00.01.00", 30),
)
ONE = [
    {"navn": "Familiekompas", "uuid": FAMILIE.uuid, "it_system": "Sagssystemet"},
    {"navn": "Sagssystemet", "uuid": SAG.uuid, "it_system": "Sagssystemet"},
]


def shown(installation: Installation) -> list[tuple]:
    return installation.query(
        "select authority.navn, system.navn, antal_sager, diskretion_aarsag from marts.fct_kle_sager"
        " join marts.dim_myndighed as authority using (myndighed_id)"
        " join marts.dim_it_system as system using (it_system_id) order by all"
    )


def total(installation: Installation) -> tuple:
    (row,) = installation.query(
        "select antal_sager, skjulte_celler from kpi.kle_sager"
        " where kle_niveau = 'alle' and geo_niveau = 'land' and it_system = 'Alle it-systemer'"
    )
    return row


@pytest.fixture(scope="module")
def apart(folders: Folders) -> Installation:
    installation = folders.new("hver-for-sig")
    installation.deliver(EXTRACT)
    installation.load()
    return installation


@pytest.mark.long
def test_an_alias_between_two_releases_tells_no_hidden_count(apart: Installation) -> None:
    assert shown(apart)[0] == ("Aalborg", "Familiekompas", None, "primaer")
    apart.replace_reference("system_alias", ONE)
    assert apart.load().failures == []
    assert shown(apart) == [
        ("Aalborg", "Sagssystemet", None, "tidligere"),
        ("Odense", "Sagssystemet", 70, None),
    ]
    assert total(apart) == (70, 1)
    apart.replace_reference("system_alias", ONE[1:])
    assert apart.load().failures == []
    assert [row[1:] for row in shown(apart)[:2]] == [
        ("Familiekompas", None, "tidligere"),
        ("Sagssystemet", None, "tidligere"),
    ]
