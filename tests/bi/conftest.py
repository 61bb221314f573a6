"""The model, and the table of proofs that the tests fill in."""

from collections.abc import Iterator

import pages
import pytest

from powerbi.catalogue import read_catalogue
from powerbi.semantic import Model, build

from .proof import Proof


@pytest.fixture(scope="session")
def model() -> Model:
    return build(read_catalogue())


@pytest.fixture(scope="session")
def proof() -> Iterator[Proof]:
    """With ``--renew`` the run's table is written into docs/powerbi.md (`make powerbi`)."""
    filled = Proof()
    yield filled
    if pages.renew:
        filled.write()
