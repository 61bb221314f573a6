"""The lake in a store: what is lost on disk is fetched, and a machine that is lost is replaced by another."""

import hashlib
import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from reliability import processes
from reliability.crash import hashes_of_lake
from samples.deliveries import Delivery, System, call, day
from samples.installation import Installation

from expectations.profiles import profiles
from kdi.ingest.intake import take_in
from kdi.ingest.reference.intake import take_in_reference
from kdi.installation import here
from kdi.lake.delivery_log import DeliveryLog
from kdi.lake.depot import DepotUnreachable
from kdi.lake.store import Lake
from kdi.machine.files import Damaged

from .conftest import machine
from .server import SECRET, Store

PROFILE = profiles()["stoettesystemerne"]


def delivery(date: str, calls: int) -> Delivery:
    return day(date, call(f"{date}T08:00:00+01:00", "Fredericia", System("Jobcentersystemet"), calls))


FIRST, SECOND, THIRD = delivery("2022-01-10", 7), delivery("2022-01-11", 9), delivery("2022-01-12", 11)


def in_store(store: Store, bucket: str) -> dict[str, str]:
    """SHA-256 of every file of rows in the store, read by another client than ours."""
    found = store.files.find(f"{bucket}/lake")
    root = f"{bucket}/lake/".removeprefix("s3://")
    return {
        path.removeprefix(root): hashlib.sha256(store.files.cat_file(path)).hexdigest()
        for path in found
        if path.endswith(".parquet")
    }


def log_in_store(store: Store, bucket: str, folder: Path) -> list[tuple[str, str]]:
    """File and hash of every delivery in the store's log."""
    store.files.get_file(f"{bucket}/lake/leverancer.sqlite", str(folder / "log.sqlite"))
    with sqlite3.connect(folder / "log.sqlite") as log:
        return log.execute("select parquet, parquet_sha256 from leverancer where parquet <> ''").fetchall()


def takes_in(installation: Installation, *deliveries: Delivery) -> Lake:
    installation.deliver(*deliveries)
    with installation.in_force():
        take_in_reference(here().reception)
        take_in(here().reception, PROFILE)
        return here().lake


def test_what_is_taken_in_is_in_the_store_and_its_log_names_it(
    installation: Installation, store: Store, bucket: str, tmp_path: Path
) -> None:
    takes_in(installation, FIRST, SECOND)
    kept = in_store(store, bucket)
    assert kept == hashes_of_lake(installation)
    assert len([name for name in kept if name.startswith("stoettesystemerne/")]) == 2
    named = log_in_store(store, bucket, tmp_path)
    assert len(named) == 2
    assert set(named) <= set(kept.items())


def test_a_file_that_is_lost_or_damaged_on_disk_is_fetched_again(installation: Installation) -> None:
    lake = takes_in(installation, FIRST, SECOND)
    before = hashes_of_lake(installation)
    one, other = (lake.folder / d.parquet for d in lake.log.all())
    one.unlink()
    other.write_bytes(b"x" + other.read_bytes()[1:])
    with installation.in_force():
        lake.verify(lake.log.all())
    assert hashes_of_lake(installation) == before


def test_a_file_that_the_store_has_not_kept_whole_is_not_taken(
    installation: Installation, store: Store, bucket: str
) -> None:
    lake = takes_in(installation, FIRST)
    (kept,) = lake.log.all()
    store.files.pipe_file(f"{bucket}/lake/{kept.parquet}", b"noget andet")
    (lake.folder / kept.parquet).unlink()
    with installation.in_force(), pytest.raises(Damaged, match="indholdet er ikke det, der blev gemt"):
        lake.verify([kept])
    assert not list(lake.folder.rglob("*.del"))


def test_an_installation_that_gets_a_store_gives_it_what_it_has(store: Store, bucket: str, tmp_path: Path) -> None:
    alone = Installation(tmp_path / "en", tmp_path / "dagster")
    takes_in(alone, FIRST)
    with_store = machine(store, bucket, tmp_path / "en")
    with_store._delivered = alone._delivered
    takes_in(with_store, SECOND)
    assert in_store(store, bucket) == hashes_of_lake(with_store)
    assert len(log_in_store(store, bucket, tmp_path)) == 2


