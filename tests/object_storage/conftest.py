"""One store for all tests here; each has a bucket of its own."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from samples.installation import Installation

from .server import Store, s3_server


@pytest.fixture(scope="session")
def store() -> Iterator[Store]:
    with s3_server() as store:
        yield store


@pytest.fixture
def bucket(store: Store) -> str:
    """The address of an empty bucket."""
    name = f"kdi-{secrets.token_hex(4)}"
    store.files.mkdir(name)
    return f"s3://{name}"


@pytest.fixture
def installation(store: Store, bucket: str, tmp_path: Path) -> Installation:
    """An empty installation with its lake in the store."""
    return machine(store, bucket, tmp_path / "en")


def machine(store: Store, bucket: str, folder: Path) -> Installation:
    """Another machine with the same settings."""
    settings = {**store.environment, "KDI_LAKE": f"{bucket}/lake"}
    return Installation(folder, folder / "dagster", settings=settings)
