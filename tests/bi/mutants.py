"""Faults that someone could make in a measure or a relationship, made on purpose."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .evaluator import Evaluator

# What is written, and what a slip would write instead.
_SLIPS = [
    (r"\bSUM \(", "MAX ("),
    (r"\bMAX \(", "MIN ("),
    (r"\bMIN \(", "MAX ("),
    (r"\bMEDIAN \(", "MAX ("),
    (r"\bDISTINCTCOUNT \(", "COUNT ("),
    (r"COUNTROWS \( '[^']+' \)", "1"),
    (r"100 \* ", ""),
    (r" \+ 0\b", ""),
    (r", -12 \)", ", -11 )"),
    (r", -24 \)", ", -23 )"),
    (r" <= ", " < "),
    (r" > ", " >= "),
    (r" <> ", " = "),
    (r'= "[a-zA-Z_]+"', '= "andet"'),
    (r"= TRUE \(\)", "= FALSE ()"),
    (r",\s*REMOVEFILTERS \( 'Dato' \)", ""),
    (r",\s*KEEPFILTERS \( [^()]*(?:\(\))? \)", ""),
]
_AGGREGATED = re.compile(r"\b(?:SUM|MAX|MIN|MEDIAN) \( '([^']+)'\[(_\w+)\] \)")
_DIVIDED = re.compile(r"DIVIDE \( (SUM \( [^)]+ \)|\[[^\]]+\]), ((?:SUM|MAX) \( [^)]+ \)|\[[^\]]+\]) \)")


@dataclass(frozen=True)
class Mutant:
    """One change: the measure it is in, or '' when it is a relationship, and the changed model."""

    measure: str
    what: str
    model: Evaluator
    missing: tuple[str, str] = ("", "")


def of_measures(evaluator: Evaluator) -> Iterator[Mutant]:
    """Each slip at each place it can be made, one at a time."""
    for name, dax in evaluator.measures.items():
        for what, changed in _changes(evaluator, dax):
            yield Mutant(name, what, replace(evaluator, measures={**evaluator.measures, name: changed}))


def of_relationships(evaluator: Evaluator) -> Iterator[Mutant]:
    """Each relationship missing."""
    for number, r in enumerate(evaluator.relationships):
        rest = [*evaluator.relationships[:number], *evaluator.relationships[number + 1 :]]
        what = f"{r['FromTable']}[{r['FromColumn']}] -> {r['ToTable']}[{r['ToColumn']}] mangler"
        yield Mutant("", what, replace(evaluator, relationships=rest), (r["FromTable"], r["ToTable"]))


def _changes(evaluator: Evaluator, dax: str) -> Iterator[tuple[str, str]]:
    for pattern, instead in _SLIPS:
        for match in re.finditer(pattern, dax):
            changed = dax[: match.start()] + instead + dax[match.end() :]
            removed = match[0].strip(", \n\t").split()[0]
            yield f"{match[0].strip()} -> {instead.strip()}" if instead else f"{removed} væk", changed
    for match in _AGGREGATED.finditer(dax):
        table, column = match.groups()
        other = _another(evaluator, table, column)
        if other:
            yield f"[{column}] -> [{other}]", dax[: match.start(2)] + other + dax[match.end(2) :]
    for match in _DIVIDED.finditer(dax):
        yield (
            "tæller og nævner byttet",
            dax[: match.start()] + f"DIVIDE ( {match[2]}, {match[1]} )" + dax[match.end() :],
        )


def _another(evaluator: Evaluator, table: str, column: str) -> str | None:
    """Another column of the table with figures, none of them a key."""
    columns, rows = evaluator.tables[table]["columns"], evaluator.tables[table]["rows"]
    if not isinstance(_first(rows, columns.index(column)), int | float):
        return None
    others = [
        c for n, c in enumerate(columns)
        if c != column and c.startswith("_") and not c.endswith("_id") and type(_first(rows, n)) in (int, float)
    ]  # fmt: skip
    return str(others[0]) if others else None


def _first(rows: list[list[object]], position: int) -> object:
    return next((row[position] for row in rows if row[position] is not None), None)
