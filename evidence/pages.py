"""Pages whose figures a run writes, each part between ``<!-- part begin -->`` and ``<!-- part end -->``."""

import re
from pathlib import Path


def with_part(page: Path, part: str, text: str) -> str:
    """The page's text with ``text`` as its part, which ends with one newline.

    Raises:
        ValueError: the page has no such part.
    """
    marked = re.compile(rf"(<!-- {part} begin -->\n).*?(<!-- {part} end -->)", re.DOTALL)
    before = page.read_text(encoding="utf-8")
    if not marked.search(before):
        raise ValueError(f"{page.name} has no part {part!r}")
    return marked.sub(lambda found: f"{found[1]}{text.rstrip()}\n{found[2]}", before)


def write_part(page: Path, part: str, text: str) -> None:
    """Replace the part in the file."""
    page.write_text(with_part(page, part, text), encoding="utf-8")
