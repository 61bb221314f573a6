"""The delivery log is lost or damaged: nothing is published from half a lake, and the log is made anew."""

from collections.abc import Callable
from pathlib import Path

import pytest
from samples.deliveries import Delivery, System, call, calls_in_month, cases, day, extract, month
from samples.installation import Installation, Table
from samples.ways import Folders

from kdi.lake.delivery_log import DeliveryLog

JOB = System("Jobcentersystemet")


def a_day(number: int, calls: object) -> Delivery:
    date = f"2022-03-{number:02}"
    return day(date, {**call(f"{date}T08:00:00+01:00", "Fredericia", JOB, 1), "antal_kald": str(calls)})


MONTH = month("2021-11", calls_in_month("2021-11", "Fredericia", JOB, "SagIndeks", 7))
RESTATED = month("2021-11", calls_in_month("2021-11", "Fredericia", JOB, "SagIndeks", 9))
KLE = extract("2022-03-31", cases("Fredericia", JOB, "00.01.00", 9))
NEW = a_day(9, 90)


def lose(log: Path) -> None:
    log.unlink()


def empty(log: Path) -> None:
    log.write_bytes(b"")


def damage(log: Path) -> None:
    log.write_bytes(log.read_bytes()[:100] + b"\xff" * 20_000)


@pytest.fixture(scope="module")
def past(folders: Folders) -> Installation:
    """Corrected, refused, withdrawn, brought back, held back; then the inbox was emptied, and a new day has come."""
    i = folders.new("logbog")
    i.deliver(a_day(1, 10), a_day(2, 20), a_day(3, "mange"), MONTH, KLE)
    i.kdi("load", status=1)
    i.deliver(a_day(1, 11), a_day(2, 21), RESTATED)
    i.kdi("load", status=1)
    decide(i, "restore", original(i, "2022-03-01"))
    decide(i, "withdraw", "stoettesystemerne/2022-03-02")
    i.kdi("load", status=1)
    for path in i.inbox.rglob("*.*"):
        if path.parent.name != "reference":
            path.unlink()
    i.deliver(NEW)
    return i


def decide(i: Installation, verb: str, name: str) -> None:
    i.kdi("delivery", verb, name, "--reason", "aftalt", "--by", "Kim")


def original(i: Installation, period: str) -> str:
    lines = i.kdi("delivery", "list", "--period", period).stdout.splitlines()
    return next(line.split()[0] for line in lines if "erstattet" in line)


def log_of(i: Installation) -> Path:
    return i.home / "lake" / "leverancer.sqlite"


def remembered(i: Installation) -> Table:
    """What the log says of each delivery and decision, in its order."""
    log = DeliveryLog(log_of(i))
    deliveries = [(d.raekkefoelge, d) for d in log.all()]
    events = [(e.leverance_id, e.handling, e.hvem, e.hvornaar, e.grund, e.efter) for e in log.decisions()]
    return [*deliveries, *events, ("reference", log.reference()), *sorted(log.publications().items())]


@pytest.mark.long
def test_without_its_log_nothing_is_published_from_half_a_lake(past: Installation) -> None:
    i = past.copy("logbog-mangler")
    release, content = i.current, i.content()
    lose(log_of(i))
    for command in (("load",), ("load", "--rebuild"), ("status",), ("delivery", "list"), ("scrub",)):
        told = i.kdi(*command, status=1)
        assert told.stderr.startswith("FEJL Leveranceloggen ") and "kdi restore --log" in told.stderr, command
    assert not log_of(i).exists(), "nobody made an empty one"
    assert (i.current, i.content()) == (release, content)


@pytest.mark.long
@pytest.mark.parametrize("harm", [lose, empty, damage])
def test_the_log_made_anew_leads_to_the_same_release(past: Installation, harm: Callable[[Path], None]) -> None:
    name = harm.__name__
    i = past.copy(f"logbog-{name}")
    before = remembered(i)
    harm(log_of(i))
    told = i.kdi("restore", "--log")
    assert "8 leverancer, heraf 1 afviste, og 3 afgørelser" in told.stdout
    assert remembered(i) == before
    kept = list((i.home / "lake").glob("leverancer-*.sqlite"))
    assert len(kept) == (name != "lose"), "a damaged log is kept"


@pytest.mark.long
def test_the_next_load_after_it_is_the_one_that_would_have_been(past: Installation) -> None:
    twin, i = past.copy("logbog-facit"), past.copy("logbog-efter")
    damage(log_of(i))
    i.kdi("restore", "--log")
    for each in (twin, i):
        each.kdi("load", status=1)  # the refused day still waits for somebody
    assert i.content() == twin.content()
    assert i.kdi("restore", "--log").stdout.startswith("Leveranceloggen er hel: 9 leverancer.")


@pytest.mark.long
def test_the_scrub_tells_what_the_log_lacks_and_the_log_gets_it(past: Installation) -> None:
    """An older copy of the log was put back."""
    i = past.copy("logbog-gammel")
    old = log_of(i).read_bytes()
    i.kdi("load", status=1)
    expected = remembered(i)
    log_of(i).write_bytes(old)
    (i.inbox / "stoettesystemerne" / NEW.name).unlink()
    (line,) = i.kdi("scrub", status=1).stderr.splitlines()
    assert line.startswith("FEJL 1 leverancer i søen står ikke i leveranceloggen") and NEW.period in line
    i.kdi("restore", "--log")
    assert remembered(i) == expected
    i.kdi("scrub")


@pytest.mark.long
def test_a_lake_that_is_not_mounted_is_no_new_installation(past: Installation) -> None:
    i = past.copy("logbog-uden-soe")
    (i.home / "lake").rename(i.home / "soe-et-andet-sted")
    release = i.current
    assert "Er drevet monteret?" in i.kdi("load", status=1).stderr
    assert i.current == release
