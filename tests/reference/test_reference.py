"""The built-in reference data: complete where it claims to be, and true to its sources."""

import csv
from pathlib import Path

import holidays
import pytest

from demo.sample.chance import is_valid_cvr

REFERENCE = Path(__file__).resolve().parents[2] / "reference"

COLUMNS = {
    "kommuner": "kommune_kode cvr navn region landsdel xyz_klasse",
    "folketal": "kommune_kode kvartal folketal",
    "kle": "kle_nummer emne gruppe gruppe_titel hovedgruppe hovedgruppe_titel gyldig_fra gyldig_til",
    "service_katalog": "platform service snitflade dataomraade adgang",
    "snitflader": "snitflade navn",
    "integrationer": "integration navn snitflade",
    "system_alias": "navn uuid it_system",
    "aftaler": "cvr deler_med_cvr fra til",
    "sammenligningsgrupper": "kommune_kode omraade sammenlignes_med rang aar",
    "formaal": "tabel formaal hjemmel taerskel kolonne",
    "helligdage": "dato navn",
}

XYZ_OF_THE_DECK = {
    "Fredericia": "y", "Glostrup": "z", "Albertslund": "z", "Brøndby": "y", "Aalborg": "x", "Brønderslev": "y",
    "Sønderborg": "y", "Halsnæs": "y", "Høje-Taastrup": "y", "Rødovre": "y", "Mariagerfjord": "y",
}  # fmt: skip
MUNICIPALITIES_OF_THE_DECK = {
    "Aabenraa", "Aalborg", "Albertslund", "Brøndby", "Brønderslev", "Dragør", "Egedal", "Faaborg-Midtfyn",
    "Fredericia", "Frederikshavn", "Furesø", "Gladsaxe", "Glostrup",
}  # fmt: skip
DATA_AREAS_OF_THE_DECK = {"Beskæftigelse", "Klassifikation", "Organisation", "Person", "Sag og dokument"}


def read(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_are_those_of_the_interface(name: str) -> None:
    header = (REFERENCE / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header.split(";") == COLUMNS[name].split()


def test_ninety_eight_municipalities_with_valid_cvr_numbers() -> None:
    rows = read("kommuner")
    assert len(rows) == 98
    assert len({row["kommune_kode"] for row in rows}) == len({row["cvr"] for row in rows}) == 98
    assert [row["cvr"] for row in rows if not is_valid_cvr(row["cvr"])] == []
    assert all(len(row["kommune_kode"]) == 4 for row in rows)
    assert {row["navn"] for row in rows} >= MUNICIPALITIES_OF_THE_DECK


def test_the_xyz_rule_reproduces_the_eleven_of_the_deck() -> None:
    classes = {row["navn"]: row["xyz_klasse"] for row in read("kommuner")}
    assert {name: classes[name] for name in XYZ_OF_THE_DECK} == XYZ_OF_THE_DECK


def test_population_adds_up_to_statistics_denmark() -> None:
    by_quarter = [int(row["folketal"]) for row in read("folketal") if row["kvartal"] == "2020K1"]
    christiansoe = 84
    assert len(by_quarter) == 98
    assert sum(by_quarter) + christiansoe == 5_822_763


def test_catalogue_covers_the_decks_data_areas_and_names_known_interfaces() -> None:
    rows = read("service_katalog")
    interfaces = {row["snitflade"] for row in read("snitflader")}
    assert {row["dataomraade"] for row in rows} >= DATA_AREAS_OF_THE_DECK
    assert {row["snitflade"] for row in rows} - {""} <= interfaces
    assert {row["snitflade"] for row in read("integrationer")} <= interfaces
    assert {row["adgang"] for row in rows} == {"laes", "skriv"}
    assert len({(row["platform"], row["service"]) for row in rows}) == len(rows)


def test_kle_numbers_are_unique_and_lie_in_their_groups() -> None:
    rows = read("kle")
    assert len({row["kle_nummer"] for row in rows}) == len(rows) == 1815
    assert all(row["kle_nummer"].startswith(row["gruppe"] + ".") for row in rows)
    assert all(row["gruppe"].startswith(row["hovedgruppe"] + ".") for row in rows)


def test_every_purpose_is_a_draft_with_a_legal_basis() -> None:
    rows = read("formaal")
    assert all(row["formaal"].startswith("UDKAST") and row["hjemmel"].startswith("UDKAST") for row in rows)
    assert {row["tabel"] for row in rows if row["taerskel"]} == {
        "marts.fct_kle_sager", "kpi.kle_sager", "kpi.kle_daekning", "kpi.kle_huller", "kpi.kle_daekning_sum",
        "kpi.kle_huller_sum",
    }  # fmt: skip


def test_holidays_are_those_of_the_library() -> None:
    expected = holidays.country_holidays("DK", years=range(2008, 2041), language="da")
    assert {row["dato"]: row["navn"] for row in read("helligdage")} == {
        day.isoformat(): name for day, name in expected.items()
    }
