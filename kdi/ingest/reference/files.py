"""Reads the bytes of a reference file as rows of its profile. Every fault is found, with its row as Excel counts."""

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from expectations.findings import Finding, OwnCode
from expectations.reference import ReferenceProfile
from kdi.ingest.reference.cells import Fault, Wrong, judged
from kdi.notation import cpr
from kdi.notation.names import header_key, shown

# Rows that may stand above the header: a title, its date, blank ones.
_ABOVE_HEADER = 10
_ALIKE = 0.8
_FOLDED = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})

Row = dict[str, str | None]


@dataclass
class FileRead:
    """One file: its sound and faulty rows by number, what is wrong and what was left unread.

    A faulty cell is None in its row. ``unreadable``: the rows are not known at all. ``searched`` tells whether
    the whole was looked through for CPR numbers, ``personal`` whether one was found.
    """

    name: str
    rows: list[tuple[int, Row]] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unreadable: bool = False
    searched: bool = True
    personal: bool = False

    def refuse(self, code: str, says: str, remedy: str, row: int | None = None) -> "FileRead":
        """Give the file up; returns it."""
        self.faults.append(Fault(OwnCode(code), raekke=row, says=says, remedy=remedy))
        self.unreadable = True
        return self


def read_file(content: bytes, profile: ReferenceProfile) -> FileRead:
    """The file's rows and faults. Nothing is raised for whatever the bytes are."""
    read = FileRead(profile.file)
    if not content.strip(b" \t\r\n\x1a"):
        return read.refuse("tom_fil", "Filen er tom.", "Send filen igen med overskrift og rækker, eller fjern den.")
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1")):
        read.searched = False
        return read.refuse("forkert_filtype", "Filen er ikke CSV, men en projektmappe.", "Gem den som CSV UTF-8.")
    try:
        text = content.removesuffix(b"\x1a").decode("utf-8-sig")
    except UnicodeDecodeError:
        read.searched = not content.startswith((b"\xff\xfe", b"\xfe\xff"))
        if _looks_personal(content.decode("latin-1")):
            return _personal(read)
        return read.refuse(
            "ukendt_tegnsaet", "Filen er ikke gyldig UTF-8.", "Gem den i Excel som CSV UTF-8 (semikolonsepareret)."
        )
    if _looks_personal(text):
        return _personal(read)
    try:
        records = list(_records(text))
    except csv.Error:
        return read.refuse(
            "brudt_raekke",
            "Et anførselstegn er ikke lukket, eller der står tegn efter det.",
            "Ret anførselstegnene; et anførselstegn i en tekst skrives to gange.",
            row=_broken_at(text),
        )
    found = _header(records, profile)
    if found is None:
        return _without_header(read, records, profile)
    number, places = found
    _read_rows(read, records, number, places, profile)
    return _personal(read) if read.personal else read


def _looks_personal(text: str) -> bool:
    """By line: a number at a line's end and the next line's first are not one number."""
    return any(cpr.is_in(field) for line in text.splitlines() for field in line.split(";"))


def _personal(read: FileRead) -> FileRead:
    read.rows, read.faults, read.personal = [], [], True
    return read.refuse(
        "cpr_nummer",
        "Filen indeholder noget, der ligner et CPR-nummer. Den er ikke gemt.",
        "Fjern personnumre fra hele filen, også fra overskriften, og læg den igen.",
    )


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Records with their numbers; a cell with line breaks is one record, as in Excel."""
    csv.field_size_limit(10_000_000)
    yield from enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True), start=1)


def _broken_at(text: str) -> int:
    last = 0
    with suppress(csv.Error):
        for number, _ in _records(text):
            last = number
    return last + 1


def _folded(header: str) -> str:
    """A header as it is compared everywhere; ø is oe too."""
    return header_key(header).translate(_FOLDED)


def _header(records: list[tuple[int, list[str]]], profile: ReferenceProfile) -> tuple[int, dict[str, list[int]]] | None:
    """The header's record number and where each column stands; None when no record names every promised column."""
    wanted = {_folded(c.name): c.name for c in profile.columns}
    for number, record in records[:_ABOVE_HEADER]:
        places: dict[str, list[int]] = {}
        for place, text in enumerate(record):
            if name := wanted.get(_folded(text)):
                places.setdefault(name, []).append(place)
        if all(c.name in places for c in profile.columns if c.promised):
            return number, places
    return None


