"""The KLE models are compiled by dbt once for all tests here; what the long ones find becomes a table in the docs."""

from collections.abc import Iterator

import pages
import pytest
from release import compiled

from evidence.pages import write_part


@pytest.fixture(scope="session", autouse=True)
def _compiled() -> None:
    compiled()


@pytest.fixture(scope="session")
def results(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """What was tried and what came of it, in the order found; written when it is asked for and nothing failed."""
    found: dict[str, str] = {}
    yield found
    if pages.renew and found and not request.session.testsfailed:
        lines = ["| prøve | resultat |", "|---|---|", *(f"| {what} | {outcome} |" for what, outcome in found.items())]
        write_part(pages.DOCS / "privacy.md", "diskretion: resultater", "\n".join(lines))
