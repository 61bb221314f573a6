"""What a backfill would do is told before it is started, and is what it then does."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from samples.deliveries import Delivery, System, call, day
from samples.installation import Installation

from expectations.profiles import profiles
from kdi.ingest.intake import take_in
from kdi.installation import here
from kdi.operations.backfill import plan_backfill, plan_lines


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path, tmp_path / "dagster")
    with installation.in_force():
        yield installation


def a_day(period: str, calls: int = 7) -> Delivery:
    return day(period, call(f"{period}T12:00:00+00:00", "Fredericia", System("KSD"), calls))


def test_the_plan_says_files_months_and_time(installation: Installation) -> None:
    installation.deliver(a_day("2021-01-30"), a_day("2021-02-01"), a_day("2021-05-01"))
    lines = list(plan_lines(plan_backfill(here().reception, "2021-01", "2021-03")))
    assert lines[0] == "2021-01 til 2021-03"
    assert lines[1].startswith("  stoettesystemerne    2 nye filer, ")
    assert "Måneder, der bygges: 2021-01, 2021-02 (2)" in lines
    assert lines[-1] == "Tid: omtrent 1 min. Start: kdi load --from 2021-01 --to 2021-03"


def test_a_refused_file_waits_for_somebody_and_is_no_news(installation: Installation) -> None:
    installation.deliver(a_day("2021-01-30", -3))
    take_in(here().reception, profiles()["stoettesystemerne"])
    lines = list(plan_lines(plan_backfill(here().reception, "2021-01", "2021-01")))
    assert "    venter på nogen: stoettesystemerne_2021-01-30.csv (afvist)" in lines
    assert lines[-1] == "Intet nyt at indlæse; der bygges ingen måneder."


@pytest.mark.parametrize("arguments", [("2021-13", "2021-12"), ("januar", "2021-02"), ("2021-05", "2021-02")])
def test_a_span_that_is_none_is_refused(installation: Installation, arguments: tuple[str, str]) -> None:
    refused = installation.process("backfill", "plan", *arguments, status=2)
    assert refused.stderr.startswith("FEJL ")


@pytest.mark.long
def test_predicted_months_are_those_that_the_load_touches(installation: Installation) -> None:
    """Two hundred random plans over a growing history; one reading of the inbox each."""
    chance = random.Random(20260101)
    start = date(2021, 1, 1)
    for _ in range(200):
        touched_before = set(here().site.plan(here().status()).months)
        days = [(start + timedelta(days=chance.randrange(365))).isoformat() for _ in range(chance.randint(1, 4))]
        installation.deliver(*(a_day(period, chance.randint(1, 10**6)) for period in days))
        predicted = plan_backfill(here().reception, "2021-01", "2021-12").months
        take_in(here().reception, profiles()["stoettesystemerne"])
        assert set(predicted) | touched_before == set(here().site.plan(here().status()).months)
