"""Judges one cell of a reference file: what it is when it is sound, and what is wrong with it when it is not.

Excel leaves its mark on numbers and dates; each mark is named, with what to do about it. A value is never repeated.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from expectations.findings import Finding
from expectations.reference import Column
from kdi.notation.names import interface, shown

# What Excel shows instead of a value, in English and Danish.
_EXCEL_ERROR = re.compile(
    r"#(N/A|I/T|REF!?|REFERENCE!?|VALUE!?|VÆRDI!?|NAME\?|NAVN\?|DIV/0!?|DIVISION/0!?|NUM!?|NULL!?|NUL!?|TAL!?|SPILL!?|#+)",
    re.IGNORECASE,
)
_PLACEHOLDERS = frozenset({
    "-", "--", "–", "—", "?", "??", "n/a", "na", "nan", "none", "null", "nil", "ukendt", "unknown", "ingen", "tom",
    "x", "xx", "xxx", "test", "tbd", "mangler", "#", ".", "...", "…", "0",
})  # fmt: skip
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}([.,' ][0-9]{3})+")
_DECIMAL = re.compile(r"[+-]?[0-9]+[.,][0-9]+")
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})([T ]00:00(:00(\.0+)?)?)?")
_LOOKS_LIKE_A_DATE = re.compile(r"[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,4}|[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?|[0-9]{5}")
_LETTERS_OF_DANISH_TEXTS = "æøåÆØÅéÉäÄöÖüÜ–—’“”"
_LOST_LETTER = re.compile(r"[A-Za-zæøåÆØÅ]\?[a-zæøå]|\ufffd")


@dataclass(frozen=True)
class Fault(Finding):
    """A finding in a reference file, with words of its own."""

    says: str = ""
    remedy: str = ""

    @property
    def besked(self) -> str:
        """What is wrong, in Danish."""
        return self.says

    @property
    def handling(self) -> str:
        """What to do about it, in Danish."""
        return self.remedy


@dataclass(frozen=True)
class Wrong:
    """What is wrong with a value: a code, and two Danish sentences."""

    code: str
    says: str
    remedy: str


def judged(raw: str, column: Column) -> str | Wrong | None:
    """The cell's value (None when it is empty), or what is wrong with it."""
    if wrong := _broken_text(raw):
        return wrong
    value = shown(raw)
    if not value:
        return Wrong("tomt_felt", "Feltet er tomt.", "Udfyld feltet.") if column.required else None
    if _EXCEL_ERROR.fullmatch(value):
        return Wrong("excel_fejl", "Feltet er en fejlværdi fra Excel.", "Ret formlen, og gem kun værdier.")
    if value.startswith("="):
        return Wrong("formel", "Feltet er en formel.", "Indsæt den som værdi (Indsæt speciel, Værdier), og gem igen.")
    if value.casefold() in column.also:
        return value.casefold()
    match column.type:
        case "tekst":
            return value
        case "navn":
            if value.casefold() in _PLACEHOLDERS:
                return Wrong("pladsholder", "Feltet er en pladsholder og navngiver intet.", "Skriv navnet.")
            return value
        case "valg":
            return _choice(value, column)
        case "heltal":
            return _whole_number(value, column)
        case "dato":
            return _date(value)
        case "uuid":
            return _uuid(value)
        case "snitflade":
            return interface(value) or Wrong("forkert_form", f"Feltet er ikke {column.shape}.", "Ret snitfladen.")
        case _:
            return _code(value, column)


def _broken_text(raw: str) -> Wrong | None:
    """What no cell may hold, whatever its type."""
    is_plain = raw.isprintable()  # neither controls nor unassigned characters; most cells are
    if not is_plain and any(c in raw for c in "\n\r\u2028\u2029\x0b\x0c\x85"):
        return Wrong(
            "linjeskift",
            "Feltet har et linjeskift; det kan være et anførselstegn, som ikke er lukket.",
            "Fjern linjeskiftet eller anførselstegnet.",
        )
    if not is_plain and any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") and c != "\t" for c in raw):
        return Wrong("styretegn", "Feltet har et styretegn eller et tegn uden skrift.", "Skriv feltet igen.")
    is_lost = _LOST_LETTER.search(raw) and "://" not in raw  # an address may have a question mark
    if is_lost or _is_doubly_encoded(raw):
        return Wrong(
            "forkert_tegnsaet",
            "Feltets bogstaver er ødelagt: filen er gemt i et forkert tegnsæt.",
            "Hent filen fra kilden igen, og gem som CSV UTF-8.",
        )
    return None


