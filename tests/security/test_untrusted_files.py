"""Files from outside that are not what they say, or mean harm: refused, named, and nothing of them kept or run."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ingest.receiving import HOURLY, KLE, Outcome, Platform, three_hours
from pydantic import ByteSize
from samples.files import csv_bytes

from expectations.findings import CATALOGUE, Code
from kdi.ingest import sandbox
from kdi.ingest.inbox import look
from kdi.ingest.sandbox import Limits, Stopped

from . import hostile

ROOM = Limits(seconds=20, memory=4 << 30, written=1 << 30)


def receive(platform: Platform, name: str, content: bytes) -> Outcome:
    profile = KLE if name.startswith("kle") else HOURLY
    platform.put(profile.source, name, content)
    (delivery,) = platform.take_in(profile).deliveries
    return platform.outcome(delivery)


HOSTILE: dict[str, tuple[str, Callable[[], bytes], str, str]] = {
    "zip bomb": (".xlsx", lambda: hostile.zip_bomb(70), "usikker_fil", "400 gange"),
    "billion laughs": (".xlsx", hostile.entity_bomb, "usikker_fil", "DTD"),
    "file of this machine": (".xlsx", hostile.external_entity, "usikker_fil", "DTD"),
    "the same in UTF-16": (
        ".xlsx",
        lambda: hostile.with_parts({"xl/theme/theme1.xml": "\ufeff<!DOCTYPE x []><x/>".encode("utf-16-le")}),
        "usikker_fil",
        "DTD",
    ),
    "names that lead out": (
        ".xlsx",
        lambda: hostile.with_parts({"../../../etc/cron.d/kdi": b"* * * * * root true"}),
        "usikker_fil",
        "peger ud",
    ),
    "too many parts": (
        ".xlsx",
        lambda: hostile.with_parts({f"xl/media/{n}.png": b"" for n in range(1100)}),
        "usikker_fil",
        "1000 dele",
    ),
    "macros": (
        ".xlsx", lambda: hostile.with_parts({"xl/vbaProject.bin": b"x"}), "forkert_filtype", "makroer",
    ),
    "macros declared": (
        ".xlsx",
        lambda: hostile.with_parts({
            "[Content_Types].xml": hostile.part_of(hostile.workbook(), "[Content_Types].xml").replace(
                b"spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main")
        }),
        "forkert_filtype",
        "makroer",
    ),
    "password": (".xlsx", hostile.encrypted_workbook, "forkert_filtype", "adgangskode"),
    "old Excel": (".xlsx", hostile.old_workbook, "forkert_filtype", "(.xls)"),
    "a web page": (".xlsx", lambda: hostile.HTML, "forkert_filtype", "HTML"),
    "a workbook called csv": (".csv", hostile.workbook, "forkert_filtype", "Excel"),
    "a web page called csv": (".csv", lambda: b"\xef\xbb\xbf<!DOCTYPE html><html>", "forkert_filtype", "HTML"),
    "a pdf called csv": (".csv", lambda: b"%PDF-1.7 ...", "forkert_filtype", "PDF"),
    "gzip bomb": (".csv.gz", lambda: hostile.gzip_bomb(70), "usikker_fil", "400 gange"),
}  # fmt: skip


@pytest.mark.parametrize("label", HOSTILE)
def test_a_hostile_file_is_refused_by_what_it_is(platform: Platform, label: str) -> None:
    suffix, make, code, words = HOSTILE[label]
    outcome = receive(platform, f"kle_2022-03-31{suffix}", make())
    assert outcome.status == "afvist"
    assert words in outcome.finding(code).besked
    assert outcome.quarantined_files == {"aarsag.txt", "fejl.csv"}, "nothing of it is kept"
    assert not list(platform.settings.lake.rglob("*.parquet"))
    assert not list(platform.folder.parent.rglob("cron.d"))


def test_links_to_other_files_are_read_as_their_last_value(platform: Platform) -> None:
    """Excel keeps the value beside a link; it is taken, and the link is not followed."""
    link = (
        b'<?xml version="1.0"?><externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<externalBook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId1"/>'
        b"</externalLink>"
    )
    outcome = receive(platform, "kle_2022-03-31.xlsx", hostile.with_parts({"xl/externalLinks/externalLink1.xml": link}))
    assert outcome.status == "indlaest", outcome.messages


def test_a_file_above_the_limit_is_refused_unread(platform: Platform) -> None:
    platform.settings.largest_file = ByteSize(200)
    outcome = receive(platform, "stoettesystemerne_2022-01-03.csv", csv_bytes(three_hours("2022-01-03")))
    assert (outcome.status, outcome.codes) == ("afvist", {"for_stor_fil"})
    assert "KDI_LARGEST_FILE" in outcome.messages


def test_a_file_that_unpacks_beyond_the_limit_is_refused(platform: Platform, tmp_path: Path) -> None:
    platform.settings.largest_unpacked = ByteSize(1_000_000)
    table = pa.table({name: pa.array(["x" * 50] * 40_000) for name in hostile.HEADER})
    pq.write_table(table, tmp_path / "big.parquet", use_dictionary=False)
    outcome = receive(platform, "kle_2022-03-31.parquet", (tmp_path / "big.parquet").read_bytes())
    assert (outcome.status, outcome.codes) == ("afvist", {"for_stor_fil"})


@pytest.mark.long
def test_a_file_that_takes_too_much_memory_is_refused_and_the_others_are_loaded(platform: Platform) -> None:
    """A sheet of two million cells, within all sizes, in a process that may use 700 MB."""
    platform.settings.read_memory = ByteSize(700_000_000)
    # A native library that is refused memory may also stand still: then the clock ends it, with the same verdict.
    platform.settings.read_seconds = 45
    row = (*hostile.ROW[:5], "Emne", 1)
    sheet = hostile.part_of(hostile.workbook(row), hostile.SHEET)
    start, cells = sheet.split(b"<sheetData>")
    header, data, *_ = cells.split(b"</row>")
    many = b"".join(
        (data + b"</row>").replace(b'r="2"', b'r="%d"' % n).replace(b'2"', b'%d"' % n) for n in range(2, 250_000)
    )
    large = hostile.with_parts({hostile.SHEET: start + b"<sheetData>" + header + b"</row>" + many
                                + b"</sheetData></worksheet>"}, hostile.workbook(row))  # fmt: skip
    platform.put("kle", "kle_2022-03-31.xlsx", large)
    platform.put("kle", "kle_2022-06-30.xlsx", hostile.workbook())
    statuses = {d.periode: (d.status, {f.kode for f in d.aarsager}) for d in platform.take_in(KLE).deliveries}
    assert statuses == {"2022-03-31": ("afvist", {"for_tung_fil"}), "2022-06-30": ("indlaest", set())}


def test_names_of_columns_that_are_no_text_are_a_broken_file(platform: Platform, tmp_path: Path) -> None:
    """Found by test_fuzz: reading such a footer is an error of its own kind."""
    pq.write_table(pa.table({name: ["x"] for name in hostile.HEADER}), tmp_path / "sound.parquet")
    content = (tmp_path / "sound.parquet").read_bytes().replace(b"kle_emne", b"kle_\xebmne")
    outcome = receive(platform, "kle_2022-03-31.parquet", content)
    assert (outcome.status, outcome.codes) == ("afvist", {"ulaeselig_fil"})


def test_a_symbolic_link_in_the_inbox_is_not_followed(platform: Platform) -> None:
    folder = platform.folder / "inbox" / "stoettesystemerne"
    folder.mkdir(parents=True)
    target = platform.folder / "secret.csv"
    target.write_bytes(csv_bytes(three_hours("2022-01-03")))
    (folder / "stoettesystemerne_2022-01-03.csv").symlink_to(target)
    assert platform.take_in(HOURLY).deliveries == ()
    listing = look(platform.parts.inbox, HOURLY)
    (told,) = listing.no_files
    assert told.startswith("stoettesystemerne_2022-01-03.csv: er en genvej")


@pytest.mark.parametrize(
    "name",
    [
        "../stoettesystemerne_2022-01-03.csv",
        "stoettesystemerne_2022-01-03.csv/../../x.csv",
        "stoettesystemerne_2022-01-03\n.csv",
        "/etc/stoettesystemerne_2022-01-03.csv",
        "CON",
        "stoettesystemerne_2022-01-03.csv\0.csv",
        "stoettesystemerne_${HOME}.csv",
        "stoettesystemerne_२०२२-01-03.csv",
        "ſtoettesystemerne_2022-01-03.csv",
    ],
)
def test_only_a_plain_name_of_the_source_is_a_delivery(name: str) -> None:
    assert HOURLY.period_of(name) is None


def double(number: int) -> int:
    return 2 * number


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def spin(_: None) -> None:
    while True:
        pass


def hoard(size: int) -> int:
    return len(bytearray(size))


def fill_disk(path: Path) -> None:
    with path.open("wb") as stream:
        for _ in range(64):
            stream.write(bytes(1 << 20))


def die(_: None) -> None:
    os.abort()


def fail(_: None) -> None:
    raise LookupError("its own words")


def test_what_runs_in_the_sandbox_comes_back(tmp_path: Path) -> None:
    assert sandbox.run(double, 21, ROOM) == 42
    with pytest.raises(LookupError, match="its own words"):
        sandbox.run(fail, None, ROOM)


@pytest.mark.parametrize(
    ("function", "given", "reason"),
    [(sleep, 60, "mere end 1 sekunder"), (spin, None, "mere end 1 sekunder"), (hoard, 8 << 30, "hukommelse"),
     (die, None, "hukommelse")],
)  # fmt: skip
def test_the_sandbox_stops_what_takes_too_much(function: Callable[..., None], given: object, reason: str) -> None:
    with pytest.raises(Stopped, match=reason):
        seconds = 1 if "sekunder" in reason else 60  # on a busy machine a process may need seconds to start
        sandbox.run(function, given, Limits(seconds=seconds, memory=4 << 30, written=1 << 20))


def test_the_sandbox_writes_no_more_than_it_may(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="File too large"):
        sandbox.run(fill_disk, tmp_path / "file", Limits(seconds=20, memory=4 << 30, written=16 << 20))
    assert (tmp_path / "file").stat().st_size <= 16 << 20


def test_every_message_says_what_to_do() -> None:
    assert CATALOGUE.keys() == set(get_args(Code))
    for code, (message, action) in CATALOGUE.items():
        assert message.strip() and action.strip().endswith("."), code
