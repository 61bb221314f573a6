"""Rows of a mart against what a second way makes of it: every column, every cell."""

import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

Row = dict[str, Any]
# Sums of floating-point numbers are made of millionths, and a step's score is a hundred times such a sum.
_ABSOLUTE = {"score": 1e-3}


def differences(found: Sequence[Row], expected: Sequence[Row], may_be_false: str = "") -> list[str]:
    """What is not alike, rows in any order.

    Args:
        may_be_false: a column that may say no where yes is expected, never the other way.
    """
    if may_be_false:
        is_yes = {_exact({**row, may_be_false: None}) for row in expected if row[may_be_false]}
        too_much = [
            f"{may_be_false}: {row}"
            for row in found
            if row[may_be_false] and _exact({**row, may_be_false: None}) not in is_yes
        ]
        found, expected = ([{**row, may_be_false: None} for row in rows] for rows in (found, expected))
        return too_much + differences(found, expected)
    groups: dict[tuple, tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
    for place, rows in enumerate((found, expected)):
        for row in rows:
            groups[_exact(row)][place].append(row)
    told = []
    for key, (left, right) in groups.items():
        if len(left) != len(right):
            told.append(f"{len(left)} mod {len(right)}: {key}")
            continue
        for one, other in zip(sorted(left, key=_numbers), sorted(right, key=_numbers), strict=True):
            wrong = [name for name in one if not _alike(one[name], other[name], _ABSOLUTE.get(name, 2e-5))]
            told += [f"{name}: {one[name]} mod {other[name]} i {key}" for name in wrong]
    return told


def _exact(row: Row) -> tuple:
    """All cells but those with a fraction; a number that is none is seen as such."""
    return tuple((n, v is not None if isinstance(v, float) else v) for n, v in sorted(row.items()))


def _numbers(row: Row) -> list[float]:
    return [v for _, v in sorted(row.items()) if isinstance(v, float)]


def _alike(one: Any, other: Any, absolute: float) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=absolute)
    return bool(one == other)


def falsified(value: Any) -> Any:
    """Another value of the same kind."""
    if value is None:
        return "noget"
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, date):
        return value + timedelta(days=1)
    return f"{value}x"
