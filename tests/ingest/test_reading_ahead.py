"""A load reads what all sources have sent before the runs ask for it; what comes out is the same."""

from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from receiving import HOURLY, Platform, three_hours
from samples.files import csv_bytes

from kdi.ingest import ahead, intake, workers
from kdi.ingest.ahead import reading_ahead
from kdi.ingest.intake import find_pending, remove_leftovers, take_in
from kdi.ingest.spans import span_of

SOURCE = "stoettesystemerne"
DAYS = ("2022-03-01", "2022-03-02", "2022-03-03")
TORN = "2022-03-04"


def begin(platform: Platform) -> AbstractContextManager[None]:
    reception = platform.parts.reception
    files = {SOURCE: find_pending(reception, HOURLY).files}
    return reading_ahead(reception.inbox, reception.lake, reception.allowed, files)


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    """Three good days and one whose bytes are no CSV."""
    made = Platform(tmp_path)
    for day in DAYS:
        made.put(SOURCE, f"{SOURCE}_{day}.csv", csv_bytes(three_hours(day)))
    made.put(SOURCE, f"{SOURCE}_{TORN}.csv", b"\xff\xfe\x00\x00 ikke en fil")
    return made


def decided(platform: Platform) -> list[tuple[str, str, object]]:
    """What became of each delivery, with its rows in the lake."""
    return [
        (d.fil, d.status, platform.outcome(d).rows if d.parquet else [str(f) for f in d.aarsager]) for d in platform.log
    ]


def scratch(platform: Platform) -> list[Path]:
    return list(platform.settings.lake.glob(".indgaaende-*"))


def test_the_same_is_decided_whether_or_not_it_was_read_ahead(platform: Platform, tmp_path: Path) -> None:
    alone = Platform(tmp_path / "alene")
    for path in sorted(platform.path(SOURCE, "x").parent.iterdir()):
        alone.put(SOURCE, path.name, path.read_bytes())
    alone.take_in(HOURLY)
    with begin(platform):
        platform.take_in(HOURLY)
    assert decided(platform) == decided(alone)
    assert [status for _, status, _ in decided(platform)] == ["indlaest", "indlaest", "indlaest", "afvist"]
    assert scratch(platform) == []


def test_what_was_read_ahead_is_not_read_again(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = []
    audit = workers.audit
    monkeypatch.setattr(workers, "audit", lambda part: parts.append(part) or audit(part))
    with begin(platform):
        platform.take_in(HOURLY)
    assert sorted(file.period for part in parts for file, _ in part.files) == [*DAYS, TORN]


def test_what_no_run_asks_for_is_thrown_away_and_read_another_time(platform: Platform) -> None:
    with begin(platform):
        take_in(platform.parts.reception, HOURLY, periods={DAYS[0]})
    assert scratch(platform) == []
    assert ahead.begun(platform.parts.lake, find_pending(platform.parts.reception, HOURLY).files)[0] == []
    assert [d.periode for d in platform.take_in(HOURLY).deliveries] == [*DAYS[1:], TORN]


def test_only_the_span_that_is_asked_for_is_read(platform: Platform) -> None:
    pending = find_pending(platform.parts.reception, HOURLY)
    assert pending.within(span_of(DAYS[1], DAYS[2])).periods == [DAYS[1], DAYS[2]]
    assert pending.within(span_of(None, "2022-03")).periods == [*DAYS, TORN]
    assert pending.within(span_of("2022-04", None)).files == ()


def test_a_folder_that_is_read_into_is_no_leftover_but_that_of_a_killed_load_is(platform: Platform) -> None:
    killed = platform.settings.lake / ".indgaaende-draebt"
    killed.mkdir(parents=True)
    (killed / "laas").touch()  # the kernel has released the lock of the process that died
    with begin(platform):
        remove_leftovers(platform.parts.lake)
        assert len(scratch(platform)) == 1
        assert killed not in scratch(platform)
        platform.take_in(HOURLY)
    assert len(platform.log) == 4


def test_a_part_that_fails_fails_the_intake_that_asks_for_it(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(workers, "audit", full)
    with (
        begin(platform),
        pytest.raises(OSError, match="No space left"),
    ):
        intake.take_in(platform.parts.reception, HOURLY)
    assert platform.log == []
    assert scratch(platform) == []
