"""What is taken from the inbox and what is left: unfinished, unknown, early and future files; deliveries sent again."""

import gzip
import os
import shutil
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from receiving import HOURLY, Outcome, Platform, assert_books_balance, sha256, three_hours
from samples.files import csv_bytes

from kdi.ingest import workers
from kdi.ingest.inbox import InboxListing, look
from kdi.ingest.intake import find_pending
from kdi.ingest.remote import InboxUnreachable
from kdi.lake.delivery import Delivery
from kdi.lake.standing import waiting_in

SOURCE = "stoettesystemerne"


def content(day: str, **second: str) -> bytes:
    return csv_bytes(three_hours(day, **second))


def listing(platform: Platform) -> InboxListing:
    return look(platform.parts.inbox, HOURLY)


UNFINISHED = [
    "stoettesystemerne_2022-01-03.csv.part",
    "stoettesystemerne_2022-01-04.csv.tmp",
    "stoettesystemerne_2022-01-05.csv.filepart",
    "stoettesystemerne_2022-01-06.csv~",
]
NEXT_YEAR = (date.today() + timedelta(days=400)).isoformat()
TOMORROW_OR_LATER = (date.today() + timedelta(days=2)).isoformat()
UNRECOGNISED = [
    "stoettesystemerne_2022-01-07.txt",
    "stoettesystemerne_2022-01-07.xlsx",
    "stoettesystemerne_2022-01.csv",
    "stoettesystemerne_2022-13-01.csv",
    "stoettesystemerne_2022-02-30.csv",
    "stoettesystemerne_2018-12-31.csv",
    "stoettesystemerne-2022-01-07.csv",
    "serviceplatformen_2022-01-07.csv",
    "kopi af stoettesystemerne_2022-01-07.csv",
    "stoettesystemerne_2022-01-07 (1).csv",
    f"stoettesystemerne_{NEXT_YEAR}.csv",
    f"stoettesystemerne_{TOMORROW_OR_LATER}.csv",
]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Platform, tuple[Delivery, ...], InboxListing]:
    """An inbox with one good file among all that must be left alone, and one that a writer still holds open."""
    platform = Platform(tmp_path_factory.mktemp("mixed"))
    platform.put(SOURCE, "stoettesystemerne_2022-01-10.csv", content("2022-01-10"))
    for name in UNFINISHED + UNRECOGNISED:
        platform.put(SOURCE, name, content("2022-01-07"))
    platform.put(SOURCE, ".stoettesystemerne_2022-01-09.csv", content("2022-01-09"))
    (platform.folder / "inbox" / SOURCE / "gamle").mkdir()
    held = platform.put(SOURCE, "stoettesystemerne_2022-01-11.csv", content("2022-01-11"))
    with held.open("ab") as writer:
        writer.write(b"2022-01-11T03:00:00+01:00;29189501;Br")
        writer.flush()
        found = listing(platform)
        taken = platform.take_in(HOURLY).deliveries
    return platform, taken, found


Mixed = tuple[Platform, tuple[Delivery, ...], InboxListing]


def test_only_the_whole_file_of_this_source_is_taken(mixed: Mixed) -> None:
    assert [(d.periode, d.status) for d in mixed[1]] == [("2022-01-10", "indlaest")]


def test_files_still_being_written_are_untouched_and_said(mixed: Mixed) -> None:
    platform, _, found = mixed
    assert sorted(found.unfinished) == sorted([*UNFINISHED, "stoettesystemerne_2022-01-11.csv"])
    for name in UNFINISHED:
        assert platform.path(SOURCE, name).read_bytes() == content("2022-01-07")


def test_names_that_are_not_of_the_source_are_said(mixed: Mixed) -> None:
    assert sorted(mixed[2].unrecognised) == sorted(UNRECOGNISED)


def test_the_inbox_is_left_as_it_was(mixed: Mixed) -> None:
    left = {path.name for path in (mixed[0].folder / "inbox" / SOURCE).iterdir() if path.is_file()}
    assert left == {
        *UNFINISHED, *UNRECOGNISED, "stoettesystemerne_2022-01-10.csv", "stoettesystemerne_2022-01-11.csv",
        ".stoettesystemerne_2022-01-09.csv",
    }  # fmt: skip


