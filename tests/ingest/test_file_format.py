"""How a file must be written: header, delimiter, encoding, compression. Faults are named, never guessed around."""

import gzip
import random
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from receiving import (
    HOURLY,
    HOURLY_COLUMNS,
    NEXUS,
    Outcome,
    Received,
    Sample,
    assert_books_balance,
    call,
    many_rows,
    receive,
    three_hours,
)
from samples.files import csv_bytes

from expectations.profiles import Column, FileFormat

BOM = b"\xef\xbb\xbf"


def plain(day: str) -> bytes:
    return csv_bytes(three_hours(day))


def without(column: str) -> Callable[[str], bytes]:
    return lambda day: csv_bytes(three_hours(day), columns=[c for c in HOURLY_COLUMNS if c != column])


def noisy_day(day: str) -> bytes:
    """A day too long to be judged by its start, and too irregular to be packed into nothing."""
    chance = random.Random(day)
    return csv_bytes([{**row, "antal_kald": str(chance.randrange(10**8))} for row in many_rows(day, 3000)])


def cut(content: bytes, share: float) -> bytes:
    return content[: int(len(content) * share)]


def one_bit_wrong(content: bytes) -> bytes:
    changed = bytearray(content)
    changed[len(changed) // 2] ^= 0x10
    return bytes(changed)


SAMPLES = {
    "plain": Sample(plain),
    "renamed column": Sample(lambda day: csv_bytes(three_hours(day), headers={"myndighed_navn": "kommune"})),
    "missing column": Sample(without("it_system_uuid")),
    "missing count": Sample(without("antal_kald")),
    "column twice": Sample(lambda day: csv_bytes(three_hours(day), headers={"service": "stoettesystem"})),
    "no header": Sample(lambda day: plain(day).split(b"\n", 1)[1]),
    "reordered": Sample(lambda day: csv_bytes(three_hours(day), columns=HOURLY_COLUMNS[::-1])),
    "header in capitals": Sample(
        lambda day: csv_bytes(three_hours(day), headers={c: f" {c.upper()} " for c in HOURLY_COLUMNS})
    ),
    "extra column": Sample(lambda day: csv_bytes([{"bemærkning": "sent", **row} for row in three_hours(day)])),
    "comma": Sample(lambda day: csv_bytes(three_hours(day), delimiter=",")),
    "tabulator": Sample(lambda day: csv_bytes(three_hours(day), delimiter="\t")),
    "one cp1252 row": Sample(
        lambda day: plain(day).replace("Brønderslev".encode(), b"Bronderslev").replace("Æ".encode(), b"Ae")
        .replace("Å".encode(), b"Aa").replace(b"Bronderslev", b"Br\xf8nderslev", 2)
        .replace(b"Br\xf8nderslev", b"Bronderslev", 1)
    ),
    "utf-16": Sample(lambda day: csv_bytes(three_hours(day), encoding="utf-16")),
    "bom": Sample(lambda day: BOM + plain(day)),
    "crlf": Sample(lambda day: csv_bytes(three_hours(day), newline="\r\n")),
    "bom and crlf": Sample(lambda day: BOM + csv_bytes(three_hours(day), newline="\r\n")),
    "no final newline": Sample(lambda day: plain(day).rstrip(b"\n")),
    "no final newline crlf": Sample(lambda day: csv_bytes(three_hours(day), newline="\r\n").rstrip(b"\r\n")),
    "quoted": Sample(
        lambda day: csv_bytes(three_hours(day, service='Sag; "Dokument" og mere'))
    ),
    "empty": Sample(lambda day: b""),
    "only bom": Sample(lambda day: BOM),
    "header only": Sample(lambda day: plain(day).split(b"\n")[0] + b"\n"),
    "cut mid-row": Sample(lambda day: plain(day)[: plain(day).rindex(b";Organisation")]),
    "open quote": Sample(lambda day: plain(day).replace(b";Bruger;20", b';"Bruger;20')),
    "surplus field": Sample(lambda day: plain(day).replace(b";20\n", b";20;1\n")),
    "broken row, then bad cvr": Sample(
        lambda day: csv_bytes(many_rows(day, 6, {5: {"myndighed_cvr": "DK"}})).replace(b"Service 2;", b"Service;2;")
    ),
    "gzip": Sample(lambda day: gzip.compress(plain(day)), ".csv.gz"),
    "gzip of a long day": Sample(lambda day: gzip.compress(noisy_day(day)), ".csv.gz"),
    "gzip cut short": Sample(lambda day: cut(gzip.compress(plain(day)), 0.7), ".csv.gz"),
    "gzip cut at 30 %": Sample(lambda day: cut(gzip.compress(noisy_day(day)), 0.3), ".csv.gz"),
    "gzip cut at 90 %": Sample(lambda day: cut(gzip.compress(noisy_day(day)), 0.9), ".csv.gz"),
    "gzip without its checksum": Sample(lambda day: gzip.compress(noisy_day(day))[:-8], ".csv.gz"),
    "gzip with a wrong bit": Sample(lambda day: one_bit_wrong(gzip.compress(noisy_day(day), 1)), ".csv.gz"),
    "named gzip but is not": Sample(plain, ".csv.gz"),
    "named csv but is gzip": Sample(lambda day: gzip.compress(plain(day))),
    "named parquet but is csv": Sample(plain, ".parquet"),
}  # fmt: skip

TOLERATED = (
    "plain", "reordered", "header in capitals", "bom", "crlf", "bom and crlf", "no final newline",
    "no final newline crlf", "extra column", "gzip",
)  # fmt: skip


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> Received:
    return receive(tmp_path_factory.mktemp("format"), HOURLY, SAMPLES)


def assert_refused(outcome: Outcome, *codes: str) -> None:
    assert outcome.status == "afvist"
    assert outcome.codes == set(codes)
    assert outcome.rows == []


@pytest.mark.parametrize("label", TOLERATED)
def test_the_same_rows_are_loaded_however_the_file_is_written(received: Received, label: str) -> None:
    outcome = received[label]
    day = outcome.delivery.periode
    expected = [
        {
            "tidspunkt": datetime.fromisoformat(f"{day}T{hour:02}:00:00+01:00").astimezone(UTC).replace(tzinfo=None),
            "dato": datetime.fromisoformat(day).date(),
            "time": hour,
            "myndighed_cvr": "29189501",
            "myndighed_navn": "Brønderslev Kommune",
            "it_system_uuid": NEXUS,
            "it_system_navn": "Ældreplejen Åben",
            "stoettesystem": "Organisation",
            "service": "Bruger",
            "antal_kald": count,
        }
        for hour, count in ((0, 100), (1, 20), (2, 3))
    ]
    assert outcome.status == "indlaest"
    assert sorted(outcome.rows, key=lambda row: row["time"]) == expected


def test_a_renamed_column_is_refused_and_the_message_names_it(received: Received) -> None:
    outcome = received["renamed column"]
    assert_refused(outcome, "manglende_kolonne")
    assert "Kolonnen myndighed_navn mangler" in outcome.messages
    assert "leveranceprofil" in outcome.messages  # what to do


@pytest.mark.parametrize(("label", "column"), [("missing column", "it_system_uuid"), ("missing count", "antal_kald")])
def test_a_missing_column_is_refused_and_named(received: Received, label: str, column: str) -> None:
    assert_refused(received[label], "manglende_kolonne")
    assert received[label].finding("manglende_kolonne").kolonne == column


def test_a_column_that_stands_twice_is_refused_and_named(received: Received) -> None:
    assert_refused(received["column twice"], "dobbelt_kolonne", "manglende_kolonne")
    assert received["column twice"].finding("dobbelt_kolonne").kolonne == "stoettesystem"
    assert received["column twice"].finding("manglende_kolonne").kolonne == "service"


def test_a_file_without_header_is_refused_for_all_its_columns(received: Received) -> None:
    outcome = received["no header"]
    assert outcome.status == "afvist"
    assert {f.kolonne for f in outcome.delivery.aarsager} == set(HOURLY_COLUMNS)


def test_an_extra_column_is_not_stored_but_said(received: Received) -> None:
    assert "bemærkning" not in received["extra column"].rows[0]
    assert received.warned("ingen_ukendte_kolonner") == {"extra column"}


@pytest.mark.parametrize(("label", "found"), [("comma", "komma"), ("tabulator", "tabulator")])
def test_a_wrong_delimiter_is_refused_and_the_one_found_is_named(received: Received, label: str, found: str) -> None:
    assert received[label].status == "afvist"
    assert f"bruger {found} som skilletegn" in received[label].messages


def test_a_windows_1252_row_in_a_utf8_feed_is_refused_and_its_row_named(received: Received) -> None:
    outcome = received["one cp1252 row"]
    assert_refused(outcome, "ukendt_tegnsaet")
    assert outcome.finding("ukendt_tegnsaet").raekke == 3
    assert "UTF-8" in outcome.messages


def test_a_utf16_file_is_refused_for_its_encoding(received: Received) -> None:
    assert_refused(received["utf-16"], "ukendt_tegnsaet")


def test_a_quoted_delimiter_and_quote_are_part_of_the_value(received: Received) -> None:
    assert received["quoted"].column("service") == ["Bruger", "Bruger", 'Sag; "Dokument" og mere']


def test_an_empty_file_is_refused(received: Received) -> None:
    assert_refused(received["empty"], "tom_fil")


def test_a_file_of_a_bom_alone_is_refused(received: Received) -> None:
    assert received["only bom"].status == "afvist"


def test_a_header_without_rows_is_refused(received: Received) -> None:
    assert_refused(received["header only"], "ingen_raekker")


@pytest.mark.parametrize(("label", "row"), [("cut mid-row", 4), ("surplus field", 3)])
def test_a_row_of_wrong_length_refuses_the_file_and_is_named(received: Received, label: str, row: int) -> None:
    assert_refused(received[label], "brudt_raekke")
    assert received[label].finding("brudt_raekke").raekke == row


def test_an_open_quote_refuses_the_file(received: Received) -> None:
    assert received["open quote"].status == "afvist"
    assert "brudt_raekke" in received["open quote"].codes


def test_a_fault_after_a_broken_row_keeps_its_own_row_number(received: Received) -> None:
    outcome = received["broken row, then bad cvr"]
    assert outcome.status == "afvist"
    assert outcome.finding("brudt_raekke").raekke == 3
    assert outcome.place("ugyldigt_cvr") == ("myndighed_cvr", 6)
    assert outcome.delivery.raekker_modtaget == 6


def test_a_long_compressed_day_is_loaded_whole(received: Received) -> None:
    outcome = received["gzip of a long day"]
    chance = random.Random(outcome.delivery.periode)
    assert outcome.delivery.raekker_indlaest == 3000
    assert outcome.delivery.sum_indlaest == sum(chance.randrange(10**8) for _ in range(3000))


@pytest.mark.parametrize(
    "label",
    ["gzip cut short", "gzip cut at 30 %", "gzip cut at 90 %", "gzip without its checksum", "gzip with a wrong bit",
     "named gzip but is not"],
)  # fmt: skip
def test_a_damaged_compressed_file_is_refused_not_loaded_in_part(received: Received, label: str) -> None:
    assert_refused(received[label], "ulaeselig_fil")
    assert "Send filen igen" in received[label].messages


@pytest.mark.parametrize("label", ["named csv but is gzip", "named parquet but is csv"])
def test_a_file_that_is_not_what_its_name_says_is_refused(received: Received, label: str) -> None:
    assert received[label].status == "afvist"


def test_refused_files_are_kept_byte_for_byte_with_their_reasons(received: Received) -> None:
    for label in ("renamed column", "comma", "one cp1252 row", "header only", "cut mid-row"):
        outcome = received[label]
        assert outcome.raw_file_kept, label
        assert {"aarsag.txt", "fejl.csv"} < outcome.quarantined_files, label
        assert "afvist" in (outcome.quarantine / "aarsag.txt").read_text(encoding="utf-8")


def test_the_books_balance(received: Received) -> None:
    assert_books_balance(received.platform)


def test_an_inbox_of_nothing_but_an_unreadable_file_is_judged_too(tmp_path_factory: pytest.TempPathFactory) -> None:
    alone = receive(tmp_path_factory.mktemp("alone"), HOURLY, {"empty": Sample(lambda day: b"")})
    assert_refused(alone["empty"], "tom_fil")


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Received:
    """A supplier whose agreed encoding is Windows-1252, and whose header for the system has Danish letters."""
    columns = tuple(
        Column(name=c.name, type=c.type, headers=("Løsningens navn på dansk",)) if c.name == "it_system_navn" else c
        for c in HOURLY.columns
    )
    profile = HOURLY.model_copy(update={"format": FileFormat(encoding="windows-1252"), "columns": columns})

    def content(day: str) -> bytes:
        return csv_bytes(three_hours(day), encoding="windows-1252")

    def short(day: str) -> bytes:
        return csv_bytes([call(f"{day}T08:00:00+01:00", 7)], encoding="windows-1252")

    samples = {
        "plain": Sample(content),
        "gzip": Sample(lambda day: gzip.compress(content(day)), ".csv.gz"),
        "danish header": Sample(
            lambda day: csv_bytes(
                three_hours(day), headers={"it_system_navn": "Løsningens navn på dansk"}, encoding="windows-1252"
            )
        ),
        "undefined byte": Sample(lambda day: content(day).replace(b"\xf8", b"\x81")),
        "gzip cut short": Sample(lambda day: cut(gzip.compress(content(day)), 0.7), ".csv.gz"),
        "short": Sample(short),
        "bad count": Sample(lambda day: csv_bytes(three_hours(day, antal_kald="x"), encoding="windows-1252")),
    }
    return receive(tmp_path_factory.mktemp("windows"), profile, samples)


@pytest.mark.parametrize("label", ["plain", "gzip", "danish header"])
def test_declared_windows_1252_loads_with_its_danish_letters(windows: Received, label: str) -> None:
    outcome = windows[label]
    assert outcome.status == "indlaest", outcome.messages
    assert outcome.column("antal_kald") == [3, 20, 100]
    assert set(outcome.column("myndighed_navn")) == {"Brønderslev Kommune"}
    assert set(outcome.column("it_system_navn")) == {"Ældreplejen Åben"}


def test_a_byte_that_windows_1252_does_not_have_is_refused(windows: Received) -> None:
    assert_refused(windows["undefined byte"], "ukendt_tegnsaet")
    assert "WINDOWS-1252" in windows["undefined byte"].messages


def test_a_damaged_compressed_file_in_a_declared_encoding_is_refused(windows: Received) -> None:
    assert_refused(windows["gzip cut short"], "ulaeselig_fil")


def test_a_refused_windows_1252_file_is_kept_as_it_came(windows: Received) -> None:
    assert windows["bad count"].status == "afvist"
    assert windows["bad count"].raw_file_kept
