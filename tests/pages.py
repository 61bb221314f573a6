"""Pages of docs/ of which tests make parts: compared by every run, and written by ``pytest --renew``."""

from pathlib import Path

from evidence.pages import with_part, write_part
from kdi.settings import PROJECT_ROOT

DOCS = PROJECT_ROOT / "docs"
HOW = "renew with: pytest --renew, and this test"
renew = False  # as the run was asked (tests/conftest.py)


def assert_says(page: Path, part: str, text: str) -> None:
    """The page's part is ``text``."""
    if renew:
        write_part(page, part, text)
    assert page.read_text(encoding="utf-8") == with_part(page, part, text), HOW


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
