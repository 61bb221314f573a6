"""What can be read as a CPR number. The one place that decides it.

A text is first undressed (``cpr_reading.py``): character references, digits of other scripts, invisible characters and
spreadsheets' exponents become what a person reads. Then its groups of digits are read: ten of which the first six are
a date (day or month may be raised by 60, as in replacement numbers), cut where people cut such a number, by any
characters, with letters before or after it. Modulus 11 is no test: numbers issued since 2007 need not satisfy it
(CPR-kontoret, "Personnumre uden kontrolciffer").

What is read as something else is not one: times, UUIDs and checksums, a KLE number and a year, a case number and its
year, a production unit's number that says it is one. CVR and telephone numbers have other groups of digits.
"""

import html
import re

import duckdb

from kdi.notation.cpr_reading import PLAIN_UUID, has_one, lost_its_zero, undressed
from kdi.notation.sql import sql_text

# A date has six digits; a reference may become some.
_MAYBE = r"(?s)\pN(?:.*?\pN){5}|&[#A-Za-z]|%[0-9A-Fa-f]{2}|\\[ux]|_x[0-9A-Fa-f]{4}_|\d[.,]?\d*[eE]\+?0*[89]"
_SOUND = (
    rf"{PLAIN_UUID}|\d{{4}}-\d{{2}}-\d{{2}}(?:[T ]\d{{2}}:\d{{2}}(?::\d{{2}})?(?:Z|[+-]\d{{2}}:\d{{2}})?)?|[0-9]{{1,8}}"
)
_TEN_DIGITS = re.compile(r"(?<!\d)\d\d[\W_]?\d\d[\W_]?\d\d[\W_]{0,7}\d{4}(?!\d)")
_SIX_AND_MORE = re.compile(r"\d(?:[\W_]*[\dxX*]){5,}")
# Before fields are looked at one by one: nine digits near each other, or six and signs that hide four.
_SUSPECT = re.compile(r"\d(?:[\W_]{0,6}\d){7}|\d{6}[\W_]{0,3}[xX*#?•]{4}|[^\x00-\x7f]|[&%\\]|_x|[eE]\+?0*[89]")
_SOUND_FIELD = re.compile(_SOUND)
_FIELD = re.compile(r'"[^"\n]*"|[^;,|<>"\t\n]+')
_TEXT = re.compile(r'(?<==)"[^"]*"|[^<>"]+')
# In a column that should not be there, nine digits alone are an id as likely as a person.
_PERSONAL_HEADER = re.compile(r"(?i)cpr|person.?(nr|num|id)")


def is_in(text: str) -> bool:
    """Whether something in the text can be read as a CPR number."""
    return has_one(text)


def is_in_cell(value: object) -> bool:
    """Whether a spreadsheet's cell holds one, also as a number that lost its leading zero."""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return has_one(text) or lost_its_zero(text)


def is_in_line(text: str) -> bool:
    """Whether a line of CSV as it was delivered holds one, field by field, also without its leading zero."""
    return _in_one_of(_FIELD, html.unescape(text) if "&" in text else text)


def is_in_markup(text: str) -> bool:
    """Whether XML holds one, between tags or in an attribute."""
    return _in_one_of(_TEXT, text)


def _in_one_of(fields: re.Pattern[str], text: str) -> bool:
    if not _SUSPECT.search(text):
        return False
    return any(is_in_cell(field.strip('"')) for field in fields.findall(text) if not _SOUND_FIELD.fullmatch(field))


def masked(text: str) -> str:
    """The text without them."""
    shown = text
    if has_one(shown):
        shown = _TEN_DIGITS.sub("**********", shown)
    if has_one(shown):
        shown = _SIX_AND_MORE.sub("**********", undressed(shown))
    return shown


def found_in(connection: duckdb.DuckDBPyConnection, rows: str, column: str, a_count: bool = False) -> list[str]:
    """The distinct values of a text column that can be read as a CPR number.

    SQL takes what cannot be one; the rest is few values, and is read here.

    Args:
        rows: a table or subquery.
        a_count: nine digits are a number like any other there, and so are digits after a point.
    """
    values = connection.execute(
        f"select distinct {column} from {rows} as raekker_cpr where regexp_matches({column}, {sql_text(_MAYBE)})"
        f" and not regexp_full_match({column}, {sql_text(_SOUND)})"
    ).fetchall()
    return [text for (text,) in values if (has_one(text, a_count=True) if a_count else is_in_cell(text))]


def names_a_person(header: str) -> bool:
    """Whether a header says that its column is about persons' numbers."""
    return _PERSONAL_HEADER.search(header) is not None
