"""The sheets of data: each a table, read into DuckDB first, so that its pivots are worked out from the same rows."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb

from kdi.excel.contents import Column, Data
from kdi.excel.reader import Reader
from kdi.notation import danish
from kdi.report.showable import for_xml

# Rows of a sheet in Excel, less the heading.
MOST_ROWS = 1_048_575
# Above this a reader filters in vain: Power BI and the Parquet files have the single rows.
READABLE = 25_000
ALL = "Alle"
_LONGEST_TEXT = 32_767


class TooManyRows(Exception):
    """A data sheet would not fit into Excel."""


@dataclass(frozen=True)
class Sheet:
    """What a data sheet holds: its rows, and how many there were before they were summed (None: they were not)."""

    data: Data
    rows: list[tuple[Any, ...]]
    before: int | None

    @property
    def told(self) -> str:
        """The explanation, and what was summed away."""
        if self.before is None:
            return self.data.explanation
        first, *others = self.data.summed
        summed = " og ".join([first, *(label.lower() for label in others)])
        rows = f"alle {danish.number(self.before)} rækker er i Power BI og Parquet"
        return f"{self.data.explanation} {summed} er lagt sammen; {rows}."


def read(connection: duckdb.DuckDBPyConnection, data: Data, reader: Reader, most: int = READABLE) -> Sheet:
    """Read a sheet's rows, summed when they are more than ``most``, into the table ``ark`` too; columns by label.

    Raises:
        TooManyRows: even summed there are more rows than a sheet has.
    """
    chosen = ", ".join(f'{c.sql} as "{c.label}"' for c in data.columns)
    connection.execute(f"create or replace temp table ark as select {chosen} from ({data.source(reader)})")
    ((count,),) = connection.execute("select count(*) from ark").fetchall()
    before = None
    if count > most and data.summed:
        before = count
        summed = ", ".join(_summed(c, data) for c in data.columns)
        connection.execute(f"create or replace temp table ark as select {summed} from ark group by all")
    order = data.order or ", ".join(f'"{c.label}"{"" if c.format else " collate da"}' for c in data.columns)
    rows = connection.execute(f"select * from ark order by {order}").fetchall()
    if len(rows) > MOST_ROWS:
        raise TooManyRows(f"{data.sheet}: {len(rows)} rækker, men et ark i Excel har højst {MOST_ROWS}.")
    return Sheet(data, rows, before)


def _summed(column: Column, data: Data) -> str:
    if column.label in data.summed:
        return f"""'{ALL}' as "{column.label}\""""
    return f'{column.total}("{column.label}") as "{column.label}"' if column.total else f'"{column.label}"'


def cell(value: Any) -> Any:
    """A value as a cell holds it: numbers in doubles, and at most 32,767 characters that XML can hold."""
    if isinstance(value, str):
        whole = for_xml(value)
        return whole if len(whole) <= _LONGEST_TEXT else f"{whole[: _LONGEST_TEXT - 1]}…"
    return float(value) if isinstance(value, Decimal) else value


def write_cell(sheet: Any, row: int, column: int, value: Any, form: Any) -> None:
    """Write a value as what it is: a text is never a formula or a link, whatever it begins with."""
    shown = cell(value)
    if shown is None:
        sheet.write_blank(row, column, None, form)
    elif isinstance(shown, str):
        sheet.write_string(row, column, shown, form)
    elif isinstance(shown, bool):
        sheet.write_boolean(row, column, shown, form)
    elif isinstance(shown, (date, datetime)):
        sheet.write_datetime(row, column, shown, form)
    else:
        sheet.write_number(row, column, shown, form)
