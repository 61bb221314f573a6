"""The KLE models are compiled by dbt once for all tests here; what the long ones find becomes a table in the docs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from release import compiled

PAGE = Path(__file__).resolve().parents[2] / "docs" / "privacy.md"
_BEGIN, _END = "<!-- diskretion: resultater begin -->\n", "<!-- diskretion: resultater slut -->"


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
        before, rest = PAGE.read_text(encoding="utf-8").split(_BEGIN)
        _, after = rest.split(_END)
        lines = ["| prøve | resultat |", "|---|---|", *(f"| {what} | {outcome} |" for what, outcome in found.items())]
        PAGE.write_text(before + _BEGIN + "\n".join(lines) + "\n" + _END + after, encoding="utf-8")
