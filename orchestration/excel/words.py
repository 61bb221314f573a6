"""The marts' codes in the words readers see."""

from orchestration.report.danish import capital
from orchestration.report.tragt import NEXT, PHASES, REASONS, STEPS, WAITING_FOR

_WORDS = {
    "tilstand": {
        "i_brug": "I brug",
        "andre_i_gang": "Andre er i gang",
        "klarmeldt_ubrugt": "Klarmeldt, men ubrugt",
        "ikke_klar": "Ikke klar",
        "kan_ikke_maales": "Kan ikke måles",
    },
    "vurdering": {
        "bekraeftet": "Bekræftet",
        "klarmeldt_uden_kald": "Klarmeldt uden kald",
        "kald_uden_klarmelding": "Kald uden klarmelding",
        "kan_ikke_maales": "Kan ikke måles",
        "ikke_tilsluttet": "Ikke tilsluttet",
        "ikke_relevant": "Ikke relevant",
    },
    "platform": {"serviceplatformen": "Serviceplatformen", "stoettesystemerne": "Støttesystemerne"},
    "trin": STEPS,
    "aarsag": REASONS,
    "naeste_skridt": NEXT,
    "naeste_part": WAITING_FOR,
    "fase": PHASES,
}


def words(column: str) -> tuple[str, ...]:
    """All words of a column of codes, in the order of their meaning."""
    return tuple(capital(word) for word in _WORDS[column].values())


def in_words(column: str) -> str:
    """SQL for a column of codes as words; a dash where there is none."""
    cases = " ".join(f"when '{code}' then '{capital(word)}'" for code, word in _WORDS[column].items())
    return f"case {column} {cases} else coalesce({column}, '–') end"
