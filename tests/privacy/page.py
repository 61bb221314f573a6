"""docs/privacy.md: the parts of it that the test run makes, between two marks each.

``make privacy`` writes them anew; any other run compares.
"""

import os

from benchmarks.page import with_part, write_part
from kdi.settings import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "privacy.md"
RENEW = "KDI_RENEW_PRIVACY"


def assert_says(part: str, text: str) -> None:
    """The page's part is ``text``; with ``KDI_RENEW_PRIVACY`` set it is written first."""
    if os.environ.get(RENEW):
        write_part(PAGE, part, text)
    else:
        assert PAGE.read_text(encoding="utf-8") == with_part(PAGE, part, text), "renew with: make privacy"


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
