"""What a reader takes a figure to mean, from the words around it, and what the marts say it is.

``lexicon.yml`` lists *cuts*: what their rows are of (``keys``: municipality, system, interface ...), the SQL that finds
them, and how headings and sentences name their columns. ``{kald_12m}`` in a template is a figure of the column,
``{~forventede}`` one told with two digits, ``{=system}`` names the row, and ``{$emne}`` is a word of it.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import yaml

from .figure import FIGURE, MARKS, WORDS, reads
from .pieces import Piece, Place, Sentence, Table

_SPEC = yaml.safe_load((Path(__file__).parent / "lexicon.yml").read_text(encoding="utf-8"))
_FIELD = re.compile(r"\{([~=$]?)(\w+)\}")
_SHORT = "".join(rf"(?<!\b{word}\.)" for word in ("nr", "ca", "jan", "feb", "aug", "sept", "okt", "nov", "dec", "mdr"))
_SENTENCES = re.compile(rf"(?<=[.!?]){_SHORT}(?<!^\d\.)\s+(?=[A-ZÆØÅ»0-9])")
_CUT = re.compile(r"Vist: ([\d.]+) af ([\d.]+); resten står i (\w+\.csv), som er vedhæftet\.")
_ANY_FIGURE = re.compile(rf"\d|\b(?:{'|'.join(w for w in WORDS if w != 'ingen')})\b", re.IGNORECASE)
_NO_FIGURES = {reason: re.compile("|".join(patterns), re.IGNORECASE) for reason, patterns in _SPEC["ingen_tal"].items()}
Row = dict[str, Any]
_ANY = object()


@dataclass(frozen=True)
class Shown:
    """A figure that was read: where, what it means, as it stood, and what the marts say (None: no such row)."""

    place: Place
    meaning: tuple[str, ...]
    text: str
    agrees: bool
    expected: str


@dataclass(repr=False)
class Reading:
    """All that was read: figures with a meaning, what has none and why, and what nobody can explain."""

    shown: list[Shown] = field(default_factory=list)
    no_figures: Counter[tuple[str, str]] = field(default_factory=Counter)
    unexplained: list[tuple[Place, str]] = field(default_factory=list)


def even(text: str) -> str:
    """A name as it is compared: without blanks, hyphens and case, which a line break may change."""
    return re.sub(r"[\s\u00a0\u200b\u00ad-]", "", str(text)).casefold()


class Template:
    """How a heading's cell or a sentence is made of a row's columns."""

    def __init__(self, text: str) -> None:
        self.text = text
        parts, end = [], 0
        self.fields: list[tuple[str, str]] = []
        for found in _FIELD.finditer(text):
            parts.append(_literal(text[end : found.start()]))
            kind, name = found.groups()
            self.fields.append((kind, name))
            parts.append(rf"({FIGURE})\s*" if kind in ("", "~") else r"(.+)\s*")
            end = found.end()
        # an answer in a table ends with a full stop, where a heading of the same words does not
        stop = "" if text.endswith(".") else r"\.?"
        self.pattern = re.compile("".join([*parts, _literal(text[end:]), stop]), re.IGNORECASE)

    def read(self, text: str) -> list[tuple[str, str, str]] | None:
        """Kind, column and text of each field; None where the text is another."""
        found = self.pattern.fullmatch(text)
        if not found:
            return None
        return [(kind, name, said.strip()) for (kind, name), said in zip(self.fields, found.groups(), strict=True)]


def _literal(text: str) -> str:
    return "".join(r"\s+" if letter.isspace() else rf"{re.escape(letter)}[\s-]*?" for letter in text)


@dataclass
class Cut:
    """Rows of the marts that headings and sentences speak of."""

    name: str
    keys: tuple[str, ...]
    rows: dict[tuple[str, ...], list[Row]]
    headings: list[tuple[re.Pattern[str], Template]]
    sentences: list[Template]
    under: re.Pattern[str] | None


class Lexicon:
    """All cuts over a release in one month."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, month: date) -> None:
        connection.execute(f"set variable maaned = date '{month}'")
        connection.execute(f"create or replace temp macro i_ord(dag) as {_SPEC['maaned_i_ord']}")
        for name, sql in _SPEC["navne"].items():
            connection.execute(f"create or replace temp view {name} as {sql}")
        self._connection = connection
        self.cuts = [self._cut(spec) for spec in _SPEC["udsnit"]]
        self.codes = {even(r["vist"]): r["kode"] for r in self._rows("select * from snitfladens_navn")}
        self.lists = [Template(text) for text in _SPEC["lister"]]
        titles = self._rows("select distinct titel, system from skridt")
        self.systems_of_steps = {even(r["titel"]): r["system"] for r in titles}
        names = [r["navn"] for r in self._rows("select navn from alle_navne order by length(navn) desc")]
        self._names = re.compile("|".join(_literal(n) for n in names if _ANY_FIGURE.search(n)), re.IGNORECASE)

    def _rows(self, sql: str) -> list[Row]:
        cursor = self._connection.execute(sql)
        columns = [c[0] for c in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]

    def _cut(self, spec: dict[str, Any]) -> Cut:
        keys, rows = tuple(spec["noegler"]), {}
        for row in self._rows(spec["sql"]):
            rows.setdefault(tuple(even(row[k]) for k in keys), []).append(row)
        return Cut(
            spec["navn"], keys, rows,
            [
                (re.compile(re.escape(even(label)).replace(r"\*", ".*")), Template(text))
                for label, texts in spec.get("overskrifter", {}).items()
                for text in (texts if isinstance(texts, list) else [texts])
            ],
            [Template(text) for text in spec.get("saetninger", ())],
            re.compile(spec["under"], re.IGNORECASE) if "under" in spec else None,
        )  # fmt: skip

    def without_names(self, text: str) -> str:
        """A text without the names that have digits."""
        return self._names.sub(" ", text)

    def subject(self, kind: str, name: str) -> str:
        """What tells a row apart: an interface by its code, all others by their name."""
        if kind == "spoergsmaal":
            return name.partition("?")[0]
        return self.codes.get(even(name), name) if kind == "snitflade" else name


