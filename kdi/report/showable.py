"""Text that every report can show: decided here, by what the project's own fonts have, and nowhere else.

A character that no font has (an emoji, Chinese, a bullet pasted from Word) becomes ``�``; what has no shape (a byte
order mark, a mark of writing direction) is left out. One character of one name therefore stops no report, and a name
looks the same in PDF, newsletter and web pages. Workbooks are data, which the reader's own fonts show: there only what
XML cannot hold is changed (``for_xml``).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar

from fontTools.ttLib import TTFont

from kdi.lake.standing import standings_in
from kdi.lake.store import Lake
from kdi.report.edition import Edition
from kdi.settings import PROJECT_ROOT

FONTS = PROJECT_ROOT / "reports" / "fonts"
SUBSTITUTE = "\N{REPLACEMENT CHARACTER}"
_LAID_OUT = "\n\t"
# Characters without a shape: Unicode's format characters and the selectors of another look.
_WITHOUT_SHAPE = re.compile("[\u034f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# www.w3.org/TR/xml/#charsets
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ONE_LINE = re.compile(r"\s+")

_Value = TypeVar("_Value")


@cache
def _characters() -> frozenset[str]:
    """What all of the fonts have and that has a shape or is a blank."""
    known = [set(TTFont(path, lazy=True).getBestCmap()) for path in sorted(FONTS.glob("*.ttf"))]
    shown = (chr(code) for code in set.intersection(*known))
    return frozenset(c for c in shown if unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cn"))


@cache
def _replacement(character: str) -> str:
    if character in _characters() or character in _LAID_OUT:
        return character
    if character.isspace():
        return " "
    if unicodedata.category(character) == "Cf" or _WITHOUT_SHAPE.match(character):
        return ""
    return SUBSTITUTE


def text(value: str) -> str:
    """The text as every report shows it."""
    if value.isascii() and value.isprintable():
        return value
    return "".join(map(_replacement, unicodedata.normalize("NFC", value)))


def shown(value: _Value) -> _Value:
    """The same for every text in a document: dataclasses, tuples, lists and dictionaries, however deep."""
    found: Any = value
    if isinstance(value, str):
        found = text(value)
    elif isinstance(value, (tuple, list)):
        found = type(value)(shown(item) for item in value)
    elif isinstance(value, dict):
        found = {shown(key): shown(item) for key, item in value.items()}
    elif is_dataclass(value) and not isinstance(value, type):
        found = replace(value, **{f.name: shown(getattr(value, f.name)) for f in fields(value) if f.init})
    return found  # type: ignore[no-any-return]


def for_xml(value: str) -> str:
    """The text without what no XML file may hold, such as control characters."""
    return _NOT_IN_XML.sub(SUBSTITUTE, value)


def one_line(value: str) -> str:
    """The text as it may stand in a heading of mail or a message: shown, without line breaks."""
    return _ONE_LINE.sub(" ", text(value)).strip()


@dataclass(frozen=True)
class Altered:
    """A name of the release that reports show otherwise than it was delivered, and where it came from."""

    name: str
    characters: tuple[str, ...]
    delivery: str
    column: str

    def __str__(self) -> str:
        which = ", ".join(self.characters)
        origin = f"leverance {self.delivery}, kolonne {self.column}" if self.delivery else "referencedata"
        shown_as = f"»{one_line(self.name)}« vises uden {which}, som skrifttypen ikke har."
        return f"{shown_as} Navnet står i {origin}; få det rettet."


def altered(edition: Edition, lake: Lake) -> list[Altered]:
    """Names in the release with characters that reports cannot show, each with the newest delivery that holds it."""
    columns = edition.rows(
        """select schema_name || '.' || table_name as tabel, column_name as kolonne from duckdb_columns()
        where schema_name = 'marts' and data_type = 'VARCHAR' and not internal
            and table_name not in ('leverance_log', 'leverance_status', 'maal', 'formaal', 'kode')
            and column_name <> 'klarmelding_leveret'"""  # pictograms are usual there, and no report shows it
    )
    names: dict[str, tuple[str, ...]] = {}
    for column in columns:
        # two steps: DuckDB keeps what is not plain, Python knows the fonts
        for row in edition.rows(
            f'select distinct "{column["kolonne"]}" as navn from {column["tabel"]}'
            f" where not regexp_full_match(\"{column['kolonne']}\", '[ -~æøåÆØÅéÉüÜöÖäÄ–’]*')"
        ):
            if missing := _missing(row["navn"]):
                names[row["navn"]] = missing
    origins = dict(_origins(edition, lake, list(names))) if names else {}
    return [Altered(name, names[name], *origins.get(name, ("", ""))) for name in sorted(names)]


def _missing(name: str) -> tuple[str, ...]:
    lost = [c for c in unicodedata.normalize("NFC", name) if _replacement(c) != c and not c.isspace()]
    return tuple(dict.fromkeys(f"U+{ord(c):04X}" for c in lost))


def _origins(edition: Edition, lake: Lake, names: list[str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each name's delivery and column; the newest comes last and is the one kept."""
    for standing in standings_in(lake.log):
        path = lake.folder / (standing.delivery.parquet or "-")
        if standing.state != "gaelder" or not path.is_file():
            continue
        found = edition.connection.cursor().execute("from read_parquet($1) limit 0", [str(path)])
        for column, kind, *_ in found.description or ():
            if str(kind) != "VARCHAR":
                continue
            sql = f'select distinct "{column}" from read_parquet($1) where list_contains($2, "{column}")'
            for (name,) in edition.connection.cursor().execute(sql, [str(path), names]).fetchall():
                yield name, (standing.delivery.leverance_id, column)
