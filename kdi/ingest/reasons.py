"""A sheet of reasons beside a matrix: a row per system and interface, whose reason goes beside its status."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

import pyarrow as pa

from expectations.profiles import Profile
from kdi.ingest import notes
from kdi.ingest.layout import REASON, Layout
from kdi.ingest.sheet_cells import HEADER_SOUGHT_IN, Cells, marked, text_of
from kdi.notation import names

_SYSTEM = "it_system_navn"


@dataclass(frozen=True)
class ReasonList:
    """A sheet with the header of reasons: the row of it, and where system, interface and reason stand."""

    cells: Cells
    place: int
    positions: tuple[int, int, int]

    def rows(self) -> Iterator[tuple[int, str, str, str | None]]:
        """Row as Excel counts them, system, interface and reason of each row that is not blank."""
        for place, values in islice(enumerate(self.cells.rows()), self.place + 1, None):
            texts = [self._text(place, i, values) for i in self.positions]
            if any(texts):
                yield place + 1, texts[0] or "", texts[1] or "", texts[2]

    def _text(self, place: int, position: int, values: list[object]) -> str | None:
        fault = self.cells.unread.cells.get((place, position))
        return marked(fault) if fault else text_of(values[position]) if position < len(values) else None


def list_of(cells: Cells, profile: Profile) -> ReasonList | None:
    """The sheet as a list of reasons, if one of its first rows is the header of one."""
    assert profile.matrix
    wanted = (_SYSTEM, profile.matrix.name_column, profile.matrix.reason_column)
    headers = [
        {names.header_key(h) for column in profile.columns if column.name == name for h in column.accepted_headers}
        for name in wanted
    ]
    for place in range(min(HEADER_SOUGHT_IN, cells.height)):
        keys = [names.header_key(text) for text in cells.header(place)]
        found = [next((i for i, key in enumerate(keys) if key in some), -1) for some in headers]
        if min(found) >= 0:
            return ReasonList(cells, place, (found[0], found[1], found[2]))
    return None


def added(
    lists: Iterable[ReasonList], layout: Layout, table: pa.Table, profile: Profile
) -> tuple[Layout, pa.Table, list[str]]:
    """The matrix with the reasons of the lists beside its statuses, and notes on those that are about nothing in it.

    A reason that stands beside the status itself counts before one of a list.
    """
    systems = [names.compared(name or "") for name in table.column(_SYSTEM).to_pylist()]
    columns = {name: column for column, name in layout.things}
    told: list[str] = []
    for each in lists:
        given: dict[tuple[str, str], str] = {}
        lost: list[int] = []
        for row, system, interface, reason in each.rows():
            key = names.compared(system), names.interface(interface) or names.shown(interface)
            if key[0] not in systems or key[1] not in columns or (reason and given.get(key, reason) != reason):
                lost.append(row)
            elif reason:
                given[key] = reason
        for interface in dict.fromkeys(interface for _, interface in given):
            reasons = [given.get((system, interface)) for system in systems]
            name = interface + REASON
            if name not in columns:
                columns[name] = f"ting_{len(columns)}_grund"
                table = table.append_column(columns[name], pa.nulls(len(systems), pa.string()))
            own = table.column(columns[name]).to_pylist()
            both = pa.array([a or b for a, b in zip(own, reasons, strict=True)], pa.string())
            table = table.set_column(table.schema.get_field_index(columns[name]), columns[name], both)
        told += _told(each, lost)
    found = tuple(name for name in table.column_names if name != "linje")
    things = tuple((column, name) for name, column in columns.items())
    return replace(layout, columns=found, things=things), table, told


def _told(each: ReasonList, lost: list[int]) -> Iterator[str]:
    sheet = notes.named([each.cells.name])
    yield f"Arket {sheet} er læst som årsager."
    if lost:
        lines = ", ".join(map(str, lost[:8])) + (f" og {len(lost) - 8} til" if len(lost) > 8 else "")
        one = len(lost) == 1
        yield (
            f"Arket {sheet}: {notes.rows(len(lost))} (række {lines}) nævner et system eller en snitflade, som ikke"
            f" står i statusarket, eller siger {'den' if one else 'dem'} imod en anden;"
            f" {'den' if one else 'de'} sætter intet."
        )