_KINDS = {even(label): kind for kind, labels in _SPEC["navnekolonner"].items() for label in labels}
_TEXT_COLUMNS = {even(label) for label in _SPEC["tekstkolonner"]}
_WORD_COLUMNS = {even(label): reason for reason, labels in _SPEC["ordkolonner"].items() for label in labels}


class Reader:
    """Gives every figure of pieces its meaning, and compares it."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.reading = Reading()
        self._files: dict[str, Table] = {}

    def add(self, place: Place, meaning: tuple[str, ...], text: str, expected: str) -> None:
        """A figure whose meaning and value are known otherwise: a cell of a pivot, a measure of the model."""
        self.reading.shown.append(Shown(place, meaning, text, text == expected, expected))

    def says(self, label: str, about: dict[str, str]) -> bool:
        """Whether the lexicon has a heading for just such rows."""
        return any(
            set(cut.keys) == about.keys() and not cut.under and any(h.fullmatch(even(label)) for h, _ in cut.headings)
            for cut in self.lexicon.cuts
        )

    def read(self, pieces: list[Piece]) -> None:
        """All pieces of one page, in their order."""
        before, step = "", ""
        self._files = {piece.title: piece for piece in pieces if isinstance(piece, Table)}
        tables = {n: piece for n, piece in enumerate(pieces) if isinstance(piece, Table)}
        for number, piece in enumerate(pieces):
            if isinstance(piece, Table):
                self._table(piece)
                continue
            title = re.sub(r"^\d\. ", "", piece.text)
            step = self.lexicon.systems_of_steps.get(even(title), step)
            about = self._about(piece.place) | ({"skridt_system": step} if step else {}) | {"foer": before}
            below = next((tables[n] for n in range(number + 1, min(number + 3, len(pieces))) if n in tables), None)
            if not self._of_list(piece, below):
                self._text(piece, about, before)
            before = title

    def _about(self, place: Place) -> dict[str, str]:
        return {kind: self.lexicon.subject(kind, name) for kind, name in place.about.items()}

    def _of_list(self, piece: Sentence, below: Table | None) -> bool:
        """Whether a text says how long the list below it is; compared with its rows where it does."""
        if below is None:
            return False
        whole = below
        if left := _CUT.search(piece.text):
            whole = self._files.get(left[3], below)
            for figure, table in ((left[1], below), (left[2], whole)):
                self._count(piece.place, left[0], figure, table)
            rest = Sentence(piece.place, piece.text.replace(left[0], ""))
            self._text(rest, self._about(piece.place), "")
            return True
        for template in self.lexicon.lists:
            if read := template.read(piece.text):
                self._count(piece.place, template.text, read[0][2], whole)
                return True
        return False

    def _count(self, place: Place, label: str, figure: str, table: Table) -> None:
        agrees = reads(figure, len(table.rows))
        meaning = ("rows of a list", table.title, place.page)
        self.reading.shown.append(Shown(place, meaning, f"{figure} ({label})", agrees, str(len(table.rows))))

    def _table(self, table: Table) -> None:
        kinds = [_KINDS.get(even(label), "") for label in table.columns]
        for row in table.rows:
            about = self._about(table.place)
            for kind, cell in zip(kinds, row, strict=True):
                if kind:
                    about[kind] = self.lexicon.subject(kind, cell)
            if table.columns == ("Ark", "Rækker"):
                self._count(table.place, table.columns[1], row[1], self._files[table.title])
                continue
            # what a system, a subject have one of tells no rows apart
            for kind, attribute in (("system", "leverandoer"), ("kle", "hovedgruppe")):
                if kind in kinds and attribute in kinds:
                    about.pop(attribute)
            for label, kind, cell in zip(table.columns, kinds, row, strict=True):
                if kind or even(label) in _WORD_COLUMNS:
                    self.reading.no_figures[table.place.product, _WORD_COLUMNS.get(even(label), "names of rows")] += (
                        bool(re.search(r"\d", cell))
                    )
                elif even(label) in _TEXT_COLUMNS:
                    self._text(Sentence(table.place, cell), about, "")
                elif not cell and label:
                    self._blank(table, label, about)
                elif _ANY_FIGURE.search(cell) or cell in MARKS:
                    self._cell(table, label, cell, about)

    def _blank(self, table: Table, label: str, about: dict[str, str]) -> None:
        """A blank cell under a figure's heading: nothing is known, or it may not be shown."""
        for cut in self.lexicon.cuts:
            if set(cut.keys) <= about.keys() and not cut.under:
                for heading, template in cut.headings:
                    if (
                        heading.fullmatch(even(label))
                        and len(template.fields) == 1
                        and (rows := self._rows(cut, about))
                    ):
                        value = _value(rows[0], template.fields[0][1], public=True)
                        meaning = (cut.name, template.fields[0][1], *(f"{k}: {about[k]}" for k in cut.keys))
                        agrees = value is None or isinstance(value, str)
                        self.reading.shown.append(Shown(table.place, meaning, f"blank ({label})", agrees, str(value)))
                        return

    def _cell(self, table: Table, label: str, cell: str, about: dict[str, str]) -> None:
        """A cell means what its heading says of the row's subject; where two cuts say it, both must agree."""
        told: list[tuple[Cut, list[tuple[str, str, str]]]] = []
        known = False
        for cut in self.lexicon.cuts:
            if not set(cut.keys) <= about.keys() or (cut.under and not cut.under.search(table.title)):
                continue
            for heading, template in cut.headings:
                if heading.fullmatch(even(label)):
                    known = True
                    if (read := template.read(cell)) is not None:
                        told.append((cut, read))
        most = max((len(cut.keys) for cut, _ in told), default=0)
        told = [(cut, read) for cut, read in told if len(cut.keys) == most]
        # a cut that has no such row says nothing of it
        told = [(cut, read) for cut, read in told if self._rows(cut, about)] or told[:1]
        for cut, read in told:
            self._compare(table.place, cut, about, read, label, cell)
        if not told:
            said = f"{table.title} | {label} | {sorted(about)}: {cell}"
            self.reading.unexplained.append((table.place, f"{'OTHER FORM ' if known else ''}{said}"))

    def _rows(self, cut: Cut, about: dict[str, str]) -> list[Row]:
        return cut.rows.get(tuple(even(about[k]) for k in cut.keys), [])

    def _text(self, piece: Sentence, about: dict[str, str], before: str) -> None:
        place = piece.place
        text = piece.text.removeprefix("•").strip()
        if re.fullmatch(FIGURE, text) or re.fullmatch(rf"{FIGURE} af {FIGURE}", text):
            table = Table(place, "", (before,), ((text,),))
            if any(known.fullmatch(even(before)) for c in self.lexicon.cuts for known, _ in c.headings):
                self._cell(table, before, text, about)
                return
        last = ""
        for sentence in _SENTENCES.split(text):
            named = about | {"forrige": re.sub(FIGURE, "", last, flags=re.IGNORECASE)}
            if not self._is_no_figure(place, sentence) and not self._sentence(place, sentence, named):
                self.reading.unexplained.append((place, sentence))
            last = sentence

    def _sentence(self, place: Place, text: str, about: dict[str, str]) -> bool:
        """Whether the sentence is one of the lexicon's; compared where it is."""
        first = None
        for cut in sorted(self.lexicon.cuts, key=lambda c: -len(c.keys)):
            for template in cut.sentences:
                read = template.read(text)
                if read is None:
                    continue
                named = about | {n: self.lexicon.subject(n, said) for kind, n, said in read if kind == "="}
                if not set(cut.keys) <= named.keys():
                    continue
                first = first or (cut, named, read, template.text)
                if self._agreeing(place, cut, named, read):
                    self._compare(place, cut, named, read, template.text, text)
                    return True
        if first:
            self._compare(place, *first, text)
        return first is not None

    def _agreeing(self, place: Place, cut: Cut, about: dict[str, str], read: list[tuple[str, str, str]]) -> list[Row]:
        return [
            row
            for row in self._rows(cut, about)
            if all(_agrees(kind, said, _value(row, name, place.public)) for kind, name, said in read)
        ]

    def _compare(
        self, place: Place, cut: Cut, about: dict[str, str], read: list[tuple[str, str, str]], label: str, text: str
    ) -> None:
        rows = self._rows(cut, about)
        # of what there is no row of, nobody has said anything
        agrees = bool(self._agreeing(place, cut, about, read)) or (not rows and {said for *_, said in read} == {"–"})
        for kind, name, said in read:
            if kind in ("", "~"):
                meaning = (cut.name, name, *(f"{k}: {about[k]}" for k in cut.keys))
                expected = ", ".join(str(_value(row, name, place.public)) for row in rows[:3]) or "no such row"
                self.reading.shown.append(Shown(place, meaning, f"{said} ({label}: {text})", agrees, expected))

    def _is_no_figure(self, place: Place, text: str) -> bool:
        """Whether all digits and numbers' words in a text are of the declared kinds, which are counted."""
        rest, found = self.lexicon.without_names(text), Counter[tuple[str, str]]()
        for reason, pattern in _NO_FIGURES.items():
            rest, times = pattern.subn(" ", rest)
            found[place.product, reason] += times
        if _ANY_FIGURE.search(rest) or any(mark in rest for mark in MARKS[:3]):
            return False
        self.reading.no_figures += found
        return True


def _value(row: Row, name: str, public: bool) -> object:
    if name.startswith("_"):
        return _ANY  # a date, which is no figure
    mark = row.get(f"{name}__i_stedet") or (row.get(f"{name}__skjult") if public else None)
    return mark or row.get(name)


def _agrees(kind: str, said: str, value: object) -> bool:
    if kind == "=" or value is _ANY:
        return True
    if kind == "$":
        return even(said) == even(value)  # type: ignore[arg-type]
    return reads(said, value, kind == "~")
