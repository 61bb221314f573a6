"""Every measure of the model gives dbt's figure, over a grid of periods, municipalities, systems and areas."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

import duckdb
import pytest

from powerbi.catalogue import read_catalogue
from powerbi.semantic import Model, build

from .evaluator import Evaluator, load
from .grid import Cell, cells

# Measures over the star: where there is no call there is no row, so the model is blank and the mart, which has a row
# for every municipality with a call in the twelve months, says 0.
BLANK_FOR_ZERO = {"Kald", "Kald på 12 måneder", "Kald på de 12 måneder før", "Kald pr. indbygger"}


@pytest.fixture(scope="session")
def model() -> Model:
    return build(read_catalogue())


@pytest.fixture(scope="session")
def evaluator(demo: duckdb.DuckDBPyConnection) -> Evaluator:
    return load(demo)


def difference(found: Any, expected: Any, blank_for_zero: bool) -> str | None:
    """What kind of cell it is, or None when the two differ."""
    if expected is None:
        return "tom begge steder" if found is None else None
    if found is None:
        return "tom for nul" if blank_for_zero and expected == 0 else None
    return "ens" if abs(found - expected) <= 1e-9 * max(1.0, abs(expected)) else None


def compare(evaluator: Evaluator, cell: Cell, counts: Counter[tuple[str, str]], faults: list[str]) -> None:
    for name, expected in cell.expected.items():
        found = evaluator.value(name, cell.selection)
        kind = difference(found, expected, name in BLANK_FOR_ZERO)
        if kind is None:
            faults.append(f"{name} i {cell.selection}: {found!r}, {cell.table} siger {expected!r}")
        counts[name, kind or "forskellig"] += 1


def check(evaluator: Evaluator, demo: duckdb.DuckDBPyConnection, model: Model, every: int, periods: int) -> Counter[Any]:
    counts: Counter[tuple[str, str]] = Counter()
    faults: list[str] = []
    for cell in cells(demo, model, every, periods):
        compare(evaluator, cell, counts, faults)
    assert faults == [], f"{len(faults)} celler: " + "\n".join(faults[:20])
    return counts
