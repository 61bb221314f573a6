"""How suppliers' programs write CSV: what stands around the table, how rows end, how texts are quoted and packed.

Each sample is a day of three rows with 100, 20 and 3 calls; what is accepted is what Python's csv module reads.
"""

import csv
import gzip
import io
import re
from collections.abc import Callable, Iterator

import pytest
from bench import DAY, Bench
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from receiving import (
    HOURLY,
    HOURLY_COLUMNS,
    MONTHLY,
    NEXUS,
    Platform,
    Received,
    Row,
    Sample,
    assert_books_balance,
    call,
    receive,
    three_hours,
)
from samples import examples
from samples.files import csv_bytes

from expectations.findings import STRUCTURAL, UnreadableDelivery
from expectations.profiles import FileFormat
from kdi.ingest.audit import open_engine
from kdi.ingest.csv_rows import plain_number
from kdi.ingest.readers import layout_of

QUOTED = '";"'
BLANK = ";" * (len(HOURLY_COLUMNS) - 1)


def lines(day: str) -> list[str]:
    return csv_bytes(three_hours(day)).decode().splitlines()


def written(*, above: str = "", between: str = "", below: str = "", ends: str = "\n", row_end: str = "") -> Sample:
    """The header and three rows with lines above, between and below them; ``ends`` are taken in turn."""

    def content(day: str) -> bytes:
        header, *rows = lines(day)
        every = [*above.splitlines(), header, rows[0], *between.splitlines(), *rows[1:], *below.splitlines()]
        marks = re.findall(r"\r\n|\r|\n", ends)
        return "".join(f"{line}{row_end}{marks[i % len(marks)]}" for i, line in enumerate(every)).encode()

    return Sample(content)


def packed(pack: Callable[[bytes], bytes], suffix: str = ".csv.gz") -> Sample:
    return Sample(lambda day: pack(csv_bytes(three_hours(day))), suffix)


def in_members(content: bytes) -> bytes:
    """Two gzip files, one after the other, cut inside a row."""
    half = len(content) // 2
    return gzip.compress(content[:half]) + gzip.compress(content[half:])


def preceded(above: str, *pairs: str) -> Sample:
    """The day with something in front; each old text of the pairs becomes the new one that follows it."""

    def content(day: str) -> bytes:
        text = above + csv_bytes(three_hours(day)).decode()
        for old, new in zip(pairs[::2], pairs[1::2], strict=True):
            text = text.replace(old, new)
        return text.encode("utf-8", "surrogateescape")

    return Sample(content)


def changed(*pairs: str) -> Sample:
    return preceded("", *pairs)


