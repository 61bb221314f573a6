"""What a report is made of, whatever it is shown as. Texts are ready to print; nothing is computed after this."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from kdi.notation import danish


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
    """A thing to do: what, why, and what shows that it was done (``worth``).

    ``values`` are pairs of whom it is good for and what they get; ``who`` takes it up: a role.
    """

    title: str
    text: str
    worth: str
    who: str = ""
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Steps:
    """Things to do, the most worthwhile first."""

    steps: tuple[Step, ...]
    kind: str = "steps"


@dataclass(frozen=True)
class Place:
    """A question and the municipality's answer; ``share`` is 0 at the lowest place among all and 1 at the highest."""

    question: str
    measure: str
    value: str
    beside: str
    share: float | None
    place: str
    change: str


@dataclass(frozen=True)
class Places:
    """Questions with place lines: a line shows the rank, so nobody's value."""

    places: tuple[Place, ...]
    since: str
    kind: str = "places"


@dataclass(frozen=True)
class State:
    """A part of a whole: its code decides how it is drawn (``kpi.potentiale.tilstand``)."""

    code: str
    count: int
    label: str
    text: str


@dataclass(frozen=True)
class States:
    """A bar split in its parts, each with number and words."""

    title: str
    note: str
    states: tuple[State, ...]
    kind: str = "states"


@dataclass(frozen=True)
class Stacks:
    """A bar per name, split as ``states`` are, on one scale; ``extra`` stands at the right, under ``heading``.

    ``what`` says what the names are of.
    """

    title: str
    what: str
    rows: tuple[tuple[str, tuple[int, ...], str], ...]
    codes: tuple[str, ...]
    words: tuple[str, ...]
    heading: str = ""
    note: str = ""
    kind: str = "stacks"


@dataclass(frozen=True)
class Bars:
    """A bar per name from zero, with its figure as text; ``columns`` are the headings of both."""

    title: str
    columns: tuple[str, str]
    rows: tuple[tuple[str, float, str], ...]
    note: str = ""
    kind: str = "bars"


@dataclass(frozen=True)
class Curve:
    """A line over months from zero. ``points`` are month as text and value; a value that is missing is a gap."""

    title: str
    unit: str
    points: tuple[tuple[str, float | None], ...]
    last: str
    alt: str


@dataclass(frozen=True)
class Curves:
    """Small charts side by side, two in a row."""

    curves: tuple[Curve, ...]
    kind: str = "curves"


@dataclass(frozen=True)
class Tessera:
    """One of a mosaic: a name and a few words; ``share`` (0–1) is how far it is filled, None where unknown."""

    name: str
    said: str
    share: float | None


@dataclass(frozen=True)
class Mosaic:
    """Many small tiles on one page."""

    title: str
    note: str
    tiles: tuple[Tessera, ...]
    kind: str = "mosaic"


@dataclass(frozen=True)
class Outcomes:
    """What became of steps: the word for it, of which, and more about them."""

    items: tuple[tuple[str, str, str], ...]
    kind: str = "outcomes"


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
    # all rows, where only the first are printed; the attached file has them all
    complete: tuple[tuple[str, ...], ...] = ()


def cut(table: Table, most: int) -> Table:
    """The table with its first rows; what is left out is counted, and stands in the attached file."""
    if len(table.rows) <= most:
        return table
    left = f"Vist: {most} af {danish.number(len(table.rows))}; resten står i {table.name}.csv, som er vedhæftet."
    note = f"{table.note} {left}".strip()
    return replace(table, rows=table.rows[:most], complete=table.rows, note=note)


def tabulate(
    title: str,
    rows: Iterable[dict[str, Any]],
    *columns: tuple[Column, Callable[[dict[str, Any]], str]],
    note: str = "",
    name: str = "",
    empty: str = "Ingen.",
) -> Table:
    """A table of rows, each column with the function that makes its text."""
    return Table(
        title,
        tuple(column for column, _ in columns),
        tuple(tuple(text(row) for _, text in columns) for row in rows),
        note,
        name,
        empty,
    )


@dataclass(frozen=True)
class Answer:
    """A question's answer: ``way`` is ``op``, ``ned``, ``ens`` or empty where there is nothing to compare with."""

    question: str
    said: str
    way: str = ""
    before: str = ""


@dataclass(frozen=True)
class Answers:
    """The answer to the question of each section, in their order, with the page that has more."""

    answers: tuple[Answer, ...]
    since: str
    kind: str = "answers"


Block = (
    Paragraph | Tiles | Steps | Bullets | Table | Places | States | Stacks | Bars | Curves | Outcomes | Answers | Mosaic
)


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
    product: str = ""
    period: str = ""
    lead: str = ""
    # under page 1: what each source reaches to, and what is missing
    sources: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def tables(self) -> dict[str, Table]:
        """The tables that have a name, for the CSV attachments and the tests."""
        blocks = [*self.front, *(b for s in self.sections for b in s.blocks)]
        return {b.name: b for b in blocks if isinstance(b, Table) and b.name}
