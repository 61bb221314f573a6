"""What every row must fulfil, and what becomes of a delivery in which some do not."""

import csv
import unicodedata

import pytest
from receiving import (
    HOURLY,
    MONTHLY,
    NEXUS,
    Platform,
    Received,
    Row,
    Sample,
    assert_books_balance,
    call,
    many_rows,
    receive,
    sha256,
    three_hours,
)
from samples.files import csv_bytes

AGREEMENT = "11111111-2222-4333-8444-555555555555"


def second_row(**changes: str) -> Sample:
    """A day of three rows, of which the second is changed."""
    return Sample(lambda day: csv_bytes(three_hours(day, **changes)))


def twice(**changes: str) -> Sample:
    """A day of three rows and a fourth that repeats the first but for ``changes``."""
    return Sample(lambda day: csv_bytes([*three_hours(day), {**three_hours(day)[0], "antal_kald": "9", **changes}]))


def two_thousand(*faulty: int) -> Sample:
    return Sample(lambda day: csv_bytes(many_rows(day, 2000, {n: {"antal_kald": "x7"} for n in faulty})))


# (label, changed column, its value, the fault's code, the class of value that is shown)
ONE_FAULT = (
    ("decimal count", "antal_kald", "12.5", "decimaltal", "decimaltal"),
    ("decimal comma", "antal_kald", "12,5", "decimaltal", "decimaltal"),
    ("thousands separator", "antal_kald", "1.000", "decimaltal", "decimaltal"),
    ("scientific count", "antal_kald", "1e3", "decimaltal", "decimaltal"),
    ("negative count", "antal_kald", "-5", "negativt_tal", "negativt tal"),
    ("count of 10 digits", "antal_kald", "9876543210", "for_stort_tal", "for stort tal"),
    ("count of 25 digits", "antal_kald", "9" * 25, "for_stort_tal", "for stort tal"),
    ("count of 60 digits", "antal_kald", "9" * 60, "for_stort_tal", "for stort tal"),
    ("text as count", "antal_kald", "otte", "ikke_et_tal", "tekst"),
    ("masked count", "antal_kald", "<5", "ikke_et_tal", "tekst"),
    ("hexadecimal count", "antal_kald", "0x10", "ikke_et_tal", "tekst"),
    ("no count", "antal_kald", "", "tomt_felt", "tom"),
    ("blank count", "antal_kald", "  ", "tomt_felt", "tom"),
    ("no name", "myndighed_navn", "", "tomt_felt", "tom"),
    ("uuid too short", "it_system_uuid", NEXUS[:-1], "ugyldig_uuid", "andet format"),
    ("uuid with a wrong letter", "it_system_uuid", NEXUS.replace("f", "g"), "ugyldig_uuid", "andet format"),
    ("text as uuid", "it_system_uuid", "ukendt", "ugyldig_uuid", "andet format"),
    ("cvr of 7 digits", "myndighed_cvr", "2918950", "ugyldigt_cvr", "andet format"),
    ("cvr of 9 digits", "myndighed_cvr", "291895011", "ugyldigt_cvr", "andet format"),
    ("cvr with country", "myndighed_cvr", "DK29189501", "ugyldigt_cvr", "andet format"),
    ("cvr of zeros", "myndighed_cvr", "00000000", "pladsholder", "pladsholder"),
    ("nil uuid", "it_system_uuid", "00000000-0000-0000-0000-000000000000", "pladsholder", "pladsholder"),
    ("nil uuid in braces", "it_system_uuid", "{00000000000000000000000000000000}", "pladsholder", "pladsholder"),
    ("largest uuid", "it_system_uuid", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "pladsholder", "pladsholder"),
    ("uuid of ones", "it_system_uuid", "11111111-1111-1111-1111-111111111111", "pladsholder", "pladsholder"),
    *(
        (f"name {word!r}", "it_system_navn", word, "pladsholder", "pladsholder")
        for word in ("Ukendt", "-", "–", "N/A", "#N/A", "#I/T", "NULL", "None", "(blank)", "(tom)", "?", "0", "#VÆRDI!")
    ),
    *(
        (f"name with {label}", "it_system_navn", f"Ældre{character}plejen", "styretegn", "andet format")
        for label, character in (
            ("NUL", "\0"),
            ("escape", "\x1b"),
            ("bell", "\a"),
            ("delete", "\x7f"),
            ("a C1 control", "\x9d"),
            ("a line separator", "\u2028"),
            ("a private character", "\uf0b7"),
            ("a noncharacter", "\ufdd0"),
            ("an object mark", "\ufffc"),
        )
    ),
    *(
        (f"name read as {label}", "it_system_navn", name, "oedelagt_tekst", "andet format")
        for label, name in (
            ("windows-1252", "Ã†ldreplejen Ã…ben"),
            ("iso 8859-1", "BrÃ¸nderslev \u00c3\u0086"),
            ("windows-1252 twice", "BrÃƒÂ¸nderslev"),
            ("cp850", "Br├©nderslev"),
            ("mac roman", "Br√∏nderslev"),
            ("ascii", "Br\ufffdnderslev"),
            ("a dash", "SAPA â€“ Sag"),
            ("a bom", "ï»¿SAPA"),
            ("a hard blank", "KMDÂ\u00a0Nexus"),
        )
    ),
    ("name too long", "it_system_navn", "Æ" * 301, "for_lang_tekst", "for lang tekst"),
    ("moment without offset", "tidspunkt", "2022-01-03T01:00:00", "ugyldigt_tidspunkt", "andet format"),
    ("danish date", "tidspunkt", "03-01-2022 01:00", "ugyldigt_tidspunkt", "andet format"),
    ("hour 25", "tidspunkt", "2022-01-03T25:00:00+01:00", "ugyldigt_tidspunkt", "andet format"),
    ("another day", "tidspunkt", "2021-12-31T01:00:00+01:00", "forkert_periode", "andet format"),
)

