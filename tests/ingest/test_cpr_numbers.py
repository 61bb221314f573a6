"""No CPR number in any delivery: the file is refused, nothing repeats the number, nothing keeps it."""

import gzip
import io
import logging
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from receiving import HOURLY, Platform, Received, Sample, assert_books_balance, many_rows, receive, three_hours
from samples.files import csv_bytes

from expectations.judge import Verdict
from expectations.profiles import FileFormat, profiles
from kdi.ingest.inbox import look
from kdi.settings import PROJECT_ROOT

# Made up: day and month are real, the rest is not.
DASHED, PLAIN, SPACED = "311299-9999", "3112999999", "311299 9999"
# As it is pasted from a document, typed on another keyboard, or read by a spreadsheet that dropped the first zero.
PASTED = {
    "en dash": "311299\u20139999",
    "minus sign": "311299\u22129999",
    "soft hyphen": "311299\u00ad9999",
    "hyphen between blanks": "311299 - 9999",
    "no-break space": "311299\u00a09999",
    "zero-width space": "311299\u200b9999",
    "blanks in the date": "31 12 99 9999",
    "underscore": "311299_9999",
    "full-width digits": "\uff13\uff11\uff11\uff12\uff19\uff19-\uff19\uff19\uff19\uff19",
    "arabic digits": "\u0663\u0661\u0661\u0662\u0669\u0669\u0669\u0669\u0669\u0669",
}
SHORT = "112999999"  # 0112999999
# 070761-4285 is CPR-kontoret's own example of modulus 11; 01.01.1965 has numbers issued without it.
MODULUS_11, WITHOUT_MODULUS = "0707614285", "0101650000"


def with_value(column: str, value: str) -> Sample:
    return Sample(lambda day: csv_bytes(three_hours(day, **{column: value})))


def with_extra(value: str) -> Callable[[str], bytes]:
    return lambda day: csv_bytes([{**row, "note": value if n == 1 else ""} for n, row in enumerate(three_hours(day))])


def in_parquet(day: str) -> bytes:
    stream = io.BytesIO()
    pd.DataFrame([{**row, "note": int(PLAIN)} for row in three_hours(day)]).to_parquet(stream)
    return stream.getvalue()


def among_many(day: str) -> bytes:
    return csv_bytes(many_rows(day, 2000, {1500: {"it_system_navn": f"Sag {DASHED}"}}))


def in_surplus_field(day: str) -> bytes:
    return csv_bytes(three_hours(day)).replace(b";20\n", f";20;{DASHED}\n".encode())


def beside_cp1252(day: str) -> bytes:
    """The number stands in a row that cannot be decoded."""
    return csv_bytes(three_hours(day, service=f"Sag {DASHED}")).replace(
        "Ældreplejen Åben;Organisation;Sag".encode(), b"\xc6ldreplejen;Organisation;Sag"
    )


