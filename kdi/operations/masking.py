"""What must never stand in a log line or an alert is struck out: secrets, and what looks like a CPR number."""

from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from kdi.notation import cpr

_STRUCK = "***"
# A shorter one would strike out ordinary words.
_SHORTEST = 5


def masked(text: str, secrets: Iterable[str]) -> str:
    """``text`` without the values of secret settings, the passwords in them, and CPR-like numbers."""
    for secret in _with_passwords(secrets):
        text = text.replace(secret, _STRUCK)
    return cpr.masked(text)


def _with_passwords(secrets: Iterable[str]) -> list[str]:
    found = set()
    for value in secrets:
        found |= {value, *value.split()}
        for address in value.split():
            password = urlsplit(address).password if "://" in address else None
            found |= {password or "", unquote(password or "")}
    return sorted((secret for secret in found if len(secret) >= _SHORTEST), key=len, reverse=True)
