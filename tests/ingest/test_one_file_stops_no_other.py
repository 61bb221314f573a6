"""A file about which nothing can be decided stays in the inbox, is told, and stops no other."""

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest
from receiving import HOURLY, Platform, three_hours
from samples.files import csv_bytes

from kdi.ingest import workers
from kdi.ingest.inbox import look, with_hashes
from kdi.ingest.intake import find_pending
from kdi.ingest.undecided import undecided

SOURCE = "stoettesystemerne"
DAYS = ("2022-01-10", "2022-01-11", "2022-01-12")


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    made = Platform(tmp_path)
    for day in DAYS:
        made.put(SOURCE, f"{SOURCE}_{day}.csv", csv_bytes(three_hours(day)))
    return made


def test_what_has_a_files_name_and_is_none_is_told_and_the_files_are_loaded(platform: Platform) -> None:
    platform.path(SOURCE, f"{SOURCE}_2022-01-13.csv").mkdir()
    os.mkfifo(platform.path(SOURCE, f"{SOURCE}_2022-01-14.csv"))
    platform.path(SOURCE, f"{SOURCE}_2022-01-15.csv").symlink_to("/findes/ikke")
    told = find_pending(platform.parts.reception, HOURLY).listing.no_files
    assert [line.split(": er ")[1].split(",")[0] for line in told] == [
        "en mappe", "en kanal eller enhed", "en genvej (link)",
    ]  # fmt: skip
    assert [d.periode for d in platform.take_in(HOURLY).deliveries] == list(DAYS)


def test_a_file_that_vanishes_before_it_is_read_is_told_and_the_others_are_hashed(platform: Platform) -> None:
    files = look(platform.parts.inbox, HOURLY).files
    platform.path(SOURCE, f"{SOURCE}_{DAYS[1]}.csv").unlink()
    hashed, left = with_hashes(files, platform.parts.inbox)
    assert [f.period for f in hashed] == [DAYS[0], DAYS[2]]
    (told,) = map(str, left)
    assert told.startswith(f"{SOURCE}/{SOURCE}_{DAYS[1]}.csv: filen forsvandt, mens den blev læst.")


def test_a_fault_of_the_platform_is_told_as_such_for_each_file_with_its_place(
    platform: Platform, tmp_path: Path
) -> None:
    files = [(f, Path(f.path)) for f in find_pending(platform.parts.reception, HOURLY).files]
    (part,) = workers.parts_of(platform.parts.reception.allowed, HOURLY, files, tmp_path / "scratch")
    audits = workers.audit(replace(part, profile=None))  # type: ignore[arg-type]
    assert len(audits) == 3
    for audit in audits:
        assert audit.undecided is not None
        assert audit.findings == []
        assert "fejl i platformen (AttributeError), ikke i filen" in str(audit.undecided)
        assert "reading.py" in audit.undecided.place


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "må ikke læses af den bruger"),
        (FileNotFoundError(errno.ENOENT, "No such file"), "forsvandt"),
        (OSError(errno.EIO, "Input/output error"), "Se efter disken"),
        (ValueError("Sag 010180-1234"), "fejl i platformen (ValueError)"),
    ],
)
def test_a_reason_that_is_not_the_files_is_told_truly_and_without_values(error: Exception, told: str) -> None:
    found = undecided("kle", "kle_2022-03-31.xlsx", error)
    assert told in str(found)
    assert str(found).startswith("kle/kle_2022-03-31.xlsx: ")
    assert "010180" not in str(found) + found.place


def test_a_full_disk_is_no_files_fault_and_ends_the_intake() -> None:
    with pytest.raises(OSError, match="No space left"):
        undecided("kle", "kle_2022-03-31.xlsx", OSError(errno.ENOSPC, "No space left on device"))
