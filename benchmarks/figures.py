"""What a benchmark measured, beside its goal: printed as it comes, and written into docs/performance.md."""

import re
from datetime import date
from pathlib import Path

from evidence.pages import write_part

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"


class Figures:
    """The figures of one part of the page."""

    def __init__(self, part: str, head: tuple[str, str, str] = ("what", "measured", "goal")) -> None:
        self._part, self._lines = part, [head, ("---", "---", "---")]

    def add(self, what: str, measured: str, goal: str = "") -> None:
        """Print a figure, and keep it for the page."""
        print(f"{what:<60} {measured:<40} {goal}", flush=True)
        self._lines.append((what, measured, goal))

    def write(self) -> None:
        """Replace the part of the page."""
        table = "\n".join(f"| {' | '.join(line)} |" for line in self._lines)
        write_part(PAGE, self._part, f"Measured on {date.today()}.\n\n{table}")


def queries() -> dict[str, str]:
    """Ten queries of the kind Power BI sends, by name."""
    text = Path(__file__).with_name("queries.sql").read_text(encoding="utf-8")
    return dict(re.findall(r"-- name: (\w+)\n(.*?);", text, re.DOTALL))
