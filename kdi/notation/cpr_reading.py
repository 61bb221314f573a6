"""Reads a text as somebody would who looks for a CPR number in it, whatever it wears."""

import html
import re
import unicodedata
from decimal import Decimal
from itertools import pairwise
from urllib.parse import unquote

PLAIN_UUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})|_x([0-9A-Fa-f]{4})_")
_EXPONENT = re.compile(r"(?<![\w.,])(\d(?:[.,]\d{1,12})?)[eE]\+?0*([89])(?!\w)")
_ZEROS = re.compile(r"(?<![\w.,])(\d{9,10})[.,]0+(?!\w)")
_MAYBE_DIGIT = re.compile(r"[\d\u0080-\U0010ffff]")
_REFERENCE = re.compile(r"[&%\\]|_x|[eE]\+?0*[89]")
_CLOCK = r"(?:[01]\d|2[0-4])[.:]?[0-5]\d"
_DAY_OF_ISO = r"(?:19|20)\d{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_SOMETHING_ELSE = re.compile(
    rf"(?<!\w){PLAIN_UUID}(?!\w)"
    r"|(?<!\w)(?=[0-9A-Fa-f]*[A-Fa-f])(?=[0-9A-Fa-f]*[0-9])[0-9A-Fa-f]{16,}(?!\w)"  # a checksum
    rf"|(?<![\w-]){_DAY_OF_ISO}[T ]{_CLOCK}(?::?[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d{{2}}:?\d{{2}})?(?!\d)"
    r"|(?<!\d)\d{4}-\d{2}(?:-\d{2})?_[0-9a-f]{12}(?!\w)"  # a delivery's id
    r"|(?i:\bv(?:er(?:sion)?)?[.:]?\s?)\d+(?:\.\d+)+"
    r"|(?i:\bp-?n(?:r|ummer)|produktionsenhed(?:snummer|snr)?)[.:#\s]{0,3}10\d{8}(?!\d)"
)
# Groups of digits and what stands between them: a few characters that are neither letters nor digits.
_CLUSTER = re.compile(r"\d+(?:[\W_]{1,6}\d+)*")
_GROUP = re.compile(r"\d+")
_HALF = re.compile(r"(?<!\d)(\d{6})[\W_]{0,3}[xX*#?•]{4}(?!\w)")
_LABEL = re.compile(r"(?i)(?:cpr|person-?n(?:r|ummer)|personid)[^\d]{0,12}$")

# How people cut the ten digits, or twelve with the whole year; these wherever they stand among others ...
_USUAL = {(10,), (6, 4), (2, 2, 2, 4), (2, 2, 6), (12,), (8, 4), (2, 2, 4, 4), (4, 2, 2, 4)}
_PLAINEST = {(10,), (6, 4)}
# ... and these when there are no others.
_UNUSUAL = {
    (2, 8), (4, 6), (8, 2), (2, 4, 4), (2, 6, 2), (4, 2, 4), (4, 4, 2), (6, 2, 2), (2, 2, 2, 2, 2), (2, 4, 2, 2),
    (3, 3, 4), (5, 5), (1,) * 10,
}  # fmt: skip
_MOST_GROUPS = 10


def has_one(text: str, a_count: bool = False) -> bool:
    """Whether something in the text can be read as one.

    Args:
        a_count: what follows a point is a fraction.
    """
    if len(_MAYBE_DIGIT.findall(text)) < 6 and not _REFERENCE.search(text):
        return False
    shown = _SOMETHING_ELSE.sub(lambda found: "\0" * len(found[0]), undressed(text))
    if any(_is_date(half[1]) for half in _HALF.finditer(shown)):
        return True
    return any(_in_cluster(shown, cluster, a_count) for cluster in _CLUSTER.finditer(shown))


def lost_its_zero(text: str) -> bool:
    """Whether the text is nine digits, or five and four: one without the zero of the first nine days of a month."""
    if len(text) > 100 or len(_MAYBE_DIGIT.findall(text)) < 9:
        return False
    whole = re.fullmatch(r"\s*([1-9]\d{4})(-?)(\d{4})(?:[.,]0+)?\s*", undressed(text))
    return bool(whole and _is_date("0" + whole[1]) and not (whole[2] and _is_year(whole[3])))


def undressed(text: str) -> str:
    """The text as it is read: references resolved, every digit in ASCII, nothing invisible, numbers written out."""
    for _ in range(4):  # XML in XML
        if "&" in text:
            text = html.unescape(text)
    if "%" in text:
        text = unquote(text, errors="replace")
    if "\\" in text or "_x" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found[1] or found[2] or found[3], 16)), text)
    if not text.isascii():
        text = "".join(map(_read, text))  # first, since ``NFKC`` makes two characters of some digits
        text = "".join(map(_read, unicodedata.normalize("NFKC", text)))
    return _ZEROS.sub(r"\1", _EXPONENT.sub(_written_out, text))


def _read(character: str) -> str:
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    return "" if unicodedata.category(character) in ("Cf", "Mn", "Me") else character


def _written_out(number: re.Match[str]) -> str:
    value = Decimal(number[1].replace(",", ".")).scaleb(int(number[2]))
    return f"{int(value):010d}" if value == int(value) else number[0]


