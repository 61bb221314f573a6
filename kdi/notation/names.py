"""Names as they are shown and as they are compared, and interfaces as they are recognised, for every source alike.

Systems, services, authorities, suppliers, interfaces, headers and sheets are all written by people. Two writings
are one name when they look alike: letters composed (NFC), lower case, every kind of blank one blank, characters that
nobody sees dropped, dashes of every kind one. Each rule stands here once, in Python and as SQL; dbt's macros
``normaliseret`` and ``snitflade`` say the same, and ``tests/notation/test_names.py`` holds all three equal.
"""

import re
import unicodedata

# Soft hyphens, zero-width characters, marks of direction and of variants: nobody sees them.
INVISIBLE = (
    r"[\x{AD}\x{34F}\x{61C}\x{180B}-\x{180E}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{206F}"
    r"\x{FE00}-\x{FE0F}\x{FEFF}\x{FFF9}-\x{FFFB}\x{E0000}-\x{E0FFF}]"
)
# White space of Unicode, and the fillers of Hangul and Braille, which are as blank.
BLANKS = (
    r"[\x{9}-\x{D}\x{1C}-\x{20}\x{85}\x{A0}\x{115F}\x{1160}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}"
    r"\x{205F}\x{2800}\x{3000}\x{3164}\x{FFA0}]+"
)
DASHES = r"[\x{58A}\x{5BE}\x{1806}\x{2010}-\x{2015}\x{2043}\x{207B}\x{208B}\x{2212}\x{FE58}\x{FE63}\x{FF0D}]"

_LETTER = "A-Za-zÆØÅæøå"
_DIGITS = rf"(?:^|[^{_LETTER}0-9])[Ss][Ff][ ._:-]*([0-9]{{4}})"
_END = rf"(?:$|[^{_LETTER}0-9])"
# SF1460_A, SF1460A, sf1460_a, SF 1460 A, SF1460-A; "SF1500 I drift" is SF1500.
LETTERED = rf"{_DIGITS}(?:(_?[a-z])|([_.-]?[A-Z])|([ _.-]{{1,3}}[A-HJ-Z])){_END}"
# SF1470, SF 1470 - Sags- og Dokumentindeks, SF1470: …, (SF1470), SF1470Sags…; not SF1470_AB, SF14701 or SF1470 2.
PLAIN = rf"{_DIGITS}(?:$|[^{_LETTER}0-9_. -]|[.-](?:$|[^{_LETTER}0-9])|[ ](?:$|[^0-9])|-?[{_LETTER}]{{2}})"
# What somebody meant as an interface, however it is written: SF14, S F 1470, SF nr. 1470.
LIKENESS = rf"(?:^|[^{_LETTER}])[Ss] ?[Ff][^{_LETTER}0-9]{{0,3}}(?:[Nn][Rr])?[^{_LETTER}0-9]{{0,3}}[0-9]"
SEVERAL = (
    rf"{LIKENESS}.*{LIKENESS}|{_DIGITS}[ _.-]{{0,3}}[A-Z] ?[/+&,] ?[A-Z]{_END}|{_DIGITS} ?[/+&,-] ?[0-9]{{4}}{_END}"
)
# Interfaces without a number are called by their names.
NAMED = ("SAPA dialogintegration",)


def _python(pattern: str) -> re.Pattern[str]:
    """A pattern as Python writes it: RE2 and Java say ``\\x{AD}``."""
    return re.compile(re.sub(r"\\x\{([0-9A-F]+)\}", lambda code: re.escape(chr(int(code[1], 16))), pattern))


_INVISIBLE, _BLANKS, _DASHES = _python(INVISIBLE), _python(BLANKS), _python(DASHES)
_LETTERED, _PLAIN, _LIKENESS, _SEVERAL = (re.compile(p) for p in (LETTERED, PLAIN, LIKENESS, SEVERAL))


def shown(text: str) -> str:
    """A name as it is stored and shown: composed, single plain blanks, nothing invisible."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", _INVISIBLE.sub("", text))).strip(" ")


def compared(text: str) -> str:
    """A name as it is compared."""
    # Letter by letter, as engines do it; in whole words Python has rules for Greek.
    return "".join(lower if len(lower := c.lower()) == 1 else c for c in _DASHES.sub("-", shown(text)))


def header_key(text: str) -> str:
    """A column's header as it is compared: ``IT-system``, ``it_system`` and ``IT system *`` are one."""
    return re.sub(r"[\s_.:*-]+", "", compared(text))


def interface(text: str) -> str | None:
    """The interface that a header or cell names, as ``SF1470`` or ``SF1460_A``; None if it names none, or several."""
    plain = _DASHES.sub("-", shown(text))
    for name in NAMED:
        if compared(plain) == compared(name):
            return name
    if _SEVERAL.search(plain):
        return None
    if hit := _LETTERED.search(plain):
        return f"SF{hit[1]}_{(hit[2] or hit[3] or hit[4])[-1].upper()}"
    hit = _PLAIN.search(plain)
    return f"SF{hit[1]}" if hit else None


def is_like_interface(text: str) -> bool:
    """Whether somebody meant an interface, as SF and digits in any clothing."""
    return _LIKENESS.search(_DASHES.sub("-", shown(text))) is not None


def sql_shown(column: str) -> str:
    """:func:`shown` as SQL."""
    without = f"nfc_normalize(regexp_replace({column}, '{INVISIBLE}', '', 'g'))"
    return f"""case when {_sql_has_plain_letters_only(column)} then {column}
        else trim(regexp_replace({without}, '{BLANKS}', ' ', 'g'), ' ') end"""


def sql_is_shown(column: str) -> str:
    """SQL condition: a name is already as it is shown."""
    return f"({sql_shown(column)} = {column})"


def sql_interface(column: str) -> str:
    """:func:`interface` as SQL; what names none is shown as it is."""
    plain = _sql_plain(column)
    letter = " || ".join(f"regexp_extract({plain}, '{LETTERED}', {group})" for group in (2, 3, 4))
    named = " ".join(f"when lower({plain}) = '{name.lower()}' then '{name}'" for name in NAMED)
    return f"""case {named}
        when regexp_matches({plain}, '{SEVERAL}') then {sql_shown(column)}
        when regexp_matches({plain}, '{LETTERED}')
            then 'SF' || regexp_extract({plain}, '{LETTERED}', 1) || '_' || upper(right({letter}, 1))
        when regexp_matches({plain}, '{PLAIN}') then 'SF' || regexp_extract({plain}, '{PLAIN}', 1)
        else {sql_shown(column)} end"""


def sql_is_unclear_interface(column: str) -> str:
    """SQL condition: somebody meant an interface, and which cannot be said."""
    plain = _sql_plain(column)
    one = f"regexp_matches({plain}, '{LETTERED}') or regexp_matches({plain}, '{PLAIN}')"
    several = f"regexp_matches({plain}, '{SEVERAL}')"
    return f"(regexp_matches({plain}, '{LIKENESS}') and ({several} or not ({one})))"


def _sql_has_plain_letters_only(column: str) -> str:
    """Nearly every name has; seeing that is a third of the work of making it so."""
    plain = "[!-~ÆØÅæøåÉéÜüÖöÄä]+"
    return f"regexp_full_match({column}, '{plain}( {plain})*')"


def _sql_plain(column: str) -> str:
    return f"regexp_replace({sql_shown(column)}, '{DASHES}', '-', 'g')"