# Odd, but what systems are called: letters of any script, one letter, digits, signs, and Æ, Ø and Å before a sign.
ODD_NAMES = (
    "»Ø«", "MILJØ–Plan", "Æ®", "A", "3", "S&D <Sag>", "日本", "KMD 😀", "Tøm'r\"", "C#", "São Paulo", "ÂME", "R² – ½",
    "Naboe\u0301", "Null Point", "Ukendtgruppen",
)  # fmt: skip

SAMPLES = {
    **{label: second_row(**{column: value}) for label, column, value, _, _ in ONE_FAULT},
    "half past": Sample(lambda day: csv_bytes(three_hours(day, tidspunkt=f"{day}T01:30:00+01:00"))),
    "largest count": second_row(antal_kald="999999999"),
    "zero": second_row(antal_kald="0"),
    "leading zeros": second_row(antal_kald="0020"),
    "blanks around": second_row(antal_kald=" 20 ", myndighed_cvr=" 29189501", service="Bruger "),
    "upper-case uuid": second_row(it_system_uuid=NEXUS.upper()),
    "uuid in braces": second_row(it_system_uuid="{" + NEXUS.upper() + "}"),
    "urn:uuid:": second_row(it_system_uuid=f"urn:uuid:{NEXUS}"),
    "blanks of every width": second_row(
        antal_kald="\u00a020\t",
        myndighed_cvr="\ufeff29189501\u3000",
        service="\u200bBruger\u2009",
        it_system_uuid=f"{NEXUS}\u00a0",
    ),
    "whole number with a decimal": second_row(antal_kald="20,0"),
    "whole number with six decimals": second_row(antal_kald="20.000000"),
    "cvr in pairs": second_row(myndighed_cvr="29 18 95 01"),
    "cvr of a spreadsheet": second_row(myndighed_cvr="29189501.0"),
    "longest name": second_row(it_system_navn="Æ" * 300),
    **{f"name {name}": second_row(it_system_navn=name) for name in ODD_NAMES},
    "unknown authority": second_row(myndighed_cvr="99999999", myndighed_navn="Ukendt Forening"),
    "unknown service": second_row(service="HeltNyService v9"),
    "same key twice": twice(),
    "same key, other uuid spelling": twice(it_system_uuid="{" + NEXUS.upper() + "}"),
    "same key, moment in utc": Sample(
        lambda day: csv_bytes(
            [*three_hours(day), call(f"{day}T01:00:00Z", 9)]  # 01:00 UTC is the third row's 02:00
        )
    ),
    "same row twice": twice(antal_kald="100"),
    "same but another name": twice(myndighed_navn="Brønderslev"),
    "same but another service": twice(service="Adresse"),
    "one of 2,000": two_thousand(1234),
    "two of 2,000": two_thousand(7, 1999),
    "three of 2,000": two_thousand(1, 2, 3),
    "one of 2,000 with an amount": Sample(
        lambda day: csv_bytes(many_rows(day, 2000, {5: {"myndighed_cvr": "0", "antal_kald": "40"}}))
    ),
    "300 faults": Sample(lambda day: csv_bytes(many_rows(day, 300, {n: {"service": ""} for n in range(1, 301)}))),
}


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> Received:
    return receive(tmp_path_factory.mktemp("rows"), HOURLY, SAMPLES)