def test_a_file_is_taken_once_its_writer_has_closed_it(mixed: Mixed) -> None:
    assert [f.period for f in find_pending(mixed[0].parts.reception, HOURLY).files] == ["2022-01-11"]


def test_no_scratch_is_left_in_the_lake(mixed: Mixed) -> None:
    assert not list(mixed[0].settings.lake.glob(".indgaaende-*"))


def test_an_empty_inbox_is_nothing_to_do_and_a_missing_one_a_fault(tmp_path: Path) -> None:
    platform = Platform(tmp_path)
    with pytest.raises(InboxUnreachable, match="findes ikke"):
        platform.take_in(HOURLY)
    (tmp_path / "inbox" / SOURCE).mkdir(parents=True)
    assert platform.take_in(HOURLY).deliveries == ()


SIXTY = [(date(2022, 1, 3) + timedelta(days=n)).isoformat() for n in range(60)]
BAD, CORRECTED, HURT = SIXTY[17], SIXTY[30], SIXTY[45]


@dataclass
class Story:
    """Sixty days, one of them bad; then the same again; then corrections. State after each chapter."""

    platform: Platform
    taken: dict[str, tuple[Delivery, ...]] = field(default_factory=dict)
    active: dict[str, dict[str, Delivery]] = field(default_factory=dict)
    files: dict[str, dict[str, str]] = field(default_factory=dict)

    def tell(self, chapter: str) -> None:
        self.taken[chapter] = self.platform.take_in(HOURLY).deliveries
        self.active[chapter] = self.platform.active
        lake = self.platform.settings.lake
        self.files[chapter] = {
            str(p.relative_to(lake)): sha256(p) for p in lake.rglob("*") if p.suffix in (".parquet", ".json")
        }

    def outcome(self, chapter: str, day: str) -> Outcome:
        return self.platform.outcome(self.active[chapter][day])


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    platform = Platform(tmp_path_factory.mktemp("story"))
    story = Story(platform)
    for day in SIXTY:
        faulty = {"antal_kald": "-1"} if day == BAD else {}
        platform.put(SOURCE, f"{SOURCE}_{day}.csv", content(day, **faulty))
    story.tell("sixty days")
    story.tell("nothing new")

    original = platform.path(SOURCE, f"{SOURCE}_{SIXTY[0]}.csv")
    shutil.copy(original, original.with_name(original.name.upper().replace(".CSV", ".csv")))
    os.utime(original)
    story.tell("same bytes, touched and copied")

    platform.put(SOURCE, f"{SOURCE}_{BAD}.csv", content(BAD))
    platform.put(SOURCE, f"{SOURCE}_{CORRECTED}.csv", content(CORRECTED, antal_kald="25"))
    platform.put(SOURCE, f"{SOURCE}_{HURT}.csv.gz", gzip.compress(content(HURT, antal_kald="få")))
    story.tell("corrections")
    story.tell("nothing new after corrections")
    return story


def test_one_bad_day_of_sixty_leaves_fifty_nine(story: Story) -> None:
    statuses = {d.periode: d.status for d in story.taken["sixty days"]}
    assert statuses == {day: "afvist" if day == BAD else "indlaest" for day in SIXTY}
    assert set(story.active["sixty days"]) == set(SIXTY) - {BAD}


def test_the_bad_day_is_the_one_that_somebody_must_act_on(story: Story) -> None:
    assert BAD not in story.active["sixty days"]
    outstanding = {s.delivery.periode for s in waiting_in(story.platform.parts.lake.log)}
    assert outstanding == {HURT}  # by now: the bad day was corrected, the hurt one was not


@pytest.mark.parametrize("chapter", ["nothing new", "same bytes, touched and copied", "nothing new after corrections"])
def test_the_same_bytes_again_change_nothing(story: Story, chapter: str) -> None:
    earlier = list(story.taken)[list(story.taken).index(chapter) - 1]
    assert story.taken[chapter] == ()
    assert story.active[chapter] == story.active[earlier]
    assert story.files[chapter] == story.files[earlier]


def test_a_corrected_delivery_becomes_the_active_one(story: Story) -> None:
    assert story.outcome("corrections", CORRECTED).column("antal_kald") == [3, 25, 100]
    assert story.outcome("corrections", BAD).column("antal_kald") == [3, 20, 100]
    assert set(story.active["corrections"]) == set(SIXTY)


