"""A delivery whose rows break a table's grain is held back by itself; all others are published, and it is told."""

import pytest
from samples import world
from samples.deliveries import Row, call, calls_in_month, cvr_of, day, month
from samples.ways import Loaded

from kdi.building.isolation import MOST_BUILDS, isolate
from kdi.installation import here
from kdi.lake.standing import waiting_in

# Two UUIDs whose keys, the first 48 bits of their MD5, are the same: found by trying forty million.
COLLIDING = ("a0000000-0000-4000-8000-000001e11857", "a0000000-0000-4000-8000-000000185c6e")


def with_agreement(row: Row, uuid: str) -> Row:
    return {**row, "serviceaftale_uuid": uuid}


@pytest.mark.long
def test_one_delivery_holds_back_itself_and_no_other(at_once: Loaded) -> None:
    installation = at_once.installation.copy("med-nøglesammenfald")
    before = installation.query("select count(*) from marts.fct_kald_maaned where maaned < date '2022-05-01'")
    first, second = (
        with_agreement(calls_in_month("2022-05", authority, world.JOB, "SagIndeks", 10), uuid)
        for authority, uuid in zip(("Odense", "Samsø"), COLLIDING, strict=True)
    )
    installation.deliver(
        day("2022-05-02", call("2022-05-02T08:00:00+02:00", "Odense", world.JOB, 21)),
        month("2022-05", first, second),
    )
    loaded = installation.kdi("load", status=1)
    (line,) = [line for line in loaded.stderr.splitlines() if "serviceplatformen_2022-05" in line]
    assert (
        "holdt tilbage" in line
        and "Nøglen (serviceaftale_id) i marts.dim_serviceaftale er ikke entydig; delte værdier: 1" in line
    )
    assert "kdi delivery withdraw" in line
    # the day that came with it is published, and what was published before is as it was
    published = "select cast(sum(antal_kald) as bigint) from marts.fct_kald_time where dato_id >= 20220501"
    assert installation.query(published) == [(21,)]
    assert installation.query("select count(*) from marts.fct_kald_maaned where maaned < date '2022-05-01'") == before
    (held,) = installation.query("select periode, status from marts.leverance_log where status = 'tilbageholdt'")
    assert held == ("2022-05", "tilbageholdt")
    # nothing is tried again until something is new, and it is still told
    release = installation.current
    assert "holdt tilbage" in installation.kdi("load", status=1).stderr
    assert installation.current == release
    # the way out that is told
    with installation.in_force():
        (waiting,) = waiting_in(here().lake.log)
    assert waiting.delivery.periode == "2022-05"
    installation.kdi("delivery", "withdraw", waiting.delivery.leverance_id, "--by", "Testesen", "--reason", "ny fil")
    installation.deliver(month("2022-05", first))
    installation.kdi("load")
    odense = f"select antal_kald from kpi.serviceaftale_status where cvr = '{cvr_of('Odense')}'"
    assert odense and installation.query("select count(*) from marts.dim_serviceaftale where uuid = $1", COLLIDING[0])


@pytest.mark.parametrize("bad", [{0}, {7}, {0, 7}, {3, 4}, set(range(8))])
def test_the_fewest_are_left_out(bad: set[int]) -> None:
    names = [str(n) for n in range(8)]
    wrong = {str(n) for n in bad}
    assert isolate(names, lambda without: wrong <= without) == wrong


def test_of_two_that_exclude_each_other_the_earlier_stays() -> None:
    assert isolate(["a", "b", "c"], lambda without: bool({"a", "c"} & without)) == {"c"}


def test_what_fails_without_them_too_is_not_theirs() -> None:
    assert isolate(["a", "b"], lambda without: False) == frozenset()
    assert isolate([], lambda without: True) == frozenset()


def test_one_of_four_hundred_is_found_and_too_many_are_not_looked_for() -> None:
    tried: list[frozenset[str]] = []

    def without_one(left_out: frozenset[str]) -> bool:
        tried.append(left_out)
        return "217" in left_out

    assert isolate([str(n) for n in range(400)], without_one) == {"217"}
    assert len(tried) <= MOST_BUILDS
    forty = {str(n) for n in range(0, 400, 10)}
    assert isolate([str(n) for n in range(400)], lambda left_out: forty <= left_out) == frozenset()