@pytest.mark.parametrize(("label", "column", "value", "code", "value_class"), ONE_FAULT)
def test_a_faulty_value_is_named_by_row_column_and_class(
    received: Received, label: str, column: str, value: str, code: str, value_class: str
) -> None:
    outcome = received[label]
    found = outcome.finding(code)
    assert outcome.status == "afvist"  # one row of three is far above one in a thousand
    assert outcome.codes == {code, "for_mange_fejl"}
    assert (found.raekke, found.kolonne, found.vaerdiklasse) == (3, column, value_class)
    assert found.handling.endswith(".")
    assert value.strip() in ("", "<5", "-") or value not in outcome.messages


def test_a_moment_inside_an_hour_is_refused(received: Received) -> None:
    assert received["half past"].place("ikke_hel_time") == ("tidspunkt", 3)


@pytest.mark.parametrize(
    ("label", "counts"),
    [("whole number with a decimal", [3, 20, 100]), ("whole number with six decimals", [3, 20, 100]),
     ("largest count", [3, 100, 999_999_999]), ("zero", [0, 3, 100]), ("leading zeros", [3, 20, 100]),
     ("blanks around", [3, 20, 100])],
)  # fmt: skip
def test_a_whole_number_is_loaded_to_the_last_call(received: Received, label: str, counts: list[int]) -> None:
    assert received[label].status == "indlaest"
    assert received[label].column("antal_kald") == counts
    assert received[label].delivery.sum_indlaest == sum(counts)


def test_blanks_around_a_value_are_not_stored(received: Received) -> None:
    assert set(received["blanks around"].column("myndighed_cvr")) == {"29189501"}
    assert set(received["blanks around"].column("service")) == {"Bruger"}


@pytest.mark.parametrize("label", ["blanks of every width", "cvr in pairs", "cvr of a spreadsheet"])
def test_an_odd_spelling_is_stored_as_the_usual_one(received: Received, label: str) -> None:
    assert received[label].status == "indlaest", received[label].messages
    for column in ("myndighed_cvr", "service", "it_system_uuid"):
        assert (
            received[label].column(column)
            == [{"myndighed_cvr": "29189501", "service": "Bruger"}.get(column, NEXUS)] * 3
        )
    assert received[label].column("antal_kald") == [3, 20, 100]


@pytest.mark.parametrize("name", [*ODD_NAMES, "Æ" * 300])
def test_an_odd_name_is_a_name(received: Received, name: str) -> None:
    outcome = received[f"name {name}" if name in ODD_NAMES else "longest name"]
    assert outcome.status == "indlaest", outcome.messages
    composed = unicodedata.normalize("NFC", name)
    assert outcome.column("it_system_navn") == sorted([composed, "Ældreplejen Åben", "Ældreplejen Åben"])


