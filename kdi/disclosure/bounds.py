"""How narrowly sums pin hidden counts down: the smallest and largest value of each, by linear programming.

Knows nothing of tables or rules; it is given sums over unknowns and what is known of each beforehand. SciPy takes a
second to import, so that is done where there is something to solve; most loads have nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# The solver answers to 1e-7; counts are whole.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Equation:
    """The unknowns at ``members`` add up to ``total``."""

    members: np.ndarray
    total: float


@dataclass(frozen=True)
class Bounds:
    """Smallest and largest value of every unknown.

    ``impossible`` marks those for which no solution exists, ``untried`` those left at what was known
    beforehand because too many are linked.
    """

    low: np.ndarray
    high: np.ndarray
    impossible: np.ndarray
    untried: np.ndarray


def bounds(equations: Sequence[Equation], lower: np.ndarray, upper: np.ndarray, most_turns: int = 200) -> Bounds:
    """Tighten ``lower`` and ``upper`` as far as the equations allow.

    Unknowns that stand in the same sums and are known equally well form a class: they have the same
    bounds, which follow from those of the class's sum. Blocks of classes that share no sum are
    solved side by side in one program, one class of each at a time.

    Args:
        most_turns: how many classes of a block are asked for. Unknowns of the others are untried.
    """
    low, high = lower.astype(float), upper.astype(float)
    impossible, untried = np.zeros(len(low), bool), np.zeros(len(low), bool)
    if not equations:
        return Bounds(low, high, impossible, untried)
    sums, totals, members = _classes(equations, low, high)
    sizes = np.array([len(own) for own in members])
    one = np.array([[low[own[0]], high[own[0]]] for own in members])
    box = one * sizes[:, None]
    blocks = _blocks(sums)
    solved = _solve(sums, totals, box, blocks, most_turns)
    if solved is None:  # somewhere; block by block it is found where
        solved = box.copy()
        for block in blocks:
            rows = np.unique(sums.tocsc()[:, block].nonzero()[0])
            part = _solve(sums[rows][:, block], totals[rows], box[block], [np.arange(len(block))], most_turns)
            if part is None:
                impossible[np.concatenate([members[c] for c in block])] = True
            else:
                solved[block] = part
    for c, own in enumerate(members):
        low[own] = max(one[c, 0], solved[c, 0] - (sizes[c] - 1) * one[c, 1])
        high[own] = min(one[c, 1], solved[c, 1] - (sizes[c] - 1) * one[c, 0])
    for block in blocks:
        for c in block[most_turns:]:
            untried[members[c]] = True
    return Bounds(low, high, impossible, untried)


def _classes(
    equations: Sequence[Equation], low: np.ndarray, high: np.ndarray
) -> tuple["csr_array", np.ndarray, list[np.ndarray]]:
    """Sums over classes, their totals, and the unknowns of each class."""
    from scipy.sparse import coo_array

    rows = np.repeat(np.arange(len(equations)), [len(e.members) for e in equations])
    columns = np.concatenate([e.members for e in equations])
    order = np.lexsort((rows, columns))
    rows, columns = rows[order], columns[order]
    starts = np.flatnonzero(np.diff(columns, prepend=-1))
    found: dict[tuple[bytes, float, float], list[int]] = {}
    for place, own_rows in zip(columns[starts], np.split(rows, starts[1:]), strict=True):
        found.setdefault((own_rows.tobytes(), low[place], high[place]), []).append(int(place))
    members = [np.array(own) for own in found.values()]
    patterns = [np.frombuffer(key[0], dtype=rows.dtype) for key in found]
    in_class = np.repeat(np.arange(len(patterns)), [len(p) for p in patterns])
    sums = coo_array(
        (np.ones(len(in_class)), (np.concatenate(patterns), in_class)), shape=(len(equations), len(members))
    )
    return sums.tocsr(), np.array([e.total for e in equations], dtype=float), members


def _blocks(sums: "csr_array") -> list[np.ndarray]:
    """Classes that are linked by sums, together."""
    from scipy.sparse import block_array
    from scipy.sparse.csgraph import connected_components

    _, label = connected_components(block_array([[None, sums], [sums.T, None]]), directed=False)
    label = label[sums.shape[0] :]
    order = np.argsort(label, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(label[order])) + 1)


def _solve(
    sums: "csr_array", totals: np.ndarray, box: np.ndarray, blocks: list[np.ndarray], most_turns: int
) -> np.ndarray | None:
    """Least and largest sum of every class asked for; None when no values fit."""
    from scipy.optimize import linprog

    found = box.astype(float)
    for turn in range(min(max(len(block) for block in blocks), most_turns)):
        asked = np.array([block[turn] for block in blocks if len(block) > turn])
        for side, sign in ((0, 1.0), (1, -1.0)):
            aim = np.zeros(len(box))
            aim[asked] = sign
            result = linprog(aim, A_eq=sums, b_eq=totals, bounds=box, method="highs")
            if result.status == 2:
                return None
            if result.x is None:
                raise RuntimeError(f"The solver gave up: {result.message}")
            found[asked, side] = result.x[asked]
    return found