WITH_NUMBER = {
    "in a name": with_value("myndighed_navn", f"Jens Hansen {DASHED}"),
    "in a name, spaced": with_value("myndighed_navn", f"{SPACED} Jens Hansen"),
    "in a name, plain": with_value("it_system_navn", f"({PLAIN})"),
    "as cvr": with_value("myndighed_cvr", PLAIN),
    "as uuid": with_value("it_system_uuid", DASHED),
    "as moment": with_value("tidspunkt", PLAIN),
    "as count": with_value("antal_kald", PLAIN),
    "as count, dashed": with_value("antal_kald", DASHED),
    "as service of one row of many": Sample(among_many),
    "in an extra column": Sample(with_extra(DASHED)),
    "in an extra column, plain": Sample(with_extra(f"cpr={PLAIN}.")),
    "in the header": Sample(lambda day: csv_bytes(three_hours(day), headers={"service": f"service {DASHED}"})),
    "as an extra header": Sample(lambda day: csv_bytes([{**row, PLAIN: "1"} for row in three_hours(day)])),
    "gzip": Sample(lambda day: gzip.compress(with_extra(DASHED)(day)), ".csv.gz"),
    "parquet": Sample(in_parquet, ".parquet"),
    "in a surplus field": Sample(in_surplus_field),
    "in an undecodable row": Sample(beside_cp1252),
    "modulus 11": with_value("service", MODULUS_11),
    "without modulus 11": with_value("service", WITHOUT_MODULUS),
    **{label: with_value("service", f"Sag {number}") for label, number in PASTED.items()},
    "without its zero as name": with_value("myndighed_navn", SHORT),
    "without its zero as cvr": with_value("myndighed_cvr", SHORT),
    "without its zero as uuid": with_value("it_system_uuid", f"{SHORT}.0"),
    "without its zero in a column named so": Sample(
        lambda day: csv_bytes([{**row, "CPR-nr": SHORT} for row in three_hours(day)])
    ),
}
# Refused for another reason before anybody could search their rows; they must not be kept either.
UNSEARCHED = {
    "wrong delimiter": Sample(
        lambda day: csv_bytes(three_hours(day, service=DASHED), delimiter="|").replace(b"\n", b"\r\n")
    ),
    "missing column": Sample(lambda day: csv_bytes(three_hours(day, service=DASHED), headers={"antal_kald": "antal"})),
    "missing column, gzip": Sample(
        lambda day: gzip.compress(csv_bytes(three_hours(day, service=DASHED), headers={"antal_kald": "antal"})),
        ".csv.gz",
    ),
    "utf-16": Sample(lambda day: csv_bytes(three_hours(day, service=DASHED), encoding="utf-16")),
    "missing column, without its zero": Sample(
        lambda day: csv_bytes(three_hours(day, service=SHORT), headers={"antal_kald": "antal"})
    ),
    "damaged gzip": Sample(lambda day: gzip.compress(with_extra(DASHED)(day))[:-9], ".csv.gz"),
}
INNOCENT = {
    "uuid of digits": with_value("it_system_uuid", "31128888-8888-4888-8888-311288888888"),
    "eleven digits": with_value("service", "Sag 31128888881"),
    "no such month": with_value("service", "Sag 311399-9999"),
    "part of a word": with_value("service", "Model3112888888B"),
    "nine digits as count": with_value("antal_kald", SHORT),
    "nine digits in a text": with_value("service", f"Sag {SHORT}"),
    "nine digits in a column of ids": Sample(with_extra(SHORT)),
    "KLE number and a year": with_value("service", "27.01.12-2022"),
    "telephone number": with_value("service", "31 12 99 99"),
    "ISO moment without colons": with_value("service", "2022-12-31 1200"),
}


# The nine digits stand in a faultless file as a count, so they are looked for by label only.
NUMBERS = (DASHED, PLAIN, SPACED, MODULUS_11, WITHOUT_MODULUS, *PASTED.values())


@pytest.fixture(scope="module")
def log_lines() -> list[str]:
    return []


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory, log_lines: list[str]) -> Received:
    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            log_lines.append(record.getMessage())

    collect = Collect(logging.DEBUG)
    logging.getLogger().addHandler(collect)
    try:
        return receive(tmp_path_factory.mktemp("cpr"), HOURLY, {**WITH_NUMBER, **UNSEARCHED, **INNOCENT})
    finally:
        logging.getLogger().removeHandler(collect)


def assert_nowhere(platform: Platform, *numbers: str) -> None:
    """No file that the platform made holds one of the numbers, packed or not."""
    for path in platform.kept_files():
        data = path.read_bytes()
        data += gzip.decompress(data) if path.suffix == ".gz" else b""
        data += str(pd.read_parquet(path).to_dict()).encode() if path.suffix == ".parquet" else b""
        for number in numbers:
            assert number.encode() not in data, path
            assert number.encode("utf-16-le") not in data, path


@pytest.mark.parametrize("label", WITH_NUMBER)
def test_a_file_with_a_cpr_like_number_is_refused_for_it(received: Received, label: str) -> None:
    outcome = received[label]
    assert outcome.status == "afvist"
    assert "cpr_nummer" in outcome.codes
    assert outcome.rows == []


@pytest.mark.parametrize("label", [*WITH_NUMBER, *UNSEARCHED])
def test_the_file_itself_is_not_kept_but_the_reasons_are(received: Received, label: str) -> None:
    assert received[label].quarantined_files == {"aarsag.txt", "fejl.csv"}


