"""How the columns of a file map onto the canonical ones: headers are compared by name, in any order."""

import re
from collections import Counter
from dataclasses import dataclass

from expectations.findings import Finding, UnreadableDelivery
from expectations.profiles import Column, Matrix, Profile
from kdi.ingest import notes
from kdi.notation import cpr, names

# More than a sheet has rows.
ROWS_OF_A_SHEET = 10_000_000
# What a matrix's column of reasons is called, after the interface: SF1520 årsag.
REASON = " årsag"
_OTHER_DELIMITERS = {";": "semikolon", ",": "komma", "\t": "tabulator", "|": "lodret streg"}


@dataclass(frozen=True)
class Layout:
    """How a file's own columns map onto the canonical ones.

    ``columns`` has one entry per column of the file, in its order: the canonical name, or
    ``ekstra_<n>`` for a column nobody asked for (``extras`` holds their headers). ``things`` names
    the columns of a matrix that become rows, and those of their reasons (:data:`REASON`). ``schema`` is a
    Parquet file's own: read together with another's, 3.7 would become a whole number. ``notes`` say what
    of the file was left unread. ``sheets`` are those of a workbook of several that are read, in order;
    ``absent`` the columns of a matrix that one of them, by its number, lacks.
    ``above`` is the number of rows above a CSV's header, ``is_plain`` whether DuckDB is sure to read it as others do.
    """

    kind: str
    columns: tuple[str, ...]
    extras: tuple[str, ...]
    things: tuple[tuple[str, str], ...] = ()
    schema: str = ""
    notes: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    absent: tuple[tuple[int, str], ...] = ()
    above: int = 0
    is_plain: bool = True

    @property
    def extra_headers(self) -> dict[str, str]:
        """What stands above each column that nobody asked for."""
        return dict(zip((c for c in self.columns if c.startswith("ekstra_")), self.extras, strict=True))

    def place(self, line: int) -> tuple[int, str]:
        """Row and sheet of a line, as whoever opens the file counts them; no sheet where there is but one."""
        number, row = divmod(line, ROWS_OF_A_SHEET)
        return row, self.sheets[number] if self.sheets else ""


@dataclass(frozen=True)
class Header:
    """What a header's columns are, by their positions: canonical columns, and things of a matrix.

    ``unclear`` are texts that mean an interface, one cannot say which.
    """

    known: dict[int, str]
    things: dict[int, str]
    unclear: tuple[str, ...]


def header_of(texts: list[str], profile: Profile) -> Header:
    """Match the texts of a header with the profile, by what people mean: ``SF 1470 - Sags- og …`` is ``SF1470``."""
    canonical = {names.header_key(h): c.name for c in _own_columns(profile) for h in c.accepted_headers}
    known = {i: canonical[key] for i, text in enumerate(texts) if (key := names.header_key(text)) in canonical}
    if profile.matrix is None:
        return Header(known, {}, ())
    others = {i: text for i, text in enumerate(texts) if i not in known}
    reasons = {i: rest for i, text in others.items() if (rest := _without_reason_word(text, profile.matrix))}
    things = {i: name for i, text in others.items() if i not in reasons and (name := names.interface(text))}
    unclear = [text for i, text in others.items() if i not in things.keys() | reasons and names.is_like_interface(text)]
    # A reason for what the sheet has no status of is told as a column that is not read.
    statuses = set(things.values())
    for i, rest in reasons.items():
        about = names.interface(rest)
        if about in statuses:
            things[i] = f"{about}{REASON}"
    return Header(known, things, tuple(unclear))


def _without_reason_word(text: str, matrix: Matrix) -> str | None:
    """What a header of reasons is about: ``SF1520`` of ``SF1520 (årsag)``; None if it is no such header."""
    ends = "|".join(re.escape(word) for word in sorted(matrix.reason_words, key=len, reverse=True))
    pattern = rf"(?:{ends})\b\W*(.+)|(.+?)\W*\b(?:{ends})\W*"
    hit = re.fullmatch(pattern, names.shown(text), re.IGNORECASE) if ends else None
    return (hit[1] or hit[2]) if hit else None


def layout_from(kind: str, texts: list[str], profile: Profile) -> Layout:
    """Match a file's header with the profile.

    Raises:
        UnreadableDelivery: a column missing, doubled or unclear, wrong delimiter, a CPR number in it.
    """
    if any(cpr.is_in(text) for text in texts):
        raise UnreadableDelivery(Finding("cpr_nummer"))
    header = header_of(texts, profile)
    found = Counter([*header.known.values(), *header.things.values()])
    missing = [c.name for c in _own_columns(profile) if c.name not in found]
    if profile.matrix and not header.things:
        missing.append(profile.matrix.name_column)
    findings = [Finding("dobbelt_kolonne", kolonne=name, detalje=name) for name in sorted(found) if found[name] > 1]
    findings += [Finding("uklar_snitflade", kolonne=text) for text in header.unclear]
    findings += [Finding("manglende_kolonne", kolonne=name, detalje=name) for name in missing]
    if missing and kind == "csv" and len(texts) == 1:
        others = [name for d, name in _OTHER_DELIMITERS.items() if d != profile.format.delimiter and d in texts[0]]
        if others:  # whether the columns are there is not known yet
            raise UnreadableDelivery(Finding("forkert_skilletegn", detalje=others[0]))
    if findings:
        raise UnreadableDelivery(*findings)
    columns = tuple(
        header.known.get(i) or (f"ting_{i}" if i in header.things else f"ekstra_{i}") for i in range(len(texts))
    )
    extras = tuple(text for text, column in zip(texts, columns, strict=True) if column.startswith("ekstra_"))
    things = tuple((f"ting_{i}", name) for i, name in header.things.items())
    return Layout(kind, columns, extras, things, notes=tuple(notes.unread_columns(extras)))


def _own_columns(profile: Profile) -> list[Column]:
    """The canonical columns that a file has itself; a matrix makes the others."""
    made = profile.matrix.made_columns if profile.matrix else ()
    return [c for c in profile.columns if c.name not in made]