def _without_header(read: FileRead, records: list[tuple[int, list[str]]], profile: ReferenceProfile) -> FileRead:
    promised = {_folded(c.name): c.name for c in profile.columns if c.promised}
    first = next((record for _, record in records if any(shown(c) for c in record)), [])
    for name, mark in (("komma", ","), ("tabulator", "\t"), ("lodret streg", "|")):
        cells = {_folded(c) for c in ";".join(first).split(mark)}
        if len(cells) > 1 and cells & set(promised):
            read.refuse("forkert_skilletegn", f"Filen bruger {name} som skilletegn.", "Gem den med semikolon.")
    best = max(
        ({_folded(c) for c in record} for _, record in records[:_ABOVE_HEADER]),
        key=lambda cells: len(cells & set(promised)),
        default=set(),
    )
    missing = [name for folded, name in promised.items() if folded not in best]
    return read.refuse(
        "manglende_kolonne",
        f"Filen mangler kolonnen {', '.join(missing)}.",
        f"Tilføj den; overskriften skal være {';'.join(promised.values())}.",
    )


def _read_rows(
    read: FileRead,
    records: list[tuple[int, list[str]]],
    header: int,
    places: dict[str, list[int]],
    profile: ReferenceProfile,
) -> None:
    titles = records[header - 1][1]
    doubled = [name for name, where in places.items() if len(where) > 1]
    if doubled:
        says = f"Kolonnen {', '.join(doubled)} står flere gange."
        read.refuse("dobbelt_kolonne", says, "Behold hver kolonne én gang.", header)
        return
    _tell_unknown(read, titles, places, profile)
    bare = [place for place, title in enumerate(titles) if not shown(title)]
    if any(shown(cell) for _, record in records[header:] for place, cell in enumerate(record) if place in bare):
        read.notes.append("en kolonne uden overskrift har indhold og er ikke læst")
    for number, record in records[header:]:
        if not any(shown(cell) for cell in record):
            continue
        if len(record) < len(titles) or any(shown(cell) for cell in record[len(titles) :]):
            read.faults.append(
                Fault(
                    "brudt_raekke",
                    raekke=number,
                    says=f"Rækken har {len(record)} felter, overskriften {len(titles)}.",
                    remedy="Ret rækken; et semikolon i en tekst kræver anførselstegn om feltet.",
                )
            )
            continue
        read.rows.append((number, _row(read, number, record, places, profile)))


def _row(
    read: FileRead, number: int, record: list[str], places: dict[str, list[int]], profile: ReferenceProfile
) -> Row:
    row: Row = {}
    for column in profile.columns:
        raw = record[places[column.name][0]] if column.name in places else ""
        # A count of nine digits is a number like any other; elsewhere it may be a person's who lost a zero.
        if column.type != "heltal" and cpr.is_in_cell(raw):
            read.personal = True
        value = judged(raw, column) if column.name in places else None
        if isinstance(value, Wrong):
            read.faults.append(
                Fault(OwnCode(value.code), kolonne=column.name, raekke=number, says=value.says, remedy=value.remedy)
            )
            value = None
        row[column.name] = value
    known = {where[0] for where in places.values()}
    if any(cpr.is_in_cell(cell) for place, cell in enumerate(record) if place not in known):
        read.personal = True
    return row


def _tell_unknown(read: FileRead, titles: list[str], places: dict[str, list[int]], profile: ReferenceProfile) -> None:
    """Columns that are not read are told; one that looks like a column of the profile is a fault."""
    known = {place for where in places.values() for place in where}
    absent = [name for name in profile.names if name not in places]
    for place, title in enumerate(titles):
        text = shown(title)
        if place in known or not text:
            continue
        alike = [n for n in absent if SequenceMatcher(None, _folded(n), _folded(text)).ratio() >= _ALIKE]
        if alike:
            read.refuse(
                "manglende_kolonne",
                f"En overskrift ligner kolonnen {alike[0]}, men er det ikke.",
                "Ret overskriften, eller giv kolonnen et helt andet navn.",
            )
        else:
            read.notes.append(f"kolonnen {cpr.masked(text)[:60]} kendes ikke og er ikke læst")