def _in_cluster(text: str, cluster: re.Match[str], a_count: bool) -> bool:
    groups = [(cluster.start() + found.start(), found[0]) for found in _GROUP.finditer(cluster[0])]
    for first in range(len(groups)):
        for last in range(first, min(first + _MOST_GROUPS, len(groups))):
            if _is_one(text, groups[first : last + 1], last - first + 1 == len(groups), a_count):
                return True
    digits = "".join(digits for _, digits in groups)
    labelled = len(digits) in (9, 10) and _LABEL.search(text[max(cluster.start() - 30, 0) : cluster.start()])
    return bool(labelled and _is_date(digits.rjust(10, "0")[:6], raised=True))


def _is_one(text: str, window: list[tuple[int, str]], all_of_it: bool, a_count: bool) -> bool:
    """Whether some groups of digits next to each other are one.

    Args:
        window: where each begins, and its digits.
        all_of_it: no other groups stand beside them.
    """
    between = [text[a + len(digits) : b] for (a, digits), (b, _) in pairwise(window)]
    groups = _with_zeros([digits for _, digits in window], between)
    cut = tuple(map(len, groups))
    if cut not in _USUAL and not (all_of_it and cut in _UNUSUAL):
        return False
    start, end = window[0][0], window[-1][0] + len(window[-1][1])
    before, after = text[max(start - 2, 0) : start], text[end : end + 1]
    if before[-1:].isalpha() and after.isalpha():
        return False  # a part of a word
    if cut not in _PLAINEST and (after.isalpha() or not (all_of_it or _is_apart(text, start, end))):
        return False
    if cut == (10,) and before[-1:] in (".", ",") and before[:1].isdigit():
        return False  # a fraction
    if a_count and cut == (6, 4) and between[0] in (".", ",") and not groups[0].startswith("0"):
        return False
    return _reads_as_one(cut, "".join(groups), between)


def _is_apart(text: str, start: int, end: int) -> bool:
    """Whether no other digits stand at a single sign's distance, as in a longer number of several parts."""
    near = (text[max(start - 2, 0) : start], text[end : end + 2][::-1])
    return not any(re.fullmatch(r"\d(?:[^\s\w]|_)", beside) for beside in near)


def _with_zeros(groups: list[str], between: list[str]) -> list[str]:
    """A day and a month of one digit (``1/1-90``) get their zeros; not in ``1.2.10-1234``, a version."""
    if len(groups) == 4 and {len(g) for g in groups[:2]} <= {1, 2} and "." not in between[:2]:
        return [g.rjust(2, "0") for g in groups[:2]] + groups[2:]
    return groups


def _reads_as_one(cut: tuple[int, ...], digits: str, between: list[str]) -> bool:
    serial = digits[-4:]
    plain = all(not (set(gap) & set(".,:/")) for gap in between)
    match cut:
        case (10,):
            # 1,661,000,000 to 1,672,999,999 are the seconds of autumn 2022
            return _is_date(digits[:6], raised=not re.match("16(6[1-9]|7[0-2])", digits))
        case (6, 4):
            return _is_date(digits[:6], raised=plain) and (plain or not _is_year(serial))
        case (2, 2, 2, 4):
            kle = set(between[:2]) == {"."} and _is_year(serial)
            return _is_date(digits[:6], raised=plain) and not kle
        case (2, 2, 6):
            return _is_date(digits[:6]) and not _is_year(digits[4:8])
        case (12,) | (8, 4) | (2, 2, 4, 4) | (4, 2, 2, 4):
            birth = {(12,): _WHOLE_YEARS, (8, 4): _WHOLE_YEARS, (4, 2, 2, 4): _WHOLE_YEARS[:1]}.get(
                cut, _WHOLE_YEARS[1:]
            )
            return any(_is_birth(part, digits, serial) for part in birth)
    clock = (cut[-2:] == (2, 2) and between[-1] in (":", ".")) and re.fullmatch(_CLOCK, serial)
    year_first = cut[0] in (4, 8) and _is_year(digits[:4])
    return _is_date(digits[:6]) and not clock and not year_first


# Where year, month and day stand: 1990-01-31 and 31-01-1990.
_WHOLE_YEARS = [(slice(0, 4), slice(4, 6), slice(6, 8)), (slice(4, 8), slice(2, 4), slice(0, 2))]


def _is_birth(part: tuple[slice, slice, slice], digits: str, serial: str) -> bool:
    year, month, day = (digits[place] for place in part)
    clock = year >= "2000" and re.fullmatch(_CLOCK, serial)
    return "1858" <= year <= "2057" and _is_date(day + month + year[2:]) and not clock


def _is_year(digits: str) -> bool:
    return digits[:2] in ("19", "20")


def _is_date(digits: str, raised: bool = False) -> bool:
    """Whether six digits are a day, a month and a year; ``raised``: also with 60 added to the day or the month."""
    day, month = int(digits[:2]), int(digits[2:4])
    return (1 <= day <= 31 or (raised and 61 <= day <= 91)) and (1 <= month <= 12 or (raised and 61 <= month <= 72))
