"""When deliveries are due, and what is late, missing or complete on a day. Every date is worked out by hand."""

from datetime import date, timedelta

import pytest

from expectations.profiles import Calendar, Profile, profiles
from kdi.lake.calendars import Month, Period, fingerprint, is_closed, months, periods
from kdi.lake.delivery import Delivery, Status
from kdi.lake.standing import Standing, standings

DAYS, MONTHS, EXTRACTS = (profiles()[name] for name in ("stoettesystemerne", "serviceplatformen", "kle"))


def delivery(profile: Profile, period: str, number: int = 1, rows: int = 10, status: Status = "indlaest") -> Delivery:
    """An accepted delivery of ten rows with one call each; ``number`` is its place in the order of receipt."""
    loaded = 0 if status == "afvist" else rows
    return Delivery(
        f"{profile.source}_{period}_{number:012}", profile.source, period, f"{profile.source}_{period}.csv",
        f"{number:064}", "2022-01-01T00:00:00+00:00", "", status, rows, loaded, rows - loaded, rows, loaded,
        rows - loaded, "", "", raekkefoelge=number,
    )  # fmt: skip


def counting(profile: Profile, *names: str) -> list[Standing]:
    """Standings of one delivery for each period, all of which count."""
    return standings([delivery(profile, name, n) for n, name in enumerate(names, 1)], [], {})


def state_on(profile: Profile, name: str, on: date, *have: str) -> tuple[str, int]:
    """The state and age of a period on a day."""
    (period,) = [p for p in periods(profile, counting(profile, *have), on) if p.name == name]
    return period.state, period.age


def all_days(first: str, last: str) -> list[str]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [(start + timedelta(days=n)).isoformat() for n in range((end - start).days + 1)]


def names(found: list[Period]) -> list[str]:
    return [p.name for p in found]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2023, 1, 1), ("forventet", 0)),  # the day after: in time
        (date(2023, 1, 2), ("forsinket", 1)),
        (date(2023, 1, 4), ("forsinket", 3)),  # the last day of grace
        (date(2023, 1, 5), ("mangler", 4)),
        (date(2024, 1, 2), ("mangler", 366)),
    ],
)
def test_a_day_is_due_the_day_after_also_over_new_year(on: date, expected: tuple[str, int]) -> None:
    assert state_on(DAYS, "2022-12-31", on, "2022-12-30") == expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2023, 1, 5), ("forventet", 0)),
        (date(2023, 1, 6), ("forsinket", 1)),
        (date(2023, 1, 15), ("forsinket", 10)),
        (date(2023, 1, 16), ("mangler", 11)),
    ],
)
def test_a_month_is_due_on_the_fifth_and_missing_after_the_fifteenth(on: date, expected: tuple[str, int]) -> None:
    assert state_on(MONTHS, "2022-12", on, "2022-11") == expected


def test_only_what_has_ended_is_expected() -> None:
    found = periods(DAYS, counting(DAYS, "2024-02-27"), date(2024, 3, 1))
    assert names(found) == ["2024-02-27", "2024-02-28", "2024-02-29"], "a leap day is a day"
    assert names(periods(DAYS, counting(DAYS, "2023-02-27"), date(2023, 3, 1))) == ["2023-02-27", "2023-02-28"]
    assert names(periods(MONTHS, counting(MONTHS, "2022-11"), date(2023, 1, 31))) == ["2022-11", "2022-12"]
    # what comes before it is expected is there all the same
    assert names(periods(DAYS, counting(DAYS, "2024-03-01"), date(2024, 3, 1))) == ["2024-03-01"]


def test_expectations_begin_with_the_oldest_delivery_that_counts_or_where_the_calendar_says() -> None:
    assert periods(DAYS, [], date(2022, 5, 1)) == []
    misnamed = standings([delivery(DAYS, "2002-04-29", 1, status="afvist"), delivery(DAYS, "2022-04-29", 2)], [], {})
    assert names(periods(DAYS, misnamed, date(2022, 5, 1))) == ["2002-04-29", "2022-04-29", "2022-04-30"]
    early = DAYS.model_copy(update={"calendar": Calendar(due_days=1, grace_days=3, first=date(2022, 4, 28))})
    assert names(periods(early, [], date(2022, 5, 1))) == ["2022-04-28", "2022-04-29", "2022-04-30"]
    ended = DAYS.model_copy(update={"calendar": Calendar(due_days=1, grace_days=3, last=date(2022, 4, 29))})
    assert names(periods(ended, counting(DAYS, "2022-04-28"), date(2022, 5, 9))) == ["2022-04-28", "2022-04-29"]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2022, 7, 1), ("forventet", 0)),  # 92 days after 31 March
        (date(2022, 7, 2), ("forsinket", 1)),
        (date(2022, 7, 31), ("forsinket", 30)),
        (date(2022, 8, 1), ("mangler", 31)),
    ],
)
def test_an_irregular_source_has_a_longest_interval(on: date, expected: tuple[str, int]) -> None:
    assert state_on(EXTRACTS, "", on, "2021-12-31", "2022-03-31") == expected