ACCEPTED = {
    "sep=;": written(above="sep=;"),
    "sep=; and a byte order mark": preceded("\ufeffsep=;\r\n"),
    "a title": written(above="Støttesystemerne, udtræk"),
    "a title over all columns, and a blank line": written(above=f"Udtræk{BLANK}\n{BLANK}\n\n"),
    "a blank first line": written(above="\n"),
    "a title with an open bracket and a quote": written(above='"Udtræk; ""prøve"""'),
    "blank rows below": written(below=f"{BLANK}\n" * 5),
    "blank rows between": written(between=f"{BLANK}\n\n  ;{BLANK[1:]}"),
    "mixed line ends": written(ends="\n\r\n"),
    "mixed line ends, CR too": written(ends="\r\r\n\n"),
    "CR": written(ends="\r"),
    "CR CR LF": written(ends="\r\r\n"),
    "a delimiter at the end of rows": written(row_end=";"),
    "Ctrl-Z": written(below="\x1a"),
    "Ctrl-Z behind the last field": Sample(lambda day: csv_bytes(three_hours(day)).rstrip() + b"\x1a"),
    "upper-case ending": packed(bytes, ".CSV"),
    "upper-case packed ending": packed(gzip.compress, ".CSV.GZ"),
    "zeros behind the gzip": packed(lambda content: gzip.compress(content) + b"\0" * 512),
    "gzip in members": packed(in_members),
    "every field quoted": Sample(
        lambda day: "\n".join(f'"{line.replace(";", QUOTED)}"' for line in lines(day)).encode()
    ),
}  # fmt: skip
BROKEN = {
    # (sample, code, row as a spreadsheet counts, what the message says)
    "quote over rows": (changed(";Bruger;100", ';"Bruger;100'), "brudt_raekke", 2, "som ikke lukkes"),
    "quote over rows and closed": (
        changed(";Bruger;100", ';"Bruger;100', ";Bruger;3", ';Bruger";3'), "brudt_raekke", 2, "slugt rækkerne efter",
    ),
    "text behind a quote": (changed(";Bruger;20", ';"Bruger" 1;20'), "brudt_raekke", 3, "efter et lukket"),
    "missing field below a title": (preceded("Titel\n\n", ";Bruger;20", ";20"), "brudt_raekke", 5, "7 felter"),
    "wrong byte": (changed("Bruger;20", "Br\udcf8ger;20"), "ukendt_tegnsaet", 3, "UTF-8"),
    "rows after Ctrl-Z": (written(between="\x1a"), "brudt_raekke", 3, "1 felter"),
    "16,384 columns": (Sample(lambda _: b"a;" * 16_383 + b"b\n1\n"), "for_mange_kolonner", None, "16384 kolonner"),
    "a header of 10 MB": (Sample(lambda day: b"x" * 10_000_000), "for_lang_overskrift", None, "1 MB"),
    "utf-16": (
        Sample(lambda day: csv_bytes(three_hours(day), encoding="utf-16")), "ukendt_tegnsaet", None, "den er UTF-16",
    ),
    "cpr in the title": (written(above="Udtræk for 010180-1234"), "cpr_nummer", 1, "CPR"),
}  # fmt: skip
BY_ROW = {
    "line break in a name": (changed("Bruger;20", '"Bru\nger";20'), "styretegn", 3),
    "CR in a name": (changed("Bruger;20", '"Bru\rger";20'), "styretegn", 3),
    "below a title and a blank row": (preceded("Titel\n\n", ";20\n", ";x\n"), "ikke_et_tal", 5),
    "after a blank row": (changed(";100\n", f";100\n{BLANK}\n", ";20\n", ";x\n"), "ikke_et_tal", 4),
}  # fmt: skip


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> Received:
    samples = {**ACCEPTED, **{k: v[0] for k, v in BROKEN.items()}, **{k: v[0] for k, v in BY_ROW.items()}}
    return receive(tmp_path_factory.mktemp("structure"), HOURLY, samples)


@pytest.mark.parametrize("label", ACCEPTED)
def test_what_programs_write_around_the_table_does_no_harm(received: Received, label: str) -> None:
    outcome = received[label]
    assert outcome.status == "indlaest", outcome.messages
    assert [(r["time"], r["service"], r["antal_kald"]) for r in sorted(outcome.rows, key=lambda r: r["time"])] == [
        (0, "Bruger", 100), (1, "Bruger", 20), (2, "Bruger", 3),
    ]  # fmt: skip
    assert set(outcome.column("myndighed_navn")) == {"Brønderslev Kommune"}


@pytest.mark.parametrize("label", BROKEN)
def test_a_broken_file_is_refused_for_a_true_reason(received: Received, label: str) -> None:
    _, code, row, told = BROKEN[label]
    outcome = received[label]
    assert outcome.status == "afvist"
    assert (outcome.finding(code).raekke, outcome.rows) == (row, [])
    assert told in outcome.messages


@pytest.mark.parametrize("label", BY_ROW)
def test_a_faulty_row_is_numbered_as_a_spreadsheet_does(received: Received, label: str) -> None:
    _, code, row = BY_ROW[label]
    assert received[label].finding(code).raekke == row
    assert received[label].delivery.raekker_modtaget == 3


def test_the_books_balance(received: Received) -> None:
    assert_books_balance(received.platform)


