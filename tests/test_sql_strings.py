"""Every piece of SQL in the code is SQL: DuckDB's parser takes it, also where no other test happens to go."""

import ast
import re
from collections.abc import Iterator

import duckdb
import pytest

from kdi.settings import PROJECT_ROOT

BEGINS = re.compile(r"\s*(select|with \w+ as|from \w+\.\w+|insert into|update \w+ set|delete from|copy \()\s", re.I)
# Another dialect, which its own tests run against a server.
OTHERS = ("kdi/publish/postgres/", "orchestration/dagster_internals/storage.py", "kdi/building/spark")


def text_of(node: ast.expr) -> str | None:
    """A string as it stands, with a name wherever a value is filled in."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "§" for part in node.values)
    return None


def statements() -> Iterator[tuple[str, str]]:
    for folder in ("kdi", "orchestration", "expectations", "demo"):
        for path in sorted((PROJECT_ROOT / folder).rglob("*.py")):
            name = str(path.relative_to(PROJECT_ROOT))
            if name.startswith(OTHERS):
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            pieces = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
            for node in ast.walk(tree):
                if id(node) in pieces:
                    continue
                text = text_of(node) if isinstance(node, (ast.Constant, ast.JoinedStr)) else None
                if text and BEGINS.match(text):
                    yield f"{name}:{node.lineno}", text


def filled_in(sql: str) -> Iterator[str]:
    """With each of the usual things in the place of what is filled in."""
    sql = (
        sql.replace("case § end", "case when x then x end")
        .replace("{§}", "{'a': 'b'}")
        .replace("from (§)", "from (select 1)")
    )
    for filler in ("x", "'x'", "1", "(select 1)", "as x"):
        yield sql.replace("§", filler)


def parses(sql: str) -> bool:
    for attempt in filled_in(sql):
        try:
            duckdb.extract_statements(attempt)
            return True
        except duckdb.ParserException:
            continue
    return False


def test_sql_strings_are_found() -> None:
    assert len(list(statements())) > 100


def test_every_statement_parses() -> None:
    wrong = [f"{place}: {' '.join(sql.split())[:160]}" for place, sql in statements() if not parses(sql)]
    assert wrong == []


@pytest.mark.parametrize("sql", ["select a from t order by a, all", "select a, from t whree a"])
def test_what_is_no_sql_is_found(sql: str) -> None:
    assert not parses(sql)
