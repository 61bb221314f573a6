"""Names are stored as people see them, whatever stands between their letters, and compared as they are stored."""

import unicodedata

import pytest
from receiving import HOURLY, Received, Sample, call, receive, three_hours
from samples.files import csv_bytes

WRITTEN = {
    "hard blank": "OrganisationEnhed\u00a0Læs",
    "narrow hard blank": "OrganisationEnhed\u202fLæs",
    "two blanks": "OrganisationEnhed  Læs",
    "tab": "OrganisationEnhed\tLæs",
    "soft hyphen": "Organisation\u00adEnhed Læs",
    "zero width": "Organisation\u200bEnhed Læs\ufeff",
    "direction": "\u202aOrganisationEnhed Læs\u202c",
    "decomposed": unicodedata.normalize("NFD", "OrganisationEnhed Læs"),
}


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Received:
    def written(name: str) -> Sample:
        return Sample(lambda day: csv_bytes(three_hours(day, service=name, it_system_navn=f"\u00a0{name}")))

    def twice(day: str) -> bytes:
        moment = f"{day}T00:00:00+01:00"
        return csv_bytes([call(moment, 1, service=name) for name in ("Bruger Læs", "Bruger\u00a0Læs")])

    samples = {label: written(name) for label, name in WRITTEN.items()}
    nothing = Sample(lambda day: csv_bytes(three_hours(day, service="\u200b\u00a0")))
    return receive(tmp_path_factory.mktemp("feed"), HOURLY, {**samples, "twice": Sample(twice), "nothing": nothing})


@pytest.mark.parametrize("label", WRITTEN)
def test_a_name_is_stored_as_it_is_seen(feed: Received, label: str) -> None:
    outcome = feed[label]
    assert (outcome.status, outcome.delivery.sum_indlaest) == ("indlaest", 123), outcome.messages
    assert outcome.column_counts("service") == {"Bruger": 2, "OrganisationEnhed Læs": 1}
    assert outcome.column_counts("it_system_navn") == {"Ældreplejen Åben": 2, "OrganisationEnhed Læs": 1}


def test_one_key_in_two_writings_is_a_duplicate(feed: Received) -> None:
    assert (feed["twice"].status, feed["twice"].codes) == ("afvist", {"dublet"})


def test_a_name_of_which_nothing_is_seen_is_an_empty_field(feed: Received) -> None:
    assert feed["nothing"].finding("tomt_felt").kolonne == "service"
