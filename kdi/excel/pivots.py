"""A pivot worked out: its items in Danish order and every cell, so that it can be read before Excel fills it itself.

What Excel calls *compact form*: the row fields share the first column, a second one indented under the first, sums
above. A pivot longer than ``LONGEST`` rows is written with its second field folded away; Excel unfolds it on a click.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from kdi.excel.contents import Column, Data, Pivot
from kdi.notation.sql import sql_text

LONGEST = 400
# Excel's longest caption of an item; it does not tell items apart by case.
_LONGEST_ITEM = 255
Item = str | date
# The items of every field by what Excel tells them apart by, in the order shown.
Items = dict[str, dict[Any, Item]]
TOTAL = "I alt"


@dataclass(frozen=True)
class Row:
    """A line of a pivot: places of its items (fewer than fields in a sum, none in the last) and its figures."""

    place: tuple[int, ...]
    figures: tuple[float | None, ...]


@dataclass(frozen=True)
class Filled:
    """A pivot with what it shows.

    ``items`` holds the items of every field on an axis or in a slicer, by label. ``rows`` ends with the total; each has
    a figure for every column that is ``shown`` and, where there are several, one for all of them.
    """

    pivot: Pivot
    items: dict[str, tuple[Item, ...]]
    shown: tuple[int, ...]
    rows: tuple[Row, ...]
    folded: bool

    @property
    def width(self) -> int:
        """Columns on the sheet."""
        return 1 + len(self.rows[-1].figures)


def fields(data: Data, pivot: Pivot) -> tuple[str, ...]:
    """The labels with items, in the order of the sheet's columns."""
    wanted = {*pivot.rows, *pivot.slicers, *([pivot.columns] if pivot.columns else [])}
    return tuple(c.label for c in data.columns if c.label in wanted)


def items_of(connection: duckdb.DuckDBPyConnection, data: Data) -> Items:
    """The items of every field that a pivot over the sheet uses; the table ``ark`` holds the sheet's rows."""
    wanted = {label for pivot in data.pivots for label in fields(data, pivot)}
    return {c.label: dict(_items(connection, c)) for c in data.columns if c.label in wanted}


def fill(connection: duckdb.DuckDBPyConnection, data: Data, pivot: Pivot, items: Items) -> Filled:
    """Work the pivot out from the table ``ark``."""
    axes = [*pivot.rows, *([pivot.columns] if pivot.columns else [])]
    columns = {c.label: c for c in data.columns}
    keys = ", ".join(_key(columns[label]) for label in axes)
    places = {label: {key: n for n, key in enumerate(items[label])} for label in axes}
    sums: dict[tuple[int, ...], dict[int, float]] = defaultdict(dict)
    # -1 is the column of sums
    for *found, value in connection.execute(f'select {keys}, sum("{pivot.data}") from ark group by all').fetchall():
        place = tuple(places[label][key] for label, key in zip(axes, found, strict=True))
        row, column = (place[:-1], place[-1]) if pivot.columns else (place, -1)
        if value is None:
            continue
        for upper in (row[:depth] for depth in range(len(row) + 1)):
            for where in {column, -1}:
                sums[upper][where] = sums[upper].get(where, 0) + float(value)
    shown = tuple(sorted({c for row in sums.values() for c in row} - {-1}))
    folded = len(sums) > LONGEST and len(pivot.rows) > 1
    ordered = sorted(place for place in sums if place and not (folded and len(place) > 1))
    rows = tuple(Row(p, tuple(sums[p].get(c) for c in (*shown, -1))) for p in [*ordered, ()])
    return Filled(pivot, {label: tuple(found.values()) for label, found in items.items()}, shown, rows, folded)


def caption(filled: Filled, row: Row) -> Item:
    """What stands in the row's first cell."""
    if not row.place:
        return TOTAL
    return filled.items[filled.pivot.rows[len(row.place) - 1]][row.place[-1]]


def _items(connection: duckdb.DuckDBPyConnection, column: Column) -> Iterator[tuple[Any, Item]]:
    key = _key(column)
    if column.format:
        yield from connection.execute(f'select distinct {key}, "{column.label}" from ark order by 2').fetchall()
        return
    sql = f'select {key}, min(left("{column.label}", {_LONGEST_ITEM})) as vist from ark group by 1'
    known = ", ".join(map(sql_text, column.order))
    order = f"coalesce(list_position([{known}], vist), 1e6), vist collate da, vist"
    yield from connection.execute(f"select * from ({sql}) order by {order}").fetchall()


def _key(column: Column) -> str:
    """What tells the items apart: dates as they are, texts without case and cut."""
    return f'"{column.label}"' if column.format else f'lower(left("{column.label}", {_LONGEST_ITEM}))'
