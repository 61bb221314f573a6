"""What a DAX expression refers to, read by a DAX parser rather than by patterns."""

from dataclasses import dataclass, field
from functools import cache

from pbi_parsers.dax.lexer import Lexer
from pbi_parsers.dax.main import remove_non_executing_tokens, to_ast
from pbi_parsers.dax.tokens import TokenType

_BRACKET = TokenType.BRACKETED_IDENTIFIER
_TABLE = TokenType.SINGLE_QUOTED_IDENTIFIER


@dataclass
class References:
    """Names in one expression."""

    columns: set[tuple[str, str]] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
    measures: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)


@cache
def references(expression: str) -> References:
    """Every name an expression uses; tables are always quoted in this model.

    Raises:
        ValueError: it is not DAX.
    """
    try:
        tree = to_ast(expression)
    except (AssertionError, IndexError):
        tree = None
    if tree is None:
        raise ValueError(f"kan ikke læses som DAX: {expression}")
    tokens = remove_non_executing_tokens(Lexer(expression).scan())
    found = References()
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        if token.tok_type is _TABLE:
            name = token.text[1:-1].replace("''", "'")
            if after is not None and after.tok_type is _BRACKET:
                found.columns.add((name, after.text[1:-1]))
            else:
                found.tables.add(name)
        elif token.tok_type is _BRACKET and (before is None or before.tok_type is not _TABLE):
            found.measures.add(token.text[1:-1])
        elif after is not None and after.tok_type is TokenType.LEFT_PAREN and token.text.isidentifier():
            found.functions.add(token.text.upper())
        elif token.tok_type is TokenType.UNQUOTED_IDENTIFIER:
            found.variables.add(token.text)
    return found
