"""The page of questions: every SQL block is followed by its answer on the demo's sample, as a table."""

import re
from datetime import date
from decimal import Decimal

import duckdb

from kdi.notation import danish
from kdi.settings import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "questions.md"

_QUERY_AND_ANSWER = re.compile(r"```sql\n(?P<sql>.*?)```\n\n(?:\|[^\n]*\n)*", re.DOTALL)


def sections(page: str) -> dict[str, str]:
    """The text under each question, by its heading."""
    return dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE))


def renewed(text: str, connection: duckdb.DuckDBPyConnection) -> str:
    """The same text with the answers that the database gives."""
    return _QUERY_AND_ANSWER.sub(lambda m: f"```sql\n{m['sql']}```\n\n{_table(m['sql'], connection)}", text)


def _table(sql: str, connection: duckdb.DuckDBPyConnection) -> str:
    result = connection.execute(sql)
    names = [column[0] for column in result.description]
    rows = result.fetchall()
    sides = ["---:" if all(_is_number(r[i]) for r in rows) else "---" for i in range(len(names))]
    lines = [names, sides, *([_cell(value) for value in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float | Decimal) and not isinstance(value, bool))


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, date):  # and a moment, which is one too
        return f"{value:%d-%m-%Y %H:%M}" if hasattr(value, "hour") else f"{value:%d-%m-%Y}"
    if isinstance(value, float | Decimal):
        return danish.number(float(value), 1)
    return danish.number(value) if isinstance(value, int) else str(value).replace("|", r"\|")
