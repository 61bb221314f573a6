"""Hours are instants: the days of 23 and 25 hours, leap days, and the other ways to write an offset."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from receiving import HOURLY, Outcome, Platform, Row, assert_books_balance, call
from samples.files import csv_bytes

from kdi.ingest.intake import Intake

# Danish clocks: on 27 March 2022 they went from 02:00 to 03:00, on 30 October 2022 from 03:00 back to 02:00.
SPRING = [f"2022-03-27T{h:02}:00:00+01:00" for h in (0, 1)] + [
    f"2022-03-27T{h:02}:00:00+02:00" for h in range(3, 24)
]  # fmt: skip
AUTUMN = [f"2022-10-30T{h:02}:00:00+02:00" for h in (0, 1, 2)] + [
    f"2022-10-30T{h:02}:00:00+01:00" for h in range(2, 24)
]


def hours(moments: list[str]) -> list[Row]:
    """One row per moment, with 1, 2, 3 ... calls."""
    return [call(moment, n) for n, moment in enumerate(moments, start=1)]


def summer(day: str) -> list[str]:
    return [f"{day}T{h:02}:00:00+02:00" for h in range(24)]


DELIVERIES = {
    "2022-03-27": hours(SPRING),
    "2022-10-30": hours(AUTUMN),
    "2021-03-28": hours([*SPRING[:2], "2022-03-27T02:00:00+01:00", *SPRING[3:]]),  # replaced below
    "2021-10-31": hours([f"2021-10-30T{h}:00:00Z" for h in (22, 23)] + [f"2021-10-31T{h:02}:00Z" for h in range(23)]),
    "2019-10-27": hours([m.replace("2022-10-30", "2019-10-27") for m in AUTUMN if m != AUTUMN[3]]),
    "2020-02-29": hours([f"2020-02-29T{h:02}:00:00+01:00" for h in range(24)]),
    "2022-06-01": hours(summer("2022-06-01")[:5]),
    "2022-06-02": hours(summer("2022-06-02")),
    "2022-06-03": hours([*summer("2022-06-03")[:23], "2022-06-04T00:00:00+02:00"]),
    "2022-06-04": hours(["2022-06-03T22:00:00Z", "2022-06-04 03:00:00+02", "2022-06-04T09:30:00+05:30"]),
    "2022-06-05": hours(["2022-06-04T22:00:00+02:00", *summer("2022-06-05")[1:]]),
}
# 02:00+01:00 is the instant of 03:00+02:00: the hour that does not exist doubles the one after it.
DELIVERIES["2021-03-28"] = hours(
    [m.replace("2022-03-27", "2021-03-28") for m in [*SPRING[:2], "2022-03-27T02:00:00+01:00", *SPRING[2:]]]
)


@pytest.fixture(scope="module")
def intake_and_days(tmp_path_factory: pytest.TempPathFactory) -> tuple[Intake, dict[str, Outcome]]:
    platform = Platform(tmp_path_factory.mktemp("time"))
    for day, rows in DELIVERIES.items():
        platform.put("stoettesystemerne", f"stoettesystemerne_{day}.csv", csv_bytes(rows))
    platform.put("stoettesystemerne", "stoettesystemerne_2022-02-29.csv", csv_bytes(hours(["2022-03-01T00:00:00Z"])))
    intake = platform.take_in(HOURLY)
    assert_books_balance(platform)
    return intake, {d.periode: platform.outcome(d) for d in intake.deliveries}


@pytest.fixture(scope="module")
def days(intake_and_days: tuple[Intake, dict[str, Outcome]]) -> dict[str, Outcome]:
    return intake_and_days[1]


def clock(outcome: Outcome) -> list[tuple[datetime, date, int, int]]:
    """UTC instant, local day, local hour and calls of each row, in order."""
    return sorted((r["tidspunkt"], r["dato"], r["time"], r["antal_kald"]) for r in outcome.rows)


def test_the_spring_day_has_23_hours_and_no_02(days: dict[str, Outcome]) -> None:
    rows = clock(days["2022-03-27"])
    assert [hour for _, _, hour, _ in rows] == [0, 1, *range(3, 24)]
    assert {day for _, day, _, _ in rows} == {date(2022, 3, 27)}
    assert [calls for _, _, _, calls in rows] == list(range(1, 24))
    assert days["2022-03-27"].delivery.sum_indlaest == 23 * 24 // 2


def test_the_autumn_day_has_25_hours_and_02_twice(days: dict[str, Outcome]) -> None:
    rows = clock(days["2022-10-30"])
    assert [hour for _, _, hour, _ in rows] == [0, 1, 2, 2, *range(3, 24)]
    assert {day for _, day, _, _ in rows} == {date(2022, 10, 30)}
    assert [calls for _, _, _, calls in rows] == list(range(1, 26))
    assert days["2022-10-30"].delivery.sum_indlaest == 25 * 26 // 2


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ("2022-03-27", datetime(2022, 3, 26, 23), datetime(2022, 3, 27, 21)),
        ("2022-10-30", datetime(2022, 10, 29, 22), datetime(2022, 10, 30, 22)),
        ("2022-06-02", datetime(2022, 6, 1, 22), datetime(2022, 6, 2, 21)),
    ],
)
def test_instants_are_utc_an_hour_apart_without_gap(
    days: dict[str, Outcome], day: str, first: datetime, last: datetime
) -> None:
    instants = [instant for instant, _, _, _ in clock(days[day])]
    assert (instants[0], instants[-1]) == (first, last)
    assert all(later - earlier == timedelta(hours=1) for earlier, later in pairwise(instants))


def test_a_day_written_in_utc_falls_on_the_same_danish_hours(days: dict[str, Outcome]) -> None:
    rows = clock(days["2021-10-31"])
    assert [hour for _, _, hour, _ in rows] == [0, 1, 2, 2, *range(3, 24)]
    assert {day for _, day, _, _ in rows} == {date(2021, 10, 31)}
    assert sum(calls for _, _, _, calls in rows) == 325


def test_the_hour_that_does_not_exist_is_the_next_one_and_so_a_duplicate(days: dict[str, Outcome]) -> None:
    assert days["2021-03-28"].status == "afvist"
    assert [f.raekke for f in days["2021-03-28"].delivery.aarsager if f.kode == "dublet"] == [4, 5]


def test_a_leap_day_is_a_day(days: dict[str, Outcome]) -> None:
    rows = clock(days["2020-02-29"])
    assert len(rows) == 24
    assert {day for _, day, _, _ in rows} == {date(2020, 2, 29)}


def test_a_leap_day_of_a_common_year_is_no_period(days: dict[str, Outcome]) -> None:
    assert "2022-02-29" not in days


def test_offsets_of_any_kind_name_the_same_hours(days: dict[str, Outcome]) -> None:
    assert [(hour, calls) for _, _, hour, calls in clock(days["2022-06-04"])] == [(0, 1), (3, 2), (6, 3)]


@pytest.mark.parametrize(("day", "row"), [("2022-06-03", 25), ("2022-06-05", 2)])
def test_the_neighbouring_days_hour_is_refused_and_named(days: dict[str, Outcome], day: str, row: int) -> None:
    assert days[day].status == "afvist"
    assert days[day].place("forkert_periode") == ("tidspunkt", row)
    assert days[day].rows == []


def test_a_missing_hour_is_said_but_does_not_refuse(intake_and_days: tuple[Intake, dict[str, Outcome]]) -> None:
    intake, days = intake_and_days
    (short,) = [set(v.failed) for v in intake.verdicts if v.demand.name == "alle_timer_er_med"]
    complete = {day for day, outcome in days.items() if outcome.delivery.leverance_id not in short}
    assert complete == {"2022-03-27", "2022-10-30", "2021-10-31", "2020-02-29", "2022-06-02", "2021-03-28"}
    assert days["2019-10-27"].status == days["2022-06-01"].status == "indlaest"
