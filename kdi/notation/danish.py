"""Numbers, dates and names as a Danish reader expects them: the only place where a figure becomes text."""

import re
import unicodedata
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

# The marks that stand where a figure would: here alone, and explained to readers wherever they stand. Zero is "0", and
# what is more than nothing but rounds to it is "< 0,01" (small, percent).
MISSING = "–"  # it is missing, or nobody has said it
TOO_FEW = "for få"  # it would show what a single municipality does
UNMEASURABLE = "kan ikke måles"  # nobody in the country has been seen calling the interface
MARKS = (
    f"0 er talt og er nul. »<\u00a00,01« er mere end ingenting, men mindre. »{MISSING}« mangler eller er ikke oplyst."
    f" »{TOO_FEW}« står, hvor færre end fem kommuner ligger bag, eller én står for over halvdelen. »{UNMEASURABLE}«:"
    " ingen i landet er set kalde snitfladen."
)
NOT_RELEVANT = "Ikke relevant"  # no mark of a figure: what a supplier has declared
_MONTHS = (
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
)
_SHORT = ("jan.", "feb.", "marts", "april", "maj", "juni", "juli", "aug.", "sept.", "okt.", "nov.", "dec.")
_SPELLED = ("ingen", "én", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni", "ti", "elleve", "tolv")


def number(value: float | Decimal | None, decimals: int = 0) -> str:
    """``1.234,5`` with a true minus; a dash when the figure is missing. A half rounds up, as in Excel."""
    if value is None:
        return MISSING
    exact = Decimal(str(abs(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{exact:,f}".translate(str.maketrans(",.", ".,"))
    return f"−{text}" if value < 0 and text.strip("0,.") else text


def small(value: float | Decimal | None, decimals: int = 2) -> str:
    """A figure that may be small: ``< 0,01`` is something, ``0`` is nothing."""
    if value is None or value == 0:
        return number(value)
    least = Decimal(1).scaleb(-decimals)
    return f"<\u00a0{number(least, decimals)}" if 0 < Decimal(str(value)) < least / 2 else number(value, decimals)


def by_format(value: float | Decimal | None, decimals: int) -> str:
    """A figure in a format of its own: zero has its decimals too, and what only rounds to zero is told apart."""
    return number(value, decimals) if not value else small(value, decimals)


def percent(share: float | None, decimals: int = 0) -> str:
    """A share (0–1) as ``12 %``, with a space that does not break; ``< 1 %`` is something, ``0 %`` is nothing."""
    return MISSING if share is None else f"{by_format(100 * Decimal(str(share)), decimals)}\u00a0%"


def change(value: float | None, decimals: int = 0, unit: str = "") -> str:
    """A difference with its sign; ``uændret`` when it rounds to nothing."""
    if value is None:
        return MISSING
    text = number(value, decimals)
    if not text.strip("0,.−"):
        return "uændret"
    return f"{'' if text.startswith('−') else '+'}{text}{unit}"


def rounded(value: float | None) -> str:
    """A large estimate with two significant digits, since it is not known better: ``1,5 mio.``, ``820.000``."""
    if value is None:
        return MISSING
    if value >= 995_000:
        return f"{number(value / 1e6, 1 if value < 9.95e6 else 0)} mio."
    step = 10 ** max(0, len(str(int(value))) - 2)
    return number(round(value / step) * step)


def day(value: date) -> str:
    """``31. december 2022``."""
    return f"{value.day}. {month(value)}"


def month(value: date) -> str:
    """``december 2022``."""
    return f"{_MONTHS[value.month - 1]} {value.year}"


def month_short(value: date) -> str:
    """``feb.``, ``juni``: for charts."""
    return _SHORT[value.month - 1]


def month_name(value: date) -> str:
    """``december``."""
    return _MONTHS[value.month - 1]


def quarter(value: date) -> str:
    """``4. kvartal 2022``."""
    return f"{(value.month + 2) // 3}. kvartal {value.year}"


def count(value: int, one: str, many: str) -> str:
    """``én kommune``, ``tolv kommuner``, ``41 kommuner``."""
    spelled = _SPELLED[value] if 0 <= value < len(_SPELLED) else number(value)
    if value == 1 and not one.endswith(("system", "emne", "fund")):
        return f"én {one}"
    return f"{'ét' if value == 1 else spelled} {one if value == 1 else many}"


def capital(text: str) -> str:
    """The first letter large, the others as they are."""
    return text[:1].upper() + text[1:]


def counted(value: int, one: str, many: str) -> str:
    """The same at the beginning of a sentence: ``Én kommune``."""
    return capital(count(value, one, many))


def genitive(name: str) -> str:
    """``Aalborgs``, ``Randers’``."""
    return f"{name}’" if name.lower().endswith(("s", "x", "z")) else f"{name}s"


def listed(names: list[str]) -> str:
    """``A, B og C``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} og {names[-1]}" if names else ""


def slug(name: str) -> str:
    """A name as a file name: ``Ringkøbing-Skjern`` → ``ringkoebing-skjern``."""
    plain = name.lower().replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")