def test_the_earlier_delivery_is_kept_in_log_and_lake(story: Story) -> None:
    earlier = story.active["sixty days"][CORRECTED]
    logged = [d.leverance_id for d in story.platform.log if d.periode == CORRECTED]
    assert logged == [earlier.leverance_id, story.active["corrections"][CORRECTED].leverance_id]
    assert story.platform.outcome(earlier).column("antal_kald") == [3, 20, 100]


def test_nothing_in_the_lake_is_ever_changed(story: Story) -> None:
    before, after = story.files["sixty days"], story.files["nothing new after corrections"]
    assert {name: after.get(name) for name in before} == before
    assert len(after) == len(before) + 4  # two new deliveries, each with its manifest


def test_a_refused_redelivery_leaves_the_earlier_one_active(story: Story) -> None:
    (refused,) = [d for d in story.taken["corrections"] if d.periode == HURT]
    assert refused.status == "afvist"
    assert story.active["corrections"][HURT] == story.active["sixty days"][HURT]


def test_a_refused_file_is_judged_again_under_a_changed_profile(story: Story) -> None:
    assert find_pending(story.platform.parts.reception, HOURLY).files == ()
    changed = HOURLY.model_copy(update={"rejected_share_allowed": 0.5})
    assert {f.period for f in find_pending(story.platform.parts.reception, changed).files} == {HURT}


def test_only_the_periods_asked_for_are_taken(tmp_path: Path) -> None:
    from kdi.ingest.intake import take_in

    platform = Platform(tmp_path)
    for day in SIXTY[:3]:
        platform.put(SOURCE, f"{SOURCE}_{day}.csv", content(day))
    taken = take_in(platform.parts.reception, HOURLY, periods={SIXTY[1]}).deliveries
    assert [d.periode for d in taken] == [SIXTY[1]]


def test_two_files_of_a_period_at_once_leave_the_newer_active(tmp_path: Path) -> None:
    platform = Platform(tmp_path)
    newer = platform.put(SOURCE, f"{SOURCE}_{SIXTY[0]}.csv", content(SIXTY[0], antal_kald="25"))
    older = platform.put(SOURCE, f"{SOURCE}_{SIXTY[0]}.csv.gz", gzip.compress(content(SIXTY[0])))
    os.utime(older, (1_650_000_000, 1_650_000_000))
    os.utime(newer, (1_650_000_060, 1_650_000_060))
    platform.take_in(HOURLY)
    assert len(platform.log) == 2
    assert platform.outcome(platform.active[SIXTY[0]]).column("antal_kald") == [3, 25, 100]


def test_the_books_balance(story: Story, mixed: Mixed) -> None:
    assert_books_balance(story.platform)
    assert_books_balance(mixed[0])


def test_every_active_delivery_has_a_manifest_that_fits_its_files(story: Story) -> None:
    for delivery in story.active["sixty days"].values():
        if delivery.periode in (CORRECTED, BAD):
            continue  # their files in the inbox were replaced later
        outcome = story.platform.outcome(delivery)
        assert outcome.manifest["sha256"] == sha256(outcome.inbox_file) == delivery.sha256
        assert outcome.manifest["parquet_sha256"] == sha256(outcome.lake / delivery.parquet)
        assert (outcome.manifest["raekker_modtaget"], outcome.manifest["sum_modtaget"]) == (3, 123)


def test_a_large_intake_uses_worker_processes_and_gives_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [(date(2022, 3, 1) + timedelta(days=n)).isoformat() for n in range(4)]
    loaded = []
    for threshold in (workers._WORTH_WORKERS_BYTES, 0):
        monkeypatch.setattr(workers, "_WORTH_WORKERS_BYTES", threshold)
        monkeypatch.setattr(workers, "_BATCH_FILES", 2)
        platform = Platform(tmp_path / str(threshold))
        for day in days:
            platform.put(SOURCE, f"{SOURCE}_{day}.csv", content(day))
        deliveries = platform.take_in(HOURLY).deliveries
        loaded.append([(d.leverance_id, platform.outcome(d).rows) for d in deliveries])
    assert loaded[0] == loaded[1]
    assert len(loaded[0]) == 4