def test_a_period_says_what_became_of_it() -> None:
    story = standings(
        [delivery(DAYS, "2022-05-02", 1), delivery(DAYS, "2022-05-03", 2, status="afvist")], [], {}
    )  # fmt: skip
    found = periods(DAYS, story, date(2022, 5, 10), published=frozenset())
    assert [(p.name, p.state, p.age) for p in found[:3]] == [
        ("2022-05-02", "indlaest", 0),
        ("2022-05-03", "afvist", 6),
        ("2022-05-04", "mangler", 5),
    ]
    (first, *_) = periods(DAYS, story, date(2022, 5, 10))
    assert first.state == "publiceret"


def months_on(on: date, days: list[str], of_platform: list[str]) -> list[Month]:
    """The months of both platforms together."""
    of_sources = {
        DAYS.source: periods(DAYS, counting(DAYS, *days), on),
        MONTHS.source: periods(MONTHS, counting(MONTHS, *of_platform), on),
    }
    calendars = {p.source: p.calendar for p in (DAYS, MONTHS) if p.calendar}
    return months(of_sources, calendars, on)


def told(found: list[Month], platform: str = "alle") -> list[tuple[str, str, int, bool]]:
    """Month, state, missing deliveries and whether it is the one to read."""
    return [
        (f"{m.month:%Y-%m}", m.state, m.expected - m.received, m.is_newest) for m in found if m.platform == platform
    ]


JANUARY_TO_FEBRUARY = [d for d in all_days("2024-01-01", "2024-02-29") if d != "2024-02-12"]


@pytest.mark.parametrize(
    ("on", "days", "expected"),
    [
        # 29 days of a leap year's February and one month: 30 deliveries
        (date(2024, 3, 1), [*JANUARY_TO_FEBRUARY, "2024-02-12"], [("komplet", True), ("komplet", False)]),
        (date(2024, 3, 4), JANUARY_TO_FEBRUARY, [("afventer", False), ("komplet", True)]),
        (date(2024, 3, 5), JANUARY_TO_FEBRUARY, [("frist_udloebet", True), ("komplet", False)]),
    ],
)
def test_a_month_is_read_when_it_is_complete_or_its_grace_is_over(
    on: date, days: list[str], expected: list[tuple[str, bool]]
) -> None:
    newest_first = told(months_on(on, days, ["2024-01", "2024-02"]))[::-1]
    assert [(state, newest) for _, state, _, newest in newest_first] == expected


def test_the_platforms_of_a_month_are_told_one_by_one_and_together() -> None:
    found = months_on(date(2024, 3, 4), JANUARY_TO_FEBRUARY, ["2024-01"])
    assert told(found, "stoettesystemerne")[-1] == ("2024-02", "afventer", 1, False)
    assert told(found, "serviceplatformen")[-1] == ("2024-02", "afventer", 1, False)
    assert told(found)[-1] == ("2024-02", "afventer", 2, False)
    assert (found[-1].expected, found[-1].limit) == (30, date(2024, 3, 15))


def test_a_month_without_one_of_its_platforms_is_never_the_one_to_read() -> None:
    found = months_on(date(2025, 1, 1), JANUARY_TO_FEBRUARY, ["2024-01"])
    assert told(found) == [("2024-01", "komplet", 0, True), ("2024-02", "frist_udloebet", 2, False)]
    # but a platform that has not begun is not waited for
    assert told(months_on(date(2025, 1, 1), JANUARY_TO_FEBRUARY, [])) == [
        ("2024-01", "komplet", 0, False),
        ("2024-02", "frist_udloebet", 1, True),
    ]


def test_days_pass_without_a_new_release_until_a_month_changes_its_state() -> None:
    first, *others = (
        fingerprint(months_on(on, JANUARY_TO_FEBRUARY, ["2024-01", "2024-02"]))
        for on in (date(2024, 3, 1), date(2024, 3, 4), date(2024, 3, 5), date(2030, 1, 1))
    )
    assert others[0] == first
    assert others[1] != first
    assert others[2] == others[1]


@pytest.mark.parametrize(
    ("period", "on", "closed"),
    [
        ("2021-11-30", date(2022, 2, 28), False),
        ("2021-11-01", date(2022, 3, 1), True),  # December, January and February have passed
        ("2021-12-31", date(2022, 3, 31), False),
    ],
)
def test_a_month_is_closed_after_three_more(period: str, on: date, closed: bool) -> None:
    assert is_closed(DAYS, period, on) is closed
    assert is_closed(MONTHS, period[:7], on) is closed
    assert is_closed(EXTRACTS, period, date(2040, 1, 1)) is False, "a corrected list is no restated month"
