"""The rows below a sheet's header: labels of merged cells filled down, blank rows left out."""

from collections.abc import Iterator, Sequence

from expectations.profiles import Column, Profile
from kdi.ingest import notes
from kdi.ingest.sheet_cells import MERGED, Cells, Merged, marked, text_of, typed_text
from kdi.ingest.sheet_xml import column_letters

_Row = list[str | None]
_COUNTS = ("antal", "antal_maskeret")


class Rows:
    """The rows of one sheet.

    Args:
        place: the row of the header.
        positions, columns: where the sheet's columns stand, and what the layout calls them.
    """

    def __init__(
        self, cells: Cells, place: int, positions: Sequence[int], columns: Sequence[str], profile: Profile
    ) -> None:
        self._cells, self._place = cells, place
        by_name = {c.name: c for c in profile.columns}
        self._status = by_name[profile.matrix.value_column] if profile.matrix else None
        self._columns = [
            (i, self._status if name.startswith("ting_") else by_name.get(name))  # None: nobody knows the column
            for i, name in zip(positions, columns, strict=True)
        ]
        self._unread = cells.unread.cells
        self._hidden = 0

    def table(self) -> Iterator[tuple[int, _Row]]:
        """Each row with its place in the sheet; blank ones are left out."""
        merged = self._cells.merged_below(self._place)
        for place, values in enumerate(self._cells.rows()):
            if place <= self._place:
                continue
            own = [self._text(place, i, column, values[i] if i < len(values) else "") for i, column in self._columns]
            if any(own):  # where only the rest of a merged cell stands is blank too
                self._hidden += place in self._cells.unread.hidden_rows
                if merged:
                    own = [self._filled(place, t, at, merged) for t, at in zip(own, self._columns, strict=True)]
                yield place, own

    def notes(self, of_several: bool) -> Iterator[str]:
        """What is read although whoever opens the sheet does not see it; after :meth:`table`."""
        sheet = f" i arket {notes.named([self._cells.name])}" if of_several else ""
        hidden = [
            column_letters(i)
            for i, column in self._columns
            if column and any(i in some for some in self._cells.unread.hidden_columns)
        ]
        if hidden:
            yield f"Skjulte kolonner ({', '.join(hidden)}){sheet} er læst som de andre."
        if self._hidden:
            one = self._hidden == 1
            yield f"{self._hidden} skjult{'' if one else 'e'} række{'' if one else 'r'}{sheet} er læst som de andre."

    def _text(self, place: int, position: int, column: Column | None, value: object) -> str | None:
        if column is None:
            return text_of(value)
        if self._unread and (fault := self._unread.get((place, position))):
            return marked(fault)
        return None if value == "" else typed_text(value, column)

    def _filled(
        self, place: int, text: str | None, at: tuple[int, Column | None], merged: dict[tuple[int, int], Merged]
    ) -> str | None:
        """A cell's text; in a merged range that of the range, where it is a label and holds for the cell."""
        position, column = at
        cell = merged.get((place, position))
        if cell is None or column is None:
            return text
        if fault := self._unread.get((cell.top, cell.left)):
            return marked(fault)
        if text_of(cell.value) is None:
            return text
        is_beside = position != cell.left
        if column.type in _COUNTS and (is_beside or cell.bottom > cell.top):
            return marked(MERGED)  # a number of whom? It is of no single row
        return marked(MERGED) if is_beside and column is not self._status else typed_text(cell.value, column)
