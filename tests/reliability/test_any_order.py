"""Deliveries in any order and in any number of loads give the same release, and so does the whole at once."""

import itertools
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import world
from samples.deliveries import Delivery, Row, System, call, calls_in_month, day, month
from samples.installation import Table
from samples.ways import Folders

from . import processes
from .crash import RecordProperty, rows_lost

# A name is never read as SQL, as a Jinja expression, or as another that looks the same (Cyrillic і, е).
NASTY = System("Robert'); drop table dim_it_system; --", supplier="{{ 1 / 0 }} {% raw %}")
ALIKE = System("Plejesystemet-kyrillisk", "Pl\u0435jesystemet")
# The most calls that one row may have are fewer than 32 bits hold; five rows of a month are more.
MANY = 990_000_000


def beyond_32_bits(period: str) -> list[Row]:
    return [calls_in_month(period, "Aalborg", NASTY, "SagIndeks", MANY, agreement=f"Aftale {n}") for n in range(5)]


HEADER_OF_SQL = {'x"; drop table raa; --': "1"}
DELIVERIES: tuple[Delivery, ...] = (
    month("2022-03", *world.MONTHS[3].rows, *beyond_32_bits("2022-03")),
    month("2022-04", *world.MONTHS[4].rows, *beyond_32_bits("2022-04")),
    world.LONG_DAY,
    world.SHORT_DAY,
    day(
        "2022-04-02",
        call("2022-04-02T08:00:00+02:00", "Samsø", NASTY, 5, "'; select 1; --") | HEADER_OF_SQL,
        call("2022-04-02T08:00:00+02:00", "Samsø", ALIKE, 7) | HEADER_OF_SQL,
    ),
    world.APRIL_DAY,
    world.EXTRACT,
    world.SKI_LIST,
    world.FIRST_STATUS,
    world.SECOND_STATUS,
    world.SECOND_USE,
    world.KITOS,
    world.SAPA_MONTHS[0],
)
_number = iter(range(1_000))


@pytest.fixture(scope="module")
def at_once(folders: Folders) -> dict[str, Table]:
    installation = folders.new("alt-paa-en-gang")
    installation.deliver(*DELIVERIES)
    assert processes.run(installation).failures == []
    return installation.content()


@pytest.mark.long
def test_any_order_of_arrival_gives_the_same_release(
    folders: Folders, at_once: dict[str, Table], record_property: RecordProperty
) -> None:
    tried = lost = 0

    @settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
    @given(st.permutations(DELIVERIES), st.sets(st.integers(1, len(DELIVERIES) - 1), max_size=2))
    def any_order(order: list[Delivery], breaks: set[int]) -> None:
        nonlocal tried, lost
        installation = folders.new(f"raekkefoelge-{next(_number)}")
        places = [0, *sorted(breaks), len(order)]
        for begin, end in itertools.pairwise(places):
            installation.deliver(*order[begin:end])
            assert processes.run(installation).failures == []
        content = installation.content()
        tried += 1
        lost += rows_lost(content, at_once)
        for table, rows in at_once.items():
            assert content[table] == rows, table

    try:
        any_order()
    finally:
        record_property("tries", tried)
        record_property("rows_lost", lost)


@pytest.mark.long
def test_names_and_large_numbers_are_published_as_they_were_delivered(at_once: dict[str, Table]) -> None:
    rates = at_once["kpi.kald_pr_indbygger"]
    assert {row[0] for row in rates if 5 * MANY + 1200 in row} == {date(2022, 3, 1)}
    assert {row[0] for row in rates if 5 * MANY in row} == {date(2022, 4, 1)}
    names = {value for row in at_once["marts.dim_it_system"] for value in row}
    assert {NASTY.navn, ALIKE.navn, world.CARE.navn} <= names
    assert "{{ 1 / 0 }} {% raw %}" in {value for row in at_once["marts.dim_leverandoer"] for value in row}