def test_a_decision_reaches_the_store(installation: Installation, store: Store, bucket: str, tmp_path: Path) -> None:
    takes_in(installation, FIRST)
    with installation.in_force():
        here().decisions.withdraw(["stoettesystemerne/2022-01-10"], "prøve", "forkert")
    log_in_store(store, bucket, tmp_path)
    assert [e.handling for e in DeliveryLog(tmp_path / "log.sqlite").events()] == ["trukket_tilbage"]


def test_two_machines_do_not_write_to_one_store(
    installation: Installation, store: Store, bucket: str, tmp_path: Path
) -> None:
    takes_in(installation, FIRST)
    before = in_store(store, bucket)
    other = machine(store, bucket, tmp_path / "to")
    with pytest.raises(DepotUnreachable, match="kdi restore"):
        takes_in(other, SECOND)
    assert in_store(store, bucket) == before
    with other.in_force():
        assert here().lake.log.all() == [], "nothing is promised that the store lacks"
        shutil.rmtree(here().lake.folder)
        assert here().lake.depot.take_over() == 1
        assert in_store(store, bucket) == hashes_of_lake(other)
    with pytest.raises(DepotUnreachable, match="overtaget"):
        takes_in(installation, THIRD)
    takes_in(other, SECOND)
    assert len(log_in_store(store, bucket, tmp_path)) == 2


def test_a_lake_of_its_own_is_not_overwritten(
    installation: Installation, store: Store, bucket: str, tmp_path: Path
) -> None:
    takes_in(installation, FIRST)
    other = Installation(tmp_path / "to", tmp_path / "dagster")
    takes_in(other, SECOND)
    with machine(store, bucket, tmp_path / "to").in_force():
        with pytest.raises(DepotUnreachable, match="allerede en sø"):
            here().lake.depot.take_over()
        assert [d.periode for d in here().lake.log.all()] == ["2022-01-11"]


def test_nothing_is_taken_in_while_the_store_is_away(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.settings["KDI_S3_ENDPOINT"] = "http://127.0.0.1:9"
    with pytest.raises(DepotUnreachable, match="kan ikke nås") as problem:
        takes_in(installation, FIRST)
    assert SECRET not in str(problem.value)
    with installation.in_force():
        assert here().lake.log.all() == []


# Where the order of lake, store and log is decided: after each, the machine dies.
DEATHS = (
    "lake: on disk|1|", "lake: in the store|1|", "log: verdicts recorded|1|", "log: in the store|1|",
    "release: switched|1|",
)  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("death", DEATHS)
def test_a_machine_that_dies_in_a_load_is_replaced_by_another(
    installation: Installation, store: Store, bucket: str, tmp_path: Path, death: str
) -> None:
    installation.deliver(FIRST)
    assert processes.run(installation).failures == []
    installation.deliver(SECOND)
    assert processes.run(installation, KDI_CRASH_AT=death).was_killed
    kept = in_store(store, bucket)
    assert set(log_in_store(store, bucket, tmp_path)) <= set(kept.items()), "the store's log names what is there"
    shutil.rmtree(installation.home)
    other = machine(store, bucket, tmp_path / "to")
    shutil.copytree(installation.inbox, other.inbox)  # the suppliers' place, which the machine did not take with it
    other.kdi("restore")
    assert processes.run(other).failures == []
    undisturbed = Installation(tmp_path / "facit", tmp_path / "dagster-facit")
    undisturbed.deliver(FIRST, SECOND)
    assert undisturbed.load().failures == []
    assert other.content() == undisturbed.content()
    owner = json.loads(store.files.cat_file(f"{bucket}/lake/ejer.json"))
    assert owner == json.loads((other.home / "lake" / "ejer.json").read_text(encoding="utf-8"))
