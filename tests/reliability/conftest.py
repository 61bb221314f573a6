"""A small installation with a past, made once for all tests that break copies of it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from samples.installation import Table
from samples.ways import Folders

from demo.postgres.memory import roomy

from . import crash, processes, small
from .crash import Unharmed
from .small import FAULTY, Past


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folders]:
    """In memory where there is room: hundreds of copies are made."""
    memory = roomy(3 << 30)
    if not memory:
        root = tmp_path_factory.mktemp("fejl")
        yield Folders(root / "installationer", root / "dagster")
        return
    with tempfile.TemporaryDirectory(prefix="kdi-fejl-", dir=memory) as temporary:
        yield Folders(Path(temporary) / "installationer", Path(temporary) / "dagster")


@pytest.fixture(scope="session")
def past(folders: Folders) -> Past:
    return small.with_a_past(folders)


@pytest.fixture(scope="session")
def unharmed(past: Past) -> Unharmed:
    """What the load to come makes when nothing disturbs it."""
    installation = past.installation.copy("uskadt")
    log = installation.folder / "trin"
    log.unlink()
    ended = processes.run(installation, KDI_STEPS_LOG=str(log), **crash.KEPT)
    assert len(ended.failures) == len(FAULTY), ended.failures
    return Unharmed(installation, crash.steps_taken(log), crash.oracle(installation, ended.failures))


@pytest.fixture(scope="session")
def expected(unharmed: Unharmed) -> dict[str, Table]:
    """Every published table after it."""
    return unharmed.truth.content
