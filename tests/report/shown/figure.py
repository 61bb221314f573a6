"""A figure as it is written in Danish, and whether a value reads like that: by arithmetic of its own."""

import re
from decimal import ROUND_HALF_UP, Decimal

_SPELLED = ("ingen", "én", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni", "ti", "elleve", "tolv")
WORDS = {word: number for number, word in enumerate(_SPELLED)} | {"ét": 1}
# The marks that stand where a figure would.
MARKS = ("for få", "kan ikke måles", "færre end 5", "–")
_DIGITS = r"(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?"
# What one figure can look like, with its sign and unit.
FIGURE = (
    rf"(?:(?:<\s?|mindst\s|[+−])?{_DIGITS}(?:\s?mio\.)?(?:\s?%)?|{'|'.join(MARKS)}|uændret"
    rf"|(?:{'|'.join(WORDS)})(?!\w))"
)
_WRITTEN = re.compile(rf"(<|mindst)?\s?([+−]?)({_DIGITS})(\s?mio\.)?(\s?%)?")


def reads(text: str, value: object, about: bool = False) -> bool:
    """Whether ``value`` is written like ``text`` in the format that the text itself has.

    Args:
        value: a number, None for what is missing, or the text that stands in its place.
        about: whether only two digits of it are told.
    """
    text = " ".join(text.split())
    if value is None or isinstance(value, str):
        return text == ("–" if value is None else value)
    exact = Decimal(str(value))
    if text.lower() in WORDS:
        return exact == WORDS[text.lower()]
    if text == "uændret":
        return exact == 0
    written = _WRITTEN.fullmatch(text)
    if not written:
        return False
    least, sign, digits, millions, share = written.groups()
    if least == "mindst":
        return False  # such a value is a text
    shown = Decimal(digits.replace(".", "").replace(",", ".")) * (-1 if sign == "−" else 1)
    exact = exact * (100 if share else 1) / (1_000_000 if millions else 1)
    step = Decimal(1).scaleb(-len(digits.partition(",")[2]))
    if about and not millions:
        step = max(step, Decimal(1).scaleb(len(str(abs(int(exact)))) - 2))
        return abs(shown - exact) <= step / 2
    if least:
        return 0 < exact < shown / 2 and shown == step
    # nothing is written as nothing that is something
    return exact.quantize(step, ROUND_HALF_UP) == shown and (shown != 0 or exact == 0)
