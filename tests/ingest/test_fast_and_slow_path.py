"""The two passes over the same rules agree, whatever the rows; and no bytes whatever bring the reader down."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from bench import DAY, Bench
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from receiving import HOURLY, KLE, NEXUS, Row, call, three_hours
from samples import examples
from samples.files import csv_bytes

from expectations.findings import UnreadableDelivery
from expectations.profiles import Profile
from kdi.ingest.audit import Audit, open_engine
from kdi.ingest.csv_files import in_utf8
from kdi.ingest.readers import layout_of

few = settings(
    max_examples=examples.of(15), deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
many = settings(few, max_examples=examples.of(40))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("bench")
    connection = open_engine("500MB", 1, folder)
    yield Bench(connection, folder)
    connection.close()


@dataclass(frozen=True)
class Expected:
    """A generated row, and what must be stored of it: its hour, service and calls; None when it is faulty."""

    row: Row
    stored: tuple[int, str, int] | None


SOUND_COUNTS = st.integers(0, 999_999_999)
FAULTY_COUNTS = st.sampled_from(
    ["", " ", "-1", "1.5", "1,5", "1e3", "NaN", "inf", "0x1", "9" * 10, "9" * 25, "+5", "x"]
)
FAULTS = st.one_of(
    st.tuples(st.just("antal_kald"), FAULTY_COUNTS),
    st.tuples(st.just("myndighed_cvr"), st.sampled_from(["", "123", "DK29189501", "2918950a", "00000000"])),
    st.tuples(st.just("it_system_uuid"), st.sampled_from(["", "ukendt", NEXUS[:-1], NEXUS + "0", "0" * 32])),
    st.tuples(
        st.just("service"), st.sampled_from(["", "   ", "\u00a0", "-", "Ukendt", "a\0b", "LÃ¦s", "\ufffd", "x" * 301])
    ),
    st.tuples(
        st.just("tidspunkt"),
        st.sampled_from(["", "i går", f"{DAY}T01:00:00", f"{DAY}T01:30:00+01:00", "2022-01-04T00:00:00+01:00"]),
    ),
)
SPELLINGS = st.sampled_from(
    [
        NEXUS,
        NEXUS.upper(),
        "{" + NEXUS + "}",
        NEXUS.replace("-", ""),
        f" {NEXUS} ",
        f"urn:uuid:{NEXUS}",
        f"{NEXUS}\u00a0",
    ]
)


@st.composite
def deliveries(draw: st.DrawFn) -> list[Expected]:
    """Up to twelve rows, each with a service of its own, some odd but sound, some faulty."""
    rows = []
    # Most files of a batch are faultless; those are the fast path.
    faulty_file, odd_file = draw(st.booleans()), draw(st.booleans())
    for number in range(draw(st.integers(1, 12))):
        hour, count = draw(st.integers(0, 23)), draw(SOUND_COUNTS)
        row = {**call(f"{DAY}T{hour:02}:00:00+01:00", count), "service": f"Service {number}"}
        if odd_file and draw(st.booleans()):
            row["it_system_uuid"] = draw(SPELLINGS)
            row["antal_kald"] = draw(
                st.sampled_from([str(count), f"{count:08}", f" {count}", f"{count}.0", f"{count}\u00a0"])
            )
            row["tidspunkt"] = draw(
                st.sampled_from([row["tidspunkt"], f"{DAY}T{hour:02}:00+01", f"{DAY} {hour:02}:00:00.000+01:00"])
            )
        stored: tuple[int, str, int] | None = (hour, row["service"], count)
        if faulty_file and draw(st.booleans()):
            column, value = draw(FAULTS)
            row[column], stored = value, None
        rows.append(Expected(row, stored))
    return rows


@few
@given(batch=st.lists(deliveries(), min_size=1, max_size=5))
def test_both_paths_store_exactly_the_sound_rows(bench: Bench, batch: list[list[Expected]]) -> None:
    files = [bench.file(csv_bytes([e.row for e in delivery])) for delivery in batch]
    for delivery, file, together in zip(batch, files, bench.together(files, HOURLY), strict=True):
        sound = sorted(e.stored for e in delivery if e.stored)
        alone = bench.alone(*file, HOURLY)
        assert bench.stored(together) == bench.stored(alone)
        for audit in (together, alone):
            loaded = bench.connection.execute(
                "select time, service, antal_kald from read_parquet(?, hive_partitioning = false)", [str(audit.parquet)]
            ).fetchall()
            assert sorted(loaded) == sound
            assert audit.rows == len(delivery) == audit.rows_written + audit.rows_rejected
            assert audit.rows_rejected == len(delivery) - len(sound)
            assert audit.total == audit.total_written + audit.total_rejected
            assert audit.total_written == sum(count for _, _, count in sound)
            assert audit.rows_duplicated == 0
            assert bool(audit.findings) == (len(sound) < len(delivery))


@few
@given(
    hours=st.lists(st.integers(0, 23), min_size=1, max_size=6),
    repeated=st.booleans(),
    spelling=SPELLINGS,
    others=st.integers(0, 3),
)
def test_both_paths_find_the_same_duplicates(
    bench: Bench, hours: list[int], repeated: bool, spelling: str, others: int
) -> None:
    rows = [call(f"{DAY}T{hour:02}:00:00+01:00", 1) for hour in hours]
    if repeated:
        rows.append({**rows[0], "it_system_uuid": spelling, "myndighed_navn": "Et andet navn"})
        hours = [*hours, hours[0]]
    expected = sum(hours.count(hour) for hour in set(hours) if hours.count(hour) > 1)
    files = [bench.file(csv_bytes(rows)), *(bench.file(csv_bytes(three_hours(DAY))) for _ in range(others))]
    together = bench.together(files, HOURLY)
    assert together[0].rows_duplicated == bench.alone(*files[0], HOURLY).rows_duplicated == expected
    assert [a.rows_written for a in together[1:]] == [3] * others


@few
@given(
    counts=st.lists(
        st.sampled_from(["0", "4", "5", "123", "<5", "< 5", "<10", "<500", "5>", "", "-1", "2.5"]),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_both_paths_treat_masked_counts_alike(bench: Bench, counts: list[str]) -> None:
    rows = [
        {
            "myndighed_cvr": "29189501", "myndighed_navn": "Brønderslev", "it_system_uuid": NEXUS,
            "it_system_navn": "Nexus", "kle_nummer": f"27.36.{number:02}", "kle_emne": "Emne", "antal_sager": count,
        }
        for number, count in enumerate(counts)
    ]  # fmt: skip
    meaning: dict[str, int | None] = {"0": 0, "4": 4, "5": 5, "123": 123, "<5": None, "< 5": None, "<10": None}
    expected = sorted(((meaning[c], meaning[c] is None) for c in counts if c in meaning), key=str)
    file = bench.file(csv_bytes(rows))
    for audit in (*bench.together([file], KLE), bench.alone(*file, KLE)):
        loaded = bench.connection.execute(
            "select antal_sager, maskeret_ved_kilden from read_parquet(?, hive_partitioning = false)",
            [str(audit.parquet)],
        ).fetchall()
        assert sorted(loaded, key=str) == expected
        assert audit.rows == len(counts) == audit.rows_written + audit.rows_rejected


def judged(bench: Bench, content: bytes, suffix: str = ".csv", profile: Profile = HOURLY) -> Audit | None:
    """The audit of a file beside two good ones; None when it is refused as unreadable."""
    file, path = bench.file(content, suffix)
    try:
        layout = layout_of(in_utf8(path, profile, bench.folder), profile)
    except UnreadableDelivery as refusal:
        assert refusal.findings
        return None
    files = [(file, path)]
    good = [bench.file(csv_bytes(three_hours(DAY))) for _ in range(2)]
    if layout == layout_of(good[0][1], profile):
        files = [good[0], (file, path), good[1]]
    audits = bench.together(files, profile)
    assert all((a.rows_written, a.findings) == (3, []) for a in audits if a.path != path)
    (audit,) = [a for a in audits if a.path == path]
    return audit


def assert_loaded_or_explained(audit: Audit | None) -> None:
    if audit is None:
        return
    if not audit.findings:
        assert audit.rows == audit.rows_written > 0
        assert audit.total == audit.total_written
    elif not audit.personal and audit.parquet:
        assert audit.rows == audit.rows_written + audit.rows_rejected


HEADER = csv_bytes(three_hours(DAY)).split(b"\n")[0] + b"\n"
TEXT_LIKE = st.text(alphabet=st.sampled_from('01;"\n\r,æ\t \0-+:TZ'), max_size=80).map(str.encode)


@many
@given(content=st.one_of(st.binary(max_size=200), TEXT_LIKE))
def test_arbitrary_bytes_are_refused_with_a_reason(bench: Bench, content: bytes) -> None:
    assert judged(bench, content) is None


@many
@given(content=st.one_of(st.binary(max_size=200), TEXT_LIKE))
def test_arbitrary_bytes_under_a_right_header_are_loaded_or_explained(bench: Bench, content: bytes) -> None:
    audit = judged(bench, HEADER + content)
    assert_loaded_or_explained(audit)
    assert audit is None or audit.findings  # no such row can be sound


@many
@given(position=st.integers(0, 10_000), piece=st.one_of(st.binary(max_size=4), TEXT_LIKE), drop=st.integers(0, 40))
def test_a_good_file_with_a_damaged_place_is_loaded_or_explained(
    bench: Bench, position: int, piece: bytes, drop: int
) -> None:
    good = csv_bytes(three_hours(DAY))
    start = position % len(good)
    assert_loaded_or_explained(judged(bench, good[:start] + piece + good[start + drop :]))


@many
@given(position=st.integers(0, 10_000), byte=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_gzip_file_is_refused_or_loaded_whole(bench: Bench, position: int, byte: int, cut: bool) -> None:
    packed = gzip.compress(csv_bytes(three_hours(DAY)), mtime=0)
    start = position % len(packed)
    damaged = packed[:start] if cut else packed[:start] + bytes([byte]) + packed[start + 1 :]
    audit = judged(bench, damaged, ".csv.gz")
    assert audit is None or (audit.rows_written, audit.total_written, audit.findings) == (3, 123, [])


def test_a_row_after_an_open_quote_is_never_lost_without_a_word(bench: Bench) -> None:
    """DuckDB 1.5.6, given three files or more in one read_csv, drops the rest of such a file silently."""
    good = csv_bytes(three_hours(DAY))
    broken = good.replace(b";Bruger;20", b';"Bruger;20')
    files = [bench.file(content) for content in (good, broken, good, good)]
    audits = bench.together(files, HOURLY)
    assert [bool(a.findings) for a in audits] == [False, True, False, False]
    assert [a.total_written for a in audits] == [123, 100, 123, 123]
