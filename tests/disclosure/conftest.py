"""The KLE models are compiled by dbt once for all tests here; what the long ones find becomes a table in the docs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from release import compiled

from benchmarks.page import write_part

PAGE = Path(__file__).resolve().parents[2] / "docs" / "privacy.md"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-results", action="store_true", help="Write what the tests find into docs/privacy.md.")


@pytest.fixture(scope="session", autouse=True)
def _compiled() -> None:
    compiled()


@pytest.fixture(scope="session")
def results(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """What was tried and what came of it, in the order found; written when it is asked for and nothing failed."""
    found: dict[str, str] = {}
    yield found
    if request.config.getoption("--write-results") and found and not request.session.testsfailed:
        lines = ["| prøve | resultat |", "|---|---|", *(f"| {what} | {outcome} |" for what, outcome in found.items())]
        write_part(PAGE, "diskretion: resultater", "\n".join(lines))