@pytest.mark.parametrize("label", [*WITH_NUMBER, *UNSEARCHED])
def test_no_finding_repeats_the_number(received: Received, label: str) -> None:
    shown = received[label].messages + repr(received[label].delivery)
    for number in NUMBERS:
        assert number not in shown


def test_the_finding_says_in_which_column_and_row(received: Received) -> None:
    assert received["in a name"].place("cpr_nummer") == ("myndighed_navn", 3)
    assert received["as service of one row of many"].place("cpr_nummer") == ("it_system_navn", 1501)
    assert received["in an extra column"].place("cpr_nummer") == ("note", 3)
    assert received["as count"].place("cpr_nummer") == ("antal_kald", 3)
    assert received["in a name"].finding("cpr_nummer").vaerdiklasse == "CPR-lignende"


def test_the_number_is_in_no_file_the_platform_has_made(received: Received) -> None:
    assert_nowhere(received.platform, *NUMBERS)


def test_the_number_is_in_no_log_line_and_no_verdict(received: Received, log_lines: list[str]) -> None:
    verdicts: tuple[Verdict, ...] = received.intake.verdicts
    for text in [*log_lines, repr(verdicts)]:
        assert not any(number in text for number in NUMBERS)


@pytest.mark.parametrize("label", INNOCENT)
def test_other_long_numbers_are_no_cpr_numbers(received: Received, label: str) -> None:
    assert received[label].status == "indlaest", received[label].messages


def test_the_books_balance(received: Received) -> None:
    assert_books_balance(received.platform)


def test_a_file_in_another_declared_encoding_is_searched_too(tmp_path: Path) -> None:
    profile = HOURLY.model_copy(update={"format": FileFormat(encoding="utf-16")})
    sample = Sample(lambda day: csv_bytes(three_hours(day, service=f"Sag {DASHED}"), encoding="utf-16"))
    outcome = receive(tmp_path, profile, {"utf-16": sample})["utf-16"]
    assert outcome.codes >= {"cpr_nummer"}
    assert outcome.quarantined_files == {"aarsag.txt", "fejl.csv"}


@pytest.mark.parametrize(
    "name",
    [
        f"{PLAIN}.csv",
        f"stoettesystemerne_{DASHED}.csv",
        f"stoettesystemerne_2022-01-03_{PLAIN}.csv",
        f"{DASHED} {PLAIN}.csv",
        f"stoettesystemerne_{PLAIN}_{DASHED}_{PLAIN}.csv.part",
        f"{SPACED}.tmp",
        *(f"{number}.csv" for number in PASTED.values()),
    ],
)
def test_a_number_in_a_file_name_is_not_shown(tmp_path: Path, name: str) -> None:
    platform = Platform(tmp_path)
    platform.put("stoettesystemerne", name, csv_bytes(three_hours("2022-01-03")))
    listing = look(platform.parts.inbox, HOURLY)
    (shown,) = listing.unrecognised + listing.unfinished
    assert not any(number in shown for number in NUMBERS)
    assert "**********" in shown
    assert platform.take_in(HOURLY).deliveries == ()
    assert_nowhere(platform, DASHED, PLAIN, SPACED)


def test_the_lake_keeps_the_agreed_columns_and_no_others(received: Received) -> None:
    """Data minimisation: what nobody asked for is searched and then left behind."""
    kept = received["nine digits in a column of ids"]
    assert kept.status == "indlaest"
    assert set(pd.read_parquet(kept.lake / kept.delivery.parquet).columns) == {c.name for c in HOURLY.columns} | {
        "dato",
        "time",
    }


def test_every_source_s_columns_are_needed_by_a_model() -> None:
    """What no staging model reads is not to be asked for, unless rows are told apart by it."""
    staging = PROJECT_ROOT / "dbt_project" / "models" / "staging"
    for source, profile in profiles().items():
        (model,) = staging.glob(f"stg_{source}__*.sql")
        words = set(re.findall(r"\w+", model.read_text(encoding="utf-8")))
        assert {c.name for c in profile.columns} <= words | set(profile.key), source
