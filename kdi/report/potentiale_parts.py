"""How reports name a system's supplier and an interface."""

from typing import Any


def supplier(row: dict[str, Any]) -> str:
    """The system's supplier, or the word for it."""
    return str(row["leverandoer"]) if row["leverandoer"] and row["leverandoer"] != "Ukendt" else "leverandøren"


def interface(row: dict[str, Any]) -> str:
    """``Sags- og Dokumentindeks (SF1470)``: what it does, then its code; the code alone where it has no name."""
    code, name = row["snitflade"], row["snitflade_navn"]
    return str(code) if not name or name == code else f"{name} ({code})"
