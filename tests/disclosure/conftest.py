"""The KLE models are compiled by dbt once for all tests here."""

import pytest
from release import compiled


@pytest.fixture(scope="session", autouse=True)
def _compiled() -> None:
    compiled()
