"""The marts' codes in the words readers see, as SQL over their tables."""

from kdi.notation.sql import sql_text
from kdi.report import codes


def words(table: str, column: str) -> tuple[str, ...]:
    """All words of a column of codes, in the order of their meaning."""
    return tuple(codes.labels(table, column).values())


def in_words(table: str, column: str) -> str:
    """SQL for a column of codes as words; a dash where there is none."""
    cases = " ".join(
        f"when {sql_text(code)} then {sql_text(word)}" for code, word in codes.labels(table, column).items()
    )
    return f"case {column} {cases} else coalesce({column}, '–') end"
