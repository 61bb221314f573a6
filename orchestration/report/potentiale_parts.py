"""How reports name a system's supplier and an interface."""

from typing import Any


def supplier(row: dict[str, Any]) -> str:
    """The system's supplier, or the word for it."""
    return str(row["leverandoer"]) if row["leverandoer"] and row["leverandoer"] != "Ukendt" else "leverandøren"


def interface(row: dict[str, Any]) -> str:
    """Number and name."""
    number, name = row["snitflade"], row["snitflade_navn"]
    return str(number) if not name or name == number else f"{number} {name}"