@pytest.mark.parametrize("label", ["upper-case uuid", "uuid in braces", "urn:uuid:"])
def test_a_uuid_is_stored_in_one_spelling(received: Received, label: str) -> None:
    assert received[label].status == "indlaest"
    assert received[label].column("it_system_uuid") == [NEXUS] * 3


def test_an_unknown_authority_is_loaded(received: Received) -> None:
    rows = {(r["myndighed_cvr"], r["myndighed_navn"], r["antal_kald"]) for r in received["unknown authority"].rows}
    assert ("99999999", "Ukendt Forening", 20) in rows
    assert received["unknown authority"].status == "indlaest"


def test_an_unknown_service_is_loaded(received: Received) -> None:
    rows = {(r["service"], r["antal_kald"]) for r in received["unknown service"].rows}
    assert rows == {("Bruger", 100), ("HeltNyService v9", 20), ("Bruger", 3)}


@pytest.mark.parametrize(
    ("label", "doubled"),
    [("same key twice", [2, 5]), ("same key, other uuid spelling", [2, 5]), ("same row twice", [2, 5]),
     ("same but another name", [2, 5]), ("same key, moment in utc", [4, 5])],
)  # fmt: skip
def test_a_key_in_two_rows_refuses_the_delivery_and_names_both(
    received: Received, label: str, doubled: list[int]
) -> None:
    outcome = received[label]
    assert outcome.status == "afvist"
    assert [f.raekke for f in outcome.delivery.aarsager if f.kode == "dublet"] == doubled
    assert outcome.codes == {"dublet"}
    assert outcome.rows == []


def test_another_service_in_the_same_hour_is_no_duplicate(received: Received) -> None:
    assert received["same but another service"].column("antal_kald") == [3, 9, 20, 100]


def test_one_bad_row_of_2000_is_set_aside_and_1999_are_loaded(received: Received) -> None:
    outcome = received["one of 2,000"]
    assert outcome.status == "delvis_karantaene"
    assert (outcome.delivery.raekker_modtaget, outcome.delivery.raekker_indlaest) == (2000, 1999)
    assert outcome.delivery.raekker_karantaene == 1
    loaded = {row["service"] for row in outcome.rows}
    assert loaded == {f"Service {n}" for n in range(1, 2001)} - {"Service 1234"}


def test_the_finding_of_a_row_set_aside_says_all_but_the_value(received: Received) -> None:
    outcome = received["one of 2,000"]
    found = outcome.finding("ikke_et_tal")
    assert (found.raekke, found.kolonne, found.vaerdiklasse) == (1235, "antal_kald", "tekst")
    assert "Send antallet som et helt tal" in found.handling
    assert "x7" not in outcome.messages


def test_the_quarantine_lists_the_row_and_keeps_the_file(received: Received) -> None:
    outcome = received["one of 2,000"]
    with (outcome.quarantine / "fejl.csv").open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream, delimiter=";")
    assert (row["kode"], row["raekke"], row["kolonne"]) == ("ikke_et_tal", "1235", "antal_kald")
    assert row["vaerdiklasse"] == "tekst"
    assert row["handling"]
    reason = (outcome.quarantine / "aarsag.txt").read_text(encoding="utf-8")
    assert "indlæst uden 1 rækker" in reason
    assert "række 1235" in reason
    assert outcome.raw_file_kept


def test_the_calls_of_a_row_set_aside_are_counted_as_such(received: Received) -> None:
    delivery = received["one of 2,000 with an amount"].delivery
    assert (delivery.sum_modtaget, delivery.sum_indlaest, delivery.sum_karantaene) == (1999 + 40, 1999, 40)


def test_exactly_one_in_a_thousand_is_still_tolerated(received: Received) -> None:
    assert received["two of 2,000"].status == "delvis_karantaene"
    assert received["two of 2,000"].delivery.raekker_indlaest == 1998


