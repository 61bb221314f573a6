"""JSON: an array of objects, read at the paths that the profile names."""

import json
from pathlib import Path

import pyarrow as pa

from expectations.findings import UNREAD_MARK, Finding, UnreadableDelivery
from expectations.profiles import Profile

_NO_TEXT = UNREAD_MARK + "forkert_celletype"


def table(path: Path, profile: Profile) -> pa.Table:
    """The profile's paths of every object of a JSON array. What else the objects hold is never looked at.

    Raises:
        UnreadableDelivery: not an array of objects in UTF-8.
    """
    try:
        objects = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnreadableDelivery(Finding("ukendt_tegnsaet", detalje="UTF-8")) from error
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits
        raise UnreadableDelivery(Finding("ulaeselig_fil", detalje="ikke gyldig JSON")) from error
    if not isinstance(objects, list) or not all(isinstance(o, dict) for o in objects):
        raise UnreadableDelivery(Finding("ulaeselig_fil", detalje="JSON-filen er ikke en liste af objekter"))
    try:
        return pa.table(
            {c.name: pa.array([_at(o, c.accepted_headers) for o in objects], pa.string()) for c in profile.columns}
        )
    except UnicodeEncodeError as error:  # half a character, as in "\\ud800"
        raise UnreadableDelivery(Finding("ukendt_tegnsaet", detalje="UTF-8")) from error


def _at(value: object, paths: tuple[str, ...]) -> str | None:
    """The text at the first path that leads to one; a mark where there is something else than a text."""
    for path in paths:
        found = value
        for key in path.split("."):
            if found and not isinstance(found, dict):
                return _NO_TEXT
            found = found.get(key) if isinstance(found, dict) else None
        if found and isinstance(found, dict | list):
            return _NO_TEXT
        if found is not None and not isinstance(found, dict | list):
            return str(found).strip().lower() if isinstance(found, bool) else str(found).strip() or None
    return None
