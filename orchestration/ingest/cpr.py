"""What looks like a CPR number, in SQL and in Python alike. The one place that decides it.

Six digits that are a date, then four, standing alone. Modulus 11 is no test: numbers issued since
2007 need not satisfy it (CPR-kontoret, "Personnumre uden kontrolciffer"). Dots between the digits
are not looked for: the KLE numbers 01.01.00 to 31.12.99 are dates too.
"""

import re

# Digits of other scripts that people's keyboards and fonts make: full-width, Arabic, Persian, Devanagari.
_ZEROS = "0０٠۰०"


def _digits(allowed: str) -> str:
    return "[" + "".join(chr(ord(zero) + int(d)) for d in allowed for zero in _ZEROS) + "]"


_ANY = _digits("0123456789")
_ALONE = f"[^A-Za-z{_ANY[1:-1]}]"
# Blanks of every width, and what is typed or pasted for a hyphen.
_BLANK = "[\\s\u00a0\u2000-\u200b\u202f\u2060\u3000]"
_DASH = "[-\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d_]"
_MONTH = f"(?:{_digits('0')}{_digits('123456789')}|{_digits('1')}{_digits('012')})"
_DAY = f"(?:{_digits('0')}{_digits('123456789')}|{_digits('12')}{_ANY}|{_digits('3')}{_digits('01')})"
_GAP = f"{_BLANK}{{0,3}}{_DASH}?{_BLANK}{{0,3}}"

PATTERN = f"(^|{_ALONE}){_DAY}{_BLANK}?{_MONTH}{_BLANK}?{_ANY}{{2}}{_GAP}{_ANY}{{4}}($|{_ALONE})"
# A number that a spreadsheet took for one has lost the zero of the first nine days of a month.
WITHOUT_ZERO = f"\\s*{_digits('123456789')}{_MONTH}{_ANY}{{6}}(?:[.,]0+)?\\s*"
# In a column that should not be there, nine digits alone are an id as likely as a person.
_PERSONAL_HEADER = re.compile(r"(?i)cpr|person.?(nr|num|id)")

_COMPILED, _COMPILED_WITHOUT_ZERO = re.compile(PATTERN), re.compile(WITHOUT_ZERO)
_FIELD_WITHOUT_ZERO = re.compile(f'(?:^|[;,|<>"\t]){WITHOUT_ZERO}(?:$|[;,|<>"\t])')


def is_in(text: str) -> bool:
    """Whether something in the text looks like a CPR number."""
    return _COMPILED.search(text) is not None


def is_in_cell(value: object) -> bool:
    """Whether a spreadsheet's cell holds one, also as a number that lost its leading zero."""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return is_in(text) or _COMPILED_WITHOUT_ZERO.fullmatch(text) is not None


def is_in_bytes(text: str) -> bool:
    """Whether a piece of a file as it was delivered holds one, also as a field without its leading zero."""
    return is_in(text) or _FIELD_WITHOUT_ZERO.search(text) is not None


def masked(text: str) -> str:
    """The text without them. Two may share the character between them, so it is looked at again."""
    while (shown := _COMPILED.sub(r"\1**********\2", text)) != text:
        text = shown
    return text


def sql_is_in(column: str, a_count: bool = False) -> str:
    """SQL condition: a text column's value looks like a CPR number; null is false.

    Args:
        a_count: nine digits are a number like any other there.
    """
    condition = f"regexp_matches({column}, {_quoted(PATTERN)})"
    if not a_count:
        condition = f"({condition} or regexp_full_match({column}, {_quoted(WITHOUT_ZERO)}))"
    return f"coalesce({condition}, false)"


def names_a_person(header: str) -> bool:
    """Whether a header says that its column is about persons' numbers."""
    return _PERSONAL_HEADER.search(header) is not None


def _quoted(pattern: str) -> str:
    return "'" + pattern.replace("'", "''") + "'"