def test_a_file_in_utf8_is_read_as_such_whatever_the_profile_says(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    profile = HOURLY.model_copy(update={"format": FileFormat(encoding="windows-1252")})
    samples = {
        "utf-8": Sample(lambda day: csv_bytes(three_hours(day))),
        "utf-8, packed": packed(gzip.compress),
        "twice": Sample(lambda day: csv_bytes(three_hours(day)).decode("windows-1252").encode()),
    }
    outcomes = receive(tmp_path_factory.mktemp("mojibake"), profile, samples)
    for label in ("utf-8", "utf-8, packed"):
        assert outcomes[label].status == "indlaest", outcomes[label].messages
        assert set(outcomes[label].column("myndighed_navn")) == {"Brønderslev Kommune"}
    assert {f.kode for f in outcomes["twice"].delivery.aarsager} == {"oedelagt_tekst", "for_mange_fejl"}


def test_the_profile_says_where_the_header_is_and_what_the_decimal_sign_is(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    profile = HOURLY.model_copy(update={"format": FileFormat(header_row=3, decimal=",")})
    header = ";".join(HOURLY_COLUMNS)

    def content(day: str, *counts: str) -> bytes:
        rows = [{**row, "antal_kald": count} for row, count in zip(three_hours(day), counts, strict=True)]
        return f"Udtræk\n{header}\n".encode() + csv_bytes(rows)

    samples = {
        "Danish numbers": Sample(lambda day: content(day, "1.234", "1.234.567,00", "20")),
        "a decimal": Sample(lambda day: content(day, "1.234", "1,5", "20")),
        "another country's": Sample(lambda day: content(day, "1.234", "1,234.00", "20")),
    }
    outcomes = receive(tmp_path_factory.mktemp("decimal"), profile, samples)
    assert outcomes["Danish numbers"].column("antal_kald") == [20, 1234, 1234567]
    assert outcomes["a decimal"].place("decimaltal") == ("antal_kald", 5)
    assert outcomes["another country's"].place("ikke_et_tal") == ("antal_kald", 5)


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [("1.234", ",", "1234"), ("1,234", ".", "1234"), ("12 345 678", ",", "12345678"), ("1\u00a0234,00", ",", "1234"),
     ("1.5", ",", "1.5"), ("1.2345", ",", "1.2345"), ("1234.567", ",", "1234.567"), ("<5", ",", "<5"), ("", ",", "")],
)  # fmt: skip
def test_a_count_is_read_with_the_decimal_sign_of_the_profile(text: str, decimal: str, number: str) -> None:
    assert plain_number(text, decimal) == number


@pytest.mark.parametrize("month", ["2022-04", "2022-04-01", "202204", "2022-04-01 00:00:00", "2022-04-01T00:00:00Z"])
def test_a_month_may_be_written_as_its_first_day(tmp_path_factory: pytest.TempPathFactory, month: str) -> None:
    platform = Platform(tmp_path_factory.mktemp("month"))
    row = {
        "maaned": month, "leverandoer_cvr": "12345678", "leverandoer_navn": "KMD A/S", "it_system_uuid": NEXUS,
        "it_system_navn": "Nexus", "serviceaftale_uuid": NEXUS, "myndighed_cvr": "29189501",
        "myndighed_navn": "Brønderslev Kommune", "service": "Adresse v1", "antal_kald": "7",
    }  # fmt: skip
    platform.put("serviceplatformen", "serviceplatformen_2022-04.csv", csv_bytes([row]))
    (delivery,) = platform.take_in(MONTHLY).deliveries
    assert delivery.status == "indlaest", delivery.aarsager
    assert platform.outcome(delivery).column("maaned") == ["2022-04"]


# Any structure at all


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("bench")
    connection = open_engine("500MB", 1, folder)
    yield Bench(connection, folder)
    connection.close()


TEXTS = st.text(alphabet="aÆ0 \";,'\t\n\r", max_size=8)
ENDS = st.lists(st.sampled_from(["\n", "\r\n", "\r"]), min_size=1, max_size=3)
PIECES = st.sampled_from(
    ["", "", "", '"', ' "', '" ', '""', ";", "\n", "\r", "\x1a", "\0", '"\n', ";;", "\udcf8", "\ufeff"]
)
BESIDE = st.lists(st.sampled_from(["", BLANK, "Titel", '"Titel;"', "sep=;", " " + BLANK]), max_size=3)


@st.composite
def structures(draw: st.DrawFn) -> tuple[bytes, bool]:
    """A day with odd services, line ends, quotes and surroundings; and whether it is whole: no piece is put in."""
    rows: list[Row] = [
        {**call(f"{DAY}T{hour:02}:00:00+01:00", 7 + hour), "service": f"S{hour}{draw(TEXTS)}"} for hour in range(3)
    ]
    style = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    ends, number = draw(ENDS), 0

    def line(fields: list[str]) -> str:
        nonlocal number
        number += 1
        text = io.StringIO()
        csv.writer(text, delimiter=";", quoting=style, lineterminator=ends[number % len(ends)]).writerow(fields)
        return text.getvalue()

    blank = draw(st.sampled_from(["", "\n", f"{BLANK}{ends[0]}"]))
    body = blank.join(line([row[c] for c in HOURLY_COLUMNS]) for row in rows)
    text = "".join(f"{each}{ends[0]}" for each in draw(BESIDE)) + line(list(HOURLY_COLUMNS)) + body + blank
    place = draw(st.integers(0, len(text)))
    piece = draw(PIECES)
    text = text[:place] + piece + text[place:]
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.encode("utf-8", "surrogateescape"), not piece


def read_independently(content: bytes) -> list[dict[str, str]] | None:
    """The rows below the header as Python's csv module has them; None where it finds the file broken."""
    try:
        text = content.decode("utf-8-sig").removesuffix("\x1a")
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True))
    except (UnicodeDecodeError, csv.Error):
        return None
    places = [i for i, row in enumerate(rows) if {text.strip() for text in row} >= set(HOURLY_COLUMNS)]
    if not places:
        return None
    header = [text.strip() for text in rows[places[0]]]
    found = [row for row in rows[places[0] + 1 :] if any(text.strip() for text in row)]
    if any(len(row) < len(header) or any(row[len(header) :]) for row in found):
        return None
    return [dict(zip(header, row, strict=False)) for row in found]


