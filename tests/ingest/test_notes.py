"""What a delivery holds and nobody read is told: in the log, in its manifest, and once on the terminal."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from receiving import HOURLY, Platform, Sample, receive, three_hours
from samples.files import csv_bytes

from kdi.commands.status import delivery_lines
from kdi.ingest.notes import told
from kdi.ingest.spans import EVER
from kdi.lake.delivery_log import DeliveryLog

NOTE = "Kolonnen »bemærkning« kendes ikke og er ikke læst."


def with_a_column(header: str) -> Sample:
    return Sample(lambda day: csv_bytes([{**row, header: "x"} for row in three_hours(day)]))


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    samples = {"plain": Sample(lambda day: csv_bytes(three_hours(day))), "more": with_a_column("bemærkning")}
    received = receive(tmp_path_factory.mktemp("notes"), HOURLY, samples)
    assert received["plain"].delivery.noter == ()
    assert received["more"].delivery.noter == (NOTE,)
    assert received["more"].manifest["noter"] == [NOTE]
    return received.platform


def test_the_list_of_deliveries_shows_those_with_notes(platform: Platform) -> None:
    lines = list(delivery_lines(platform.parts.lake.log, None, EVER, every=False))
    assert [line.strip() for line in lines[1:]] == [NOTE]
    assert lines[0].endswith("stoettesystemerne_2022-01-04.csv")


def test_a_note_that_many_files_share_is_told_once(platform: Platform) -> None:
    files = {f"stoettesystemerne/stoettesystemerne_2022-01-{n:02d}.csv": [NOTE] for n in range(1, 31)}
    assert told({**files, "kle/kle_2022-03-31.xlsx": [NOTE]}) == [
        f"stoettesystemerne/stoettesystemerne_2022-01-01.csv og 29 andre filer af kilden: {NOTE}",
        f"kle/kle_2022-03-31.xlsx: {NOTE}",
    ]


def test_a_log_from_before_notes_is_read_and_written_on(platform: Platform, tmp_path: Path) -> None:
    old = tmp_path / "leverancer.sqlite"
    platform.parts.lake.log.copy_to(old)
    with sqlite3.connect(old) as connection:
        connection.execute("alter table leverancer drop column noter")
    before = DeliveryLog(old).all()
    assert [d.noter for d in before] == [(), ()]
    DeliveryLog(old).record([replace(d, raekkefoelge=0) for d in platform.log if d.noter])
    assert [d.noter for d in DeliveryLog(old).all()] == [(), (), (NOTE,)]
