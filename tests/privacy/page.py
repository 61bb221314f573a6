"""docs/privacy.md: the parts of it that the test run makes, between two marks each."""

import pages
from pages import table

__all__ = ["assert_says", "table"]


def assert_says(part: str, text: str) -> None:
    """The page's part is ``text``."""
    pages.assert_says(pages.DOCS / "privacy.md", part, text)
