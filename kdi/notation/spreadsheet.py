"""Text from outside in a table that a person opens in a spreadsheet, where a cell may be a formula.

For files that people open. What programs read is left as it is: there the apostrophe would be data.
"""

import re
from typing import TypeVar

# owasp.org/www-community/attacks/CSV_Injection; the full-width forms are taken for the plain ones.
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# A figure as readers get it: "+1.234,5", "-3 %".
_NUMBER = re.compile(r"[+-]\d[\d.,]*(?:\s?%)?")

_Value = TypeVar("_Value")


def harmless(value: _Value) -> _Value | str:
    """A value as it may stand in a cell: text that a spreadsheet would compute gets an apostrophe before it.

    Blanks before the sign do not help, since a spreadsheet passes over them. Numbers stay numbers, with their sign.
    """
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return value
    if isinstance(value, str) and (value.startswith(_BEGINS_A_FORMULA) or value.lstrip().startswith(_BEGINS_A_FORMULA)):
        return f"'{value}"
    return value
