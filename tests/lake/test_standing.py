"""Which delivery of a period counts after what people decided, and that the order of arrival decides nothing else."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from test_calendars import DAYS, delivery

from expectations.profiles import profiles
from kdi.lake.delivery import Action, Delivery, Event
from kdi.lake.standing import Standing, standings

ORIGINAL, CORRECTION, THIRD = (delivery(DAYS, "2022-05-02", number) for number in (1, 2, 3))
REFUSED = delivery(DAYS, "2022-05-02", 4, status="afvist")


def event(of: Delivery, action: Action, number: int = 1, after: int = 2) -> Event:
    """A decision made when ``after`` deliveries had come."""
    return Event(of.leverance_id, action, "Kim", "2022-05-03T10:00:00+00:00", "en grund", number, after)


def states(*story: Delivery | Event) -> list[str]:
    """What the deliveries count as, in the order received."""
    return [s.state for s in stand(*story)]


def stand(*story: Delivery | Event) -> list[Standing]:
    return standings(
        [s for s in story if isinstance(s, Delivery)], [s for s in story if isinstance(s, Event)], profiles()
    )


def test_a_correction_replaces_the_original() -> None:
    assert states(ORIGINAL, CORRECTION) == ["erstattet", "gaelder"]


def test_a_withdrawn_correction_leaves_the_period_empty() -> None:
    """The original was replaced because it was wrong; it does not come back by itself."""
    assert states(ORIGINAL, CORRECTION, event(CORRECTION, "trukket_tilbage")) == ["erstattet", "trukket_tilbage"]


def test_an_earlier_one_is_brought_back_instead_of_or_after_the_newer() -> None:
    assert states(ORIGINAL, CORRECTION, event(ORIGINAL, "genindsat")) == ["gaelder", "erstattet"]
    withdrawn = event(CORRECTION, "trukket_tilbage")
    assert states(ORIGINAL, CORRECTION, withdrawn, event(ORIGINAL, "genindsat", 2)) == ["gaelder", "trukket_tilbage"]
    assert states(ORIGINAL, CORRECTION, withdrawn, event(CORRECTION, "genindsat", 2)) == ["erstattet", "gaelder"]


def test_what_comes_later_replaces_what_was_brought_back() -> None:
    assert states(ORIGINAL, CORRECTION, event(ORIGINAL, "genindsat"), THIRD) == ["erstattet", "erstattet", "gaelder"]


def test_what_would_reopen_a_closed_month_waits_and_the_original_counts() -> None:
    held = event(CORRECTION, "tilbageholdt")
    assert states(ORIGINAL, CORRECTION, held) == ["gaelder", "tilbageholdt"]
    assert states(ORIGINAL, CORRECTION, held, event(CORRECTION, "godkendt", 2)) == ["erstattet", "gaelder"]
    # it never counted, so that nothing is lost with it
    assert states(ORIGINAL, CORRECTION, held, event(CORRECTION, "trukket_tilbage", 2)) == ["gaelder", "trukket_tilbage"]
    # the right file came instead
    assert states(ORIGINAL, CORRECTION, held, THIRD) == ["erstattet", "erstattet", "gaelder"]


def test_somebody_is_asked_until_somebody_acts() -> None:
    def asked(*story: Delivery | Event) -> list[int]:
        return [s.delivery.raekkefoelge for s in stand(*story) if s.needs_somebody]

    assert asked(ORIGINAL, REFUSED) == [4]
    assert asked(ORIGINAL, REFUSED, event(REFUSED, "trukket_tilbage", after=4)) == []
    assert asked(ORIGINAL, REFUSED, event(REFUSED, "godkendt", after=4)) == []
    assert asked(ORIGINAL, REFUSED, event(ORIGINAL, "genindsat", after=4)) == []
    # read once more and refused again: the consent was to the first reading
    assert asked(ORIGINAL, REFUSED, event(REFUSED, "godkendt", after=4), replace(REFUSED, raekkefoelge=5)) == [5]
    partly = replace(CORRECTION, status="delvis_karantaene")
    assert asked(ORIGINAL, partly) == [2]
    assert asked(ORIGINAL, partly, event(partly, "godkendt")) == []
    assert asked(ORIGINAL, CORRECTION, event(CORRECTION, "tilbageholdt")) == [2]


MONDAYS = [(date(2022, 1, 3) + timedelta(weeks=n)).isoformat() for n in range(8)]


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        (3_999, "tilbageholdt"),  # 9.998 % of 40,000
        (4_000, "gaelder"),
        (200_000, "gaelder"),
        (200_001, "tilbageholdt"),
    ],
)
def test_a_day_outside_the_band_of_the_same_weekday_is_held_back(rows: int, state: str) -> None:
    usual = [delivery(DAYS, day, n, 40_000) for n, day in enumerate(MONDAYS, 1)]
    # Sundays are quieter, and no measure of a Monday
    sundays = [delivery(DAYS, "2022-02-20", 20, 100), delivery(DAYS, "2022-02-27", 21, 100)]
    assert states(*usual, *sundays, delivery(DAYS, "2022-02-28", 30, rows))[-1] == state


def test_the_sum_is_judged_as_the_rows_are() -> None:
    usual = [delivery(DAYS, day, n, 40_000) for n, day in enumerate(MONDAYS, 1)]
    few_calls = replace(delivery(DAYS, "2022-02-28", 30, 40_000), sum_modtaget=1_000, sum_indlaest=1_000)
    (*_, last) = stand(*usual, few_calls)
    assert (last.state, last.reason) == ("tilbageholdt", "Antallet af kald er 3 % af det sædvanlige.")
    assert stand(*usual, few_calls, event(few_calls, "godkendt"))[-1].state == "gaelder"


def test_a_feed_that_begins_is_not_judged() -> None:
    few_weeks = [delivery(DAYS, day, n, 40_000) for n, day in enumerate(MONDAYS[:3], 1)]
    assert states(*few_weeks, delivery(DAYS, MONDAYS[3], 9, 10))[-1] == "gaelder", "three Mondays tell too little"
    few_rows = [delivery(DAYS, day, n, 999) for n, day in enumerate(MONDAYS, 1)]
    assert states(*few_rows, delivery(DAYS, "2022-02-28", 9, 10))[-1] == "gaelder", "so do few rows"


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_arrival_decides_nothing(seed: int) -> None:
    """Half a year of days of wild volumes, some corrected: the same are held back in whatever order they come."""
    chance = random.Random(seed)
    days = [(date(2022, 1, 1) + timedelta(days=n)).isoformat() for n in range(180)]
    volumes = [chance.choice((1_500, 40_000, 41_000, 42_000, 43_000, 300_000)) for _ in days]
    corrections = {day: chance.choice((2_000, 40_000)) for day in chance.sample(days, 20)}

    def arrive(order: list[str]) -> dict[str, tuple[str, str]]:
        firsts = [delivery(DAYS, d, n, volumes[days.index(d)]) for n, d in enumerate(order, 1)]
        seconds = [delivery(DAYS, d, 1000 + n, corrections[d]) for n, d in enumerate(order) if d in corrections]
        return {
            f"{s.delivery.periode} {s.delivery.raekker_modtaget}": (s.state, s.reason) for s in stand(*firsts, *seconds)
        }

    in_order = arrive(days)
    assert {state for state, _ in in_order.values()} == {"gaelder", "tilbageholdt", "erstattet"}
    assert arrive(days[::-1]) == in_order
    assert arrive(chance.sample(days, len(days))) == in_order
