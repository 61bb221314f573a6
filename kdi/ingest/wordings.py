"""What people wrote where a code was agreed: wordings nobody knows, reasons that count for nothing, rows that disagree.

None of it refuses a row. The cell is set aside when it is read (the lake keeps its words), and a note says where it
stands and which known wording is nearest, never what it says.
"""

import difflib
from collections.abc import Iterable

import duckdb

from expectations.profiles import Column, Profile
from kdi.ingest.layout import ROWS_OF_A_SHEET, Layout
from kdi.ingest.rules import code_of, counting_code, spelled, spellings
from kdi.notation.sql import sql_list

_MOST_PLACES = 8
_NEAR = 0.6


def notes(connection: duckdb.DuckDBPyConnection, profile: Profile, layout: Layout) -> list[str]:
    """Notes on the rows of table ``raekker`` (``raekke`` and the profile's columns) that have no fault."""
    _place_rows(connection, layout)
    found: list[str] = []
    for column in profile.vocabularies:
        found += _unknown(connection, column, profile)
        if column.beside:
            found += _out_of_place(connection, column, profile)
    if profile.matrix and profile.rows_may_repeat:
        found += _disagreeing(connection, profile)
    return found


def _place_rows(connection: duckdb.DuckDBPyConnection, layout: Layout) -> None:
    """Table ``sunde``: the rows without a fault, with their place as whoever opens the file counts them."""
    number = f"raekke % {ROWS_OF_A_SHEET}"
    sheets = sql_list(list(layout.sheets)) if layout.sheets else "['']"
    place = f"if({bool(layout.sheets)}, 'ark »' || ({sheets})[1 + raekke // {ROWS_OF_A_SHEET}] || '« ', '')"
    connection.execute(
        f"create or replace temp view sunde as select *, {place} || 'række ' || {number} as sted from raekker"
        " where raekke not in (select raekke from fejl)"
    )


def _unknown(connection: duckdb.DuckDBPyConnection, column: Column, profile: Profile) -> list[str]:
    """One note per nearest known wording, with the places of its cells."""
    rows = connection.execute(
        f"select {_place(profile)}, {spelled(column.name)} from sunde"
        f" where {column.name} is not null and {code_of(column)} is null order by raekke, 1"
    ).fetchall()
    known = {spelling: word for word, spelling in spellings(column.words).items()}
    places: dict[str, list[str]] = {}
    for place, spelling in rows:
        near = difflib.get_close_matches(spelling, known, n=1, cutoff=_NEAR)
        places.setdefault(known[near[0]] if near else "", []).append(place)
    counts = "sætter intet" if column.beside else "er lagt til side, og det sidst forståede gælder"
    return [
        f"{_counted(some, f'celle med {_said(column)}', f'celler med {_said(column)}')}, som ingen kender"
        f" ({f'nærmest »{word}«' if word else 'intet kendt ord er nær'}), {counts}: {_listed(some)}."
        for word, some in places.items()
    ]


def _out_of_place(connection: duckdb.DuckDBPyConnection, column: Column, profile: Profile) -> list[str]:
    rows = connection.execute(
        f"select {_place(profile)} from sunde where {code_of(column)} is not null"
        f" and {counting_code(column, profile)} is null order by raekke, 1"
    ).fetchall()
    if not rows:
        return []
    places = [place for (place,) in rows]
    ((other, codes),) = column.beside
    counted = _counted(places, f"celle med {_said(column)}", f"celler med {_said(column)}")
    return [
        f"{counted} står ikke ved {other} {', '.join(codes[:-1])} eller {codes[-1]} og sætter intet: {_listed(places)}."
    ]


def _disagreeing(connection: duckdb.DuckDBPyConnection, profile: Profile) -> list[str]:
    """Systems that stand in several rows with different statuses."""
    assert profile.matrix
    value = next(c for c in profile.columns if c.name == profile.matrix.value_column)
    rows = connection.execute(
        f"""select any_value(it_system_navn), {profile.matrix.name_column},
            string_agg(distinct sted, ' og ' order by sted)
        from sunde
        where {code_of(value)} is not null
        group by lower(coalesce(it_system_uuid, it_system_navn)), {profile.matrix.name_column}
        having count(distinct {code_of(value)}) > 1
        order by 1, 2"""
    ).fetchall()
    return [
        f"»{name}« står i {lines} med forskellig {value.name} for {thing}; den mindst fremskredne gælder."
        for name, thing, lines in rows
    ]


def _place(profile: Profile) -> str:
    thing = f"{profile.matrix.name_column} || ' '" if profile.matrix else "''"
    return f"{thing} || sted"


def _said(column: Column) -> str:
    """The column as a sentence calls it."""
    return (column.headers[0] if column.headers else column.name).lower()


def _counted(some: list[str], one: str, many: str) -> str:
    return f"1 {one}" if len(some) == 1 else f"{len(some)} {many}"


def _listed(places: Iterable[str]) -> str:
    every = list(places)
    more = f" og {len(every) - _MOST_PLACES} til" if len(every) > _MOST_PLACES else ""
    return ", ".join(every[:_MOST_PLACES]) + more