def _is_doubly_encoded(text: str) -> bool:
    """Whether the text is UTF-8 that somebody read as Windows-1252, Latin-1 or Mac Roman."""
    if text.isascii():
        return False
    for encoding in ("cp1252", "latin-1", "mac_roman"):
        try:
            again = text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        if any(c in _LETTERS_OF_DANISH_TEXTS for c in again):
            return True
    return False


def _choice(value: str, column: Column) -> str | Wrong:
    known = {v.casefold(): v for v in column.values}
    if value.casefold() in known:
        return known[value.casefold()]
    return Wrong(
        "ukendt_vaerdi", "Feltet har en værdi, som ikke er aftalt.", f"Brug en af disse: {', '.join(column.values)}."
    )


def _whole_number(value: str, column: Column) -> str | Wrong:
    if _SCIENTIFIC.fullmatch(value):
        return Wrong("e_notation", "Tallet står i E-notation fra Excel.", "Formatér kolonnen som Tal uden decimaler.")
    if _GROUPED.fullmatch(value):
        return Wrong(
            "tusindtalsskilletegn",
            "Feltet er ikke et helt tal: det har et tusindtalsskilletegn eller decimaler.",
            "Skriv tallet med cifre alene, i Excel formateret som Tal uden 1000-talsseparator og decimaler.",
        )
    if _DECIMAL.fullmatch(value):
        return Wrong("decimaltal", "Feltet er et decimaltal; det skal være et helt tal.", "Skriv et helt tal.")
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", value, re.ASCII):
        return Wrong("ikke_et_tal", "Feltet er ikke et helt tal.", "Skriv tallet med cifre alene.")
    if not column.lowest <= int(value) <= column.highest:
        return Wrong(
            "uden_for_graenser",
            f"Tallet er ikke mellem {column.lowest} og {column.highest}.",
            "Ret tallet.",
        )
    return str(int(value))


def _date(value: str) -> str | Wrong:
    match = _DATE.fullmatch(value)
    try:
        if match and (day := date.fromisoformat(match[1])).year >= 1900:
            return day.isoformat()
    except ValueError:
        pass
    return Wrong(
        "ugyldig_dato",
        "Feltet er ikke en dato som 2022-04-30.",
        "Skriv datoen som ÅÅÅÅ-MM-DD; i Excel med talformatet åååå-mm-dd eller kolonnen som Tekst.",
    )


def _uuid(value: str) -> str | Wrong:
    try:
        uuid = UUID(value)
    except ValueError:
        return Wrong("ugyldig_uuid", "Feltet er ikke en UUID.", "Skriv UUID'en i formen 8-4-4-4-12.")
    if uuid.int == 0:
        return Wrong("ugyldig_uuid", "UUID'en er nul og peger på intet.", "Skriv systemets, eller lad feltet stå tomt.")
    return str(uuid)


def _code(value: str, column: Column) -> str | Wrong:
    if re.fullmatch(column.pattern, value, re.ASCII):
        return value
    says = f"Feltet er ikke {column.shape}."
    if _SCIENTIFIC.fullmatch(value):
        return Wrong("e_notation", says, "Excel har gjort koden til et tal i E-notation: formatér kolonnen som Tekst.")
    if value.isdigit() and any(re.fullmatch(column.pattern, value.zfill(n), re.ASCII) for n in (2, 4, 8)):
        return Wrong(
            "mangler_nul",
            f"{says} Nullet foran er væk, som når Excel gemmer koden som tal.",
            "Formatér kolonnen som Tekst, skriv koden igen, og gem.",
        )
    if _LOOKS_LIKE_A_DATE.fullmatch(value):
        return Wrong(
            "forkert_form",
            f"{says} Det ligner et tal, en dato eller et klokkeslæt fra Excel.",
            "Formatér kolonnen som Tekst, skriv koden igen, og gem.",
        )
    return Wrong("forkert_form", says, "Ret koden.")
