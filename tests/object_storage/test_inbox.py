"""Deliveries in a bucket are found, hashed and fetched like those in a folder."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from samples.deliveries import System, call, day
from samples.installation import Installation

from expectations.profiles import profiles
from kdi.ingest import inbox
from kdi.ingest.intake import find_pending, take_in
from kdi.ingest.reference.intake import take_in_reference
from kdi.ingest.remote import InboxUnreachable
from kdi.installation import here
from kdi.settings import Settings, get_settings

from .server import SECRET, Store

PROFILE = profiles()["stoettesystemerne"]
DELIVERY = day("2022-01-10", call("2022-01-10T08:00:00+01:00", "Fredericia", System("Jobcentersystemet"), 7))


@pytest.fixture
def settings(store: Store, bucket: str, tmp_path: Path) -> Iterator[Settings]:
    own = {**store.environment, "KDI_INBOX": f"{bucket}/ind"}
    with Installation(tmp_path, tmp_path / "dagster", settings=own).in_force() as settings:
        yield settings


def put(store: Store, settings: Settings, name: str, content: bytes) -> None:
    store.files.pipe_file(f"{settings.inbox_url}/{name}", content)


def test_a_delivery_is_taken_in_and_the_same_again_is_not(store: Store, settings: Settings) -> None:
    put(store, settings, f"stoettesystemerne/{DELIVERY.name}", DELIVERY.content)
    put(store, settings, "stoettesystemerne/noget-andet.csv", b"x")
    pending = find_pending(here().reception, PROFILE)
    assert [f.sha256 for f in pending.files] == [hashlib.sha256(DELIVERY.content).hexdigest()]
    assert pending.listing.unrecognised == ("noget-andet.csv",)
    (taken,) = take_in(here().reception, PROFILE).deliveries
    assert (taken.status, taken.raekker_indlaest, taken.sum_indlaest) == ("indlaest", 1, 7)
    assert find_pending(here().reception, PROFILE).files == ()
    put(store, settings, f"stoettesystemerne/{DELIVERY.name}", DELIVERY.content)  # now with a later date
    assert find_pending(here().reception, PROFILE).files == ()


def test_what_comes_later_is_seen_by_a_process_that_has_looked_before(store: Store, settings: Settings) -> None:
    assert find_pending(here().reception, PROFILE).files == ()
    put(store, settings, f"stoettesystemerne/{DELIVERY.name}", DELIVERY.content)
    assert len(find_pending(here().reception, PROFILE).files) == 1


def test_a_file_that_changed_after_it_was_hashed_waits(store: Store, settings: Settings, tmp_path: Path) -> None:
    put(store, settings, f"stoettesystemerne/{DELIVERY.name}", DELIVERY.content)
    (file,) = find_pending(here().reception, PROFILE).files
    put(store, settings, f"stoettesystemerne/{DELIVERY.name}", DELIVERY.content.replace(b";7", b";8"))
    assert inbox.local_path(file, here().inbox, tmp_path) is None


def test_reference_data_in_the_bucket_win(store: Store, settings: Settings) -> None:
    assert take_in_reference(here().reception).replaced == ()
    put(store, settings, "reference/snitflader.csv", b"snitflade;navn\nSF1470;Sagsindeks\n")
    taken = take_in_reference(here().reception)
    assert (taken.replaced, taken.changed, taken.rows["snitflader"]) == (("snitflader",), True, 1)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"KDI_INBOX": "s3://findes-ikke/ind"}, "findes ikke"),
        ({"KDI_S3_ENDPOINT": "http://127.0.0.1:9"}, "kan ikke nås"),
    ],
)
def test_a_store_that_cannot_be_read_is_told_in_words(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str], told: str
) -> None:
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    with pytest.raises(InboxUnreachable, match=told) as problem:
        inbox.look(here().inbox, PROFILE)
    assert SECRET not in str(problem.value)
    get_settings.cache_clear()