def test_more_than_one_in_a_thousand_refuses_the_delivery_whole(received: Received) -> None:
    outcome = received["three of 2,000"]
    assert outcome.status == "afvist"
    assert "3 af 2000" in outcome.finding("for_mange_fejl").besked
    assert (outcome.delivery.raekker_indlaest, outcome.delivery.raekker_karantaene) == (0, 2000)
    assert outcome.rows == []


def test_the_list_of_faults_is_bounded_but_their_number_is_told(received: Received) -> None:
    outcome = received["300 faults"]
    assert sum(f.kode == "tomt_felt" for f in outcome.delivery.aarsager) == 200
    assert "300 af 300" in outcome.finding("for_mange_fejl").besked


def test_the_books_balance(received: Received) -> None:
    assert_books_balance(received.platform)


def test_the_manifest_is_that_of_the_file_delivered(received: Received) -> None:
    for label in ("zero", "one of 2,000"):
        outcome, manifest = received[label], received[label].manifest
        delivered = sha256(outcome.inbox_file)
        assert manifest["sha256"] == delivered
        assert manifest["leverance_id"] == f"stoettesystemerne_{outcome.delivery.periode}_{delivered[:12]}"
        assert manifest["fil"] == outcome.inbox_file.name
        assert manifest["kilde"] == "stoettesystemerne"
        assert manifest["parquet_sha256"] == sha256(outcome.lake / manifest["parquet"])
        assert manifest["raekker_indlaest"] == len(outcome.rows)
        assert manifest["sum_indlaest"] == sum(outcome.column("antal_kald"))
        assert manifest["status"] == outcome.status


def monthly(month: str, **changes: str) -> Row:
    row = {
        "maaned": month,
        "leverandoer_cvr": "12345678",
        "leverandoer_navn": "KMD A/S",
        "it_system_uuid": NEXUS,
        "it_system_navn": "Nexus",
        "serviceaftale_uuid": AGREEMENT,
        "myndighed_cvr": "29189501",
        "myndighed_navn": "Brønderslev Kommune",
        "service": "PersonBaseDataExtendedService v4",
        "antal_kald": "41",
    }
    return {**row, **changes}


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, set[str], list[int]]]:
    """Status, codes and counts of three monthly deliveries, by month."""
    platform = Platform(tmp_path_factory.mktemp("months"))
    files = {
        "2022-04": [monthly("2022-04"), monthly("2022-04", service="Adresse v1", antal_kald="1")],
        "2022-05": [monthly("2022-05"), monthly("2022-04", service="Adresse v1")],
        "2022-06": [monthly("2022-06"), monthly("juni 2022", service="Adresse v1")],
        "2022-07": [
            monthly("2022-07"),
            monthly("2022-07", serviceaftale_uuid=AGREEMENT.replace("-", ""), leverandoer_navn="KMD"),
        ],
        "2022-08": [monthly("2022-08", leverandoer_cvr="")],
    }
    for month, rows in files.items():
        platform.put("serviceplatformen", f"serviceplatformen_{month}.csv", csv_bytes(rows))
    intake = platform.take_in(MONTHLY)
    assert_books_balance(platform)
    outcomes = {d.periode: platform.outcome(d) for d in intake.deliveries}
    return {m: (o.status, o.codes, [] if o.status == "afvist" else o.column("antal_kald")) for m, o in outcomes.items()}


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        ("2022-04", ("indlaest", set(), [1, 41])),
        ("2022-05", ("afvist", {"forkert_periode", "for_mange_fejl"}, [])),
        ("2022-06", ("afvist", {"ugyldig_maaned", "for_mange_fejl"}, [])),
        ("2022-07", ("afvist", {"dublet"}, [])),
        ("2022-08", ("afvist", {"tomt_felt", "for_mange_fejl"}, [])),
    ],
)
def test_the_monthly_feed_follows_the_same_rules(
    months: dict[str, tuple[str, set[str], list[int]]], month: str, expected: tuple[str, set[str], list[int]]
) -> None:
    assert months[month] == expected
