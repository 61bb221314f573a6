"""What is text and what is none, as SQL: characters that are no part of a name, and words that name nobody.

How names are shown and compared stands in :mod:`kdi.notation.names`; here it is decided which may come in.
"""

from expectations.findings import Code
from kdi.notation import names

# The longest of 1,815 KLE subjects has 100 characters, the longest service of the catalogue fewer. What is
# three times as long is a cell that holds something else; a key of many such texts does not fit in an index either.
LONGEST = 300

# By RFC 9562. Exports write it where they know nobody.
NIL_UUID = "00000000-0000-0000-0000-000000000000"

# What nobody sees at the ends of a cell.
_AROUND = f"(?:{names.INVISIBLE}|{names.BLANKS})+"
# Controls and line breaks (a tabulator is a blank), what stands for no character, and private characters: another
# font shows something else, PostgreSQL and PDFs none of it.
_NO_TEXT = r"[\x00-\x08\x0A-\x1F\x7F-\x9F\x{2028}\x{2029}\x{FDD0}-\x{FDEF}\x{FFFC}\x{FFFE}\x{FFFF}\p{Co}]"
# The bytes 80 to BF of UTF-8, as Windows-1252 and ISO 8859-1 show them.
_SHOWN = (
    r"\x{0080}-\x{00BF}\x{0152}\x{0153}\x{0160}\x{0161}\x{0178}\x{017D}\x{017E}\x{0192}\x{02C6}\x{02DC}"
    r"\x{2013}\x{2014}\x{2018}-\x{201A}\x{201C}-\x{201E}\x{2020}-\x{2022}\x{2026}\x{2030}\x{2039}\x{203A}"
    r"\x{20AC}\x{2122}"
)
# UTF-8 that was read as something else: BrÃ¸nderslev (Windows), Br├©nderslev (DOS), Br√∏nderslev (Mac), and the
# mark that a reader leaves where it gave up. Æ, Ø and Å before such a character are Danish: only Â, Ã and â count.
_WRONGLY_READ = rf"[ÂÃ][{_SHOWN}]|â[€‚]|ï»¿|ï¿½|ðŸ|[\x{{2500}}-\x{{257F}}][^\x00-\x7F]|√[^\x00-\x7F]|\x{{FFFD}}"
_NAMES_NOBODY = (
    "ukendt", "ukendte", "unknown", "uoplyst", "ikke oplyst", "ikke angivet", "ingen", "intet", "mangler", "tom",
    "tomt", "blank", "(blank)", "(tom)", "(tomme)", "n/a", "na", "n.a.", "#n/a", "#i/t", "null", "(null)", "none",
    "nil", "nan", "undefined", "<na>", "tbd", "xxx", "#ref!", "#reference!", "#value!", "#værdi!",
    "#name?", "#navn?", "#div/0!", "#division/0!", "#num!", "#null!", "#nul!", "#spill!", "#overløb!",
)  # fmt: skip


def without_blanks_around(text: str) -> str:
    """A text without the blanks around it, however wide."""
    return f"regexp_replace({text}, '^{_AROUND}|{_AROUND}$', '', 'g')"


def faults(text: str, must_name: bool) -> list[tuple[Code, str]]:
    """``(code, condition)`` pairs for what is not text, or where it ``must_name`` somebody, names nobody."""
    nobody: list[tuple[Code, str]] = [("pladsholder", is_placeholder(text))] if must_name else []
    return [
        ("oedelagt_tekst", f"regexp_matches({text}, '{_WRONGLY_READ}')"),
        ("styretegn", f"regexp_matches({text}, '{_NO_TEXT}')"),
        ("for_lang_tekst", f"length({text}) > {LONGEST}"),
        *nobody,
    ]


def is_placeholder(text: str) -> str:
    """Whether a text stands where a name should, and names nobody: a word such as »ukendt«, zeros, no letter at all."""
    words = ", ".join(f"'{word}'" for word in _NAMES_NOBODY)
    return (
        rf"(lower({names.sql_shown(text)}) in ({words}) or regexp_matches({text}, '^[^\p{{L}}\p{{N}}]*$|^[0.,\s-]+$'))"
    )


def is_nobodys_uuid(text: str) -> str:
    """Whether a UUID is made of one digit alone, as the nil UUID is; false for what is no UUID."""
    digits = f"replace(cast(try_cast({text} as uuid) as varchar), '-', '')"
    return f"coalesce({digits} = repeat(left({digits}, 1), 32), false)"