@settings(
    max_examples=examples.of(150), deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(structure=structures(), is_packed=st.booleans())
def test_no_accepted_file_differs_from_an_independent_reading(
    bench: Bench, structure: tuple[bytes, bool], is_packed: bool
) -> None:
    content, is_whole = structure
    file, path = bench.file(gzip.compress(content) if is_packed else content, ".csv.gz" if is_packed else ".csv")
    rows = read_independently(content)
    try:
        layout_of(path, HOURLY)
    except UnreadableDelivery as refusal:
        assert refusal.findings
        assert rows is None or len(rows) < 3
        return
    (audit,) = bench.together([(file, path)], HOURLY)
    if STRUCTURAL & {f.kode for f in audit.findings}:
        swallowed = rows and any(";" in text and re.search(r"[\r\n]", text) for row in rows for text in row.values())
        assert rows is None or swallowed
        return
    assert rows is not None
    assert audit.rows == len(rows) == audit.rows_written + audit.rows_rejected
    if audit.personal or audit.parquet is None:
        return
    stored = bench.connection.execute(
        "select service, antal_kald from read_parquet(?, hive_partitioning = false)", [str(audit.parquet)]
    ).fetchall()
    wanted = [(re.sub(r"[ \t]+", " ", row["service"]).strip(), row["antal_kald"].strip()) for row in rows]
    assert all((service, str(count)) in wanted for service, count in stored)
    if is_whole:
        assert len(stored) == sum(not re.search(r"[\r\n]", service) for service, _ in wanted)
