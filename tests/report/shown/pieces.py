"""What a reader meets in a product, whatever its format: tables under their headings, and sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Place:
    """Where in which product, and what the whole page is about: ``kommune``, ``system``, ``snitflade`` ... by name.

    What is ``public`` shows no count of one to four municipalities.
    """

    product: str
    page: str
    about: Mapping[str, str] = field(default_factory=dict)
    public: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under headings; a cell is what is read in it."""

    place: Place
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Sentence:
    """Running text, a heading, a tile, or what a picture says to those who do not see it."""

    place: Place
    text: str


Piece = Table | Sentence
