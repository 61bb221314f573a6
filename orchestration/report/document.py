"""What a report is made of, whatever it is shown as. Texts are ready to print; nothing is computed after this."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Paragraph:
    """A piece of running text; ``tone`` is ``normal`` or ``note``."""

    text: str
    tone: str = "normal"
    kind: str = "paragraph"


@dataclass(frozen=True)
class Tile:
    """One figure shown large, with what it is compared to."""

    label: str
    value: str
    lines: tuple[str, ...] = ()
    measure: str = ""


@dataclass(frozen=True)
class Tiles:
    """A row of figures shown large."""

    tiles: tuple[Tile, ...]
    kind: str = "tiles"


@dataclass(frozen=True)
class Step:
    """A thing to do: what, why, and what it is worth."""

    title: str
    text: str
    worth: str


@dataclass(frozen=True)
class Steps:
    """Things to do, the most worthwhile first."""

    steps: tuple[Step, ...]
    kind: str = "steps"


@dataclass(frozen=True)
class Bullets:
    """A list of short statements."""

    items: tuple[str, ...]
    kind: str = "bullets"


@dataclass(frozen=True)
class Column:
    """A table's column. ``width`` is its share of the line; ``mark`` shows a status with a symbol."""

    label: str
    width: float = 1.0
    right: bool = False
    mark: bool = False


@dataclass(frozen=True)
class Table:
    """A finding with the rows behind it. A cell is text; an empty one is for the reader to fill in."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    name: str = ""
    empty: str = "Ingen."
    kind: str = "table"


def tabulate(
    title: str, rows: Iterable[dict[str, Any]], *columns: tuple[Column, Callable[[dict[str, Any]], str]], **more: str
) -> Table:
    """A table of rows, each column with the function that makes its text."""
    return Table(
        title,
        tuple(column for column, _ in columns),
        tuple(tuple(text(row) for _, text in columns) for row in rows),
        **more,
    )


@dataclass(frozen=True)
class Chart:
    """A picture with what it says in words (``alt``, from the same numbers)."""

    title: str
    subtitle: str
    svg: str
    alt: str
    kind: str = "chart"


Block = Paragraph | Tiles | Steps | Bullets | Table | Chart


@dataclass(frozen=True)
class Section:
    """Blocks under a heading. ``new_page`` matters in print only."""

    title: str
    blocks: tuple[Block, ...]
    new_page: bool = False


@dataclass(frozen=True)
class Definition:
    """What a figure means: its measure in the catalogue, and until when the data behind it reach."""

    label: str
    text: str
    source: str
    data_through: str
    measure: str = ""


@dataclass(frozen=True)
class Document:
    """A whole report. ``front`` is page 1, which can be read alone."""

    title: str
    subtitle: str
    audience: str
    headline: str
    front: tuple[Block, ...]
    sections: tuple[Section, ...]
    definitions: tuple[Definition, ...]
    release: str
    data_through: str
    notes: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def tables(self) -> dict[str, Table]:
        """The tables that have a name, for the CSV attachments and the tests."""
        blocks = [*self.front, *(b for s in self.sections for b in s.blocks)]
        return {b.name: b for b in blocks if isinstance(b, Table) and b.name}
