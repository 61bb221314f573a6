"""docs/privacy.md: the parts of it that the test run makes, between two marks each.

``make privacy`` writes them anew; any other run compares.
"""

import os
import re

from orchestration.settings import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "privacy.md"
RENEW = "KDI_RENEW_PRIVACY"


def assert_says(part: str, text: str) -> None:
    """The page's part is ``text``; with ``KDI_RENEW_PRIVACY`` set it is written first."""
    marked = re.compile(rf"(<!-- {part} begin -->\n).*?(<!-- {part} slut -->)", re.DOTALL)
    page = PAGE.read_text(encoding="utf-8")
    renewed = marked.sub(lambda m: f"{m[1]}{text}{m[2]}", page)
    assert marked.search(page), f"docs/privacy.md has no part {part}"
    if os.environ.get(RENEW):
        PAGE.write_text(renewed, encoding="utf-8")
    else:
        assert page == renewed, "renew with: make privacy"


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
