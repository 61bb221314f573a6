"""Names and values as they are spelled in SQL."""


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def sql_text(value: str) -> str:
    """An SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


def sql_list(values: list[str]) -> str:
    """An SQL list of string literals."""
    return "[" + ", ".join(sql_text(v) for v in values) + "]"
