"""How the columns of a file map onto the canonical ones: headers are compared by name, in any order."""

import re
from dataclasses import dataclass

from orchestration.ingest import cpr
from orchestration.ingest.findings import Finding, UnreadableDelivery
from orchestration.ingest.notes import unread_columns
from orchestration.ingest.profiles import Column, Profile

_OTHER_DELIMITERS = {";": "semikolon", ",": "komma", "\t": "tabulator", "|": "lodret streg"}


@dataclass(frozen=True)
class Layout:
    """How a file's own columns map onto the canonical ones.

    ``columns`` has one entry per column of the file, in its order: the canonical name, or
    ``ekstra_<n>`` for a column nobody asked for (``extras`` holds their headers). ``things`` names
    the columns of a matrix that become rows. ``schema`` is a Parquet file's own: read together
    with another's, 3.7 would become a whole number. ``notes`` say what of the file was left unread.
    """

    kind: str
    columns: tuple[str, ...]
    extras: tuple[str, ...]
    things: tuple[tuple[str, str], ...] = ()
    schema: str = ""
    notes: tuple[str, ...] = ()

    @property
    def extra_headers(self) -> dict[str, str]:
        """What stands above each column that nobody asked for."""
        return dict(zip((c for c in self.columns if c.startswith("ekstra_")), self.extras, strict=True))


def layout_from(kind: str, header: list[str], profile: Profile) -> Layout:
    """Match a file's header with the profile.

    Raises:
        UnreadableDelivery: a column missing or doubled, wrong delimiter, a CPR number in it.
    """
    if any(cpr.is_in(h) for h in header):
        raise UnreadableDelivery(Finding("cpr_nummer"))
    canonical = canonical_headers(profile)
    matched = [canonical.get(h.strip().casefold()) for h in header]
    things = things_of(header, matched, profile)
    names = [m for m in matched if m] + list(things.values())
    doubled = sorted({m for m in names if names.count(m) > 1})
    missing = [c.name for c in own_columns(profile) if c.name not in matched]
    if profile.matrix and not things:
        missing.append(profile.matrix.name_column)
    findings = [Finding("dobbelt_kolonne", kolonne=d, detalje=d) for d in doubled]
    findings += [Finding("manglende_kolonne", kolonne=m, detalje=m) for m in missing]
    if missing and kind == "csv" and len(header) == 1:
        found = [name for d, name in _OTHER_DELIMITERS.items() if d != profile.format.delimiter and d in header[0]]
        if found:
            findings.insert(0, Finding("forkert_skilletegn", detalje=found[0]))
    if findings:
        raise UnreadableDelivery(*findings)
    extras = tuple(h for i, (h, m) in enumerate(zip(header, matched, strict=True)) if m is None and i not in things)
    columns = tuple(m or (f"ting_{i}" if i in things else f"ekstra_{i}") for i, m in enumerate(matched))
    return Layout(
        kind,
        columns,
        extras,
        tuple((f"ting_{i}", name) for i, name in things.items()),
        notes=tuple(unread_columns(extras)),
    )


def own_columns(profile: Profile) -> list[Column]:
    """The canonical columns that a file has itself; a matrix makes the other two."""
    made = (profile.matrix.name_column, profile.matrix.value_column) if profile.matrix else ()
    return [c for c in profile.columns if c.name not in made]


def canonical_headers(profile: Profile) -> dict[str, str]:
    """Canonical names by the headers under which a file may have them."""
    return {h.strip().casefold(): c.name for c in own_columns(profile) for h in c.accepted_headers}


def things_of(header: list[str], matched: list[str | None], profile: Profile) -> dict[int, str]:
    """Positions of a matrix's columns with what each is about: ``SF 1470 - Sags- og …`` is ``SF1470``."""
    if not profile.matrix:
        return {}
    found = {}
    for i, text in enumerate(header):
        hit = re.search(profile.matrix.header_pattern, text) if matched[i] is None else None
        if hit:
            found[i] = hit.expand(profile.matrix.name).strip("_")
    return found
