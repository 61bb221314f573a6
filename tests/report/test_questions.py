"""The answers in docs/questions.md are those that its queries give on the demo's sample."""

import duckdb
import pages
import pytest
from questions import PAGE, renewed, sections

SECTIONS = sections(PAGE.read_text(encoding="utf-8"))


def test_the_page_asks_the_twelve_questions_of_the_workshop() -> None:
    assert len(SECTIONS) == 12
    assert all(heading.endswith("?") and "```sql" in text for heading, text in SECTIONS.items())


@pytest.mark.parametrize("question", SECTIONS)
def test_answer(question: str, demo: duckdb.DuckDBPyConnection) -> None:
    answered = renewed(SECTIONS[question], demo)
    if pages.renew:
        PAGE.write_text(PAGE.read_text(encoding="utf-8").replace(SECTIONS[question], answered), encoding="utf-8")
    assert pages.renew or answered == SECTIONS[question], pages.HOW
    assert "---" in answered.split("```")[-1]
