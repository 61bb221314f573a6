"""The words that readers see for the marts' codes: as ``marts.kode`` publishes them, from the one list of them.

Words are as in running text; a heading or a cell begins with ``danish.capital``.
"""

from functools import cache
from typing import Any

import yaml

from kdi.notation import danish
from kdi.settings import PROJECT_ROOT

_LIST = PROJECT_ROOT / "dbt_project" / "models" / "marts" / "_kode.yml"


@cache
def _lists() -> tuple[dict[str, Any], ...]:
    (model,) = yaml.safe_load(_LIST.read_text(encoding="utf-8"))["models"]
    return tuple(model["config"]["meta"]["koder"])


def _list_of(table: str, column: str) -> dict[str, Any]:
    (found,) = (known for known in _lists() if known["kolonne"] == column and table in known["tabeller"])
    return found


def words(table: str, column: str) -> dict[str, str]:
    """The word of each code, in the order of their meaning."""
    return dict(_list_of(table, column)["ord"])


def meanings(table: str, column: str) -> dict[str, str]:
    """What each code means, where it must be said."""
    return dict(_list_of(table, column)["betydning"])


def labels(table: str, column: str) -> dict[str, str]:
    """The word of each code as it stands in a cell or a heading."""
    return {code: danish.capital(word) for code, word in words(table, column).items()}
