"""The newsletter's three news: the findings that weigh most in most municipalities (``kpi.fund``). Nobody is named."""

from collections.abc import Iterator
from dataclasses import dataclass

from kdi.notation import danish
from kdi.report import country
from kdi.report.edition import Edition

# What a kind of finding says of the municipalities that have it, and the page of the web edition that has more.
# Praise and what is for the operators alone are no news of the country.
_SAID = {
    "til": ("ligger lavt i klarmeldte snitflader blandt de 98", "systemer.html"),
    "udb": ("ligger lavt i andel i brug blandt de 98", "potentiale.html"),
    "fald": ("bruger infrastrukturen mærkbart mindre end for et år siden", "potentiale.html"),
    "kle": ("mangler sager på emner, som andre på samme størrelse har", "kle.html"),
    "gaeld": ("har anvendelser, der har ventet over et år", "potentiale.html"),
    "sapa": ("har enheder, som ikke har brugt SAPA i tre måneder", "sapa.html"),
    "hul": ("mangler anvendelser, som mindst halvdelen med samme system har", "snitflader.html"),
    "tvivl": ("har mindst fem anvendelser, der er klarmeldt, men ubrugte overalt", "systemer.html"),
}
_MOST = 3


@dataclass(frozen=True)
class News:
    """A sentence of at most twenty words, and the page of the web edition that has more."""

    text: str
    page: str


def of_month(edition: Edition) -> Iterator[News]:
    """How the country stands, then the weightiest findings; one that fewer than five have is left out."""
    yield News(country.share_in_use(edition), "potentiale.html")
    rows = edition.rows("select * from kpi.fund_sum where maaned = $maaned and er_anonym order by score desc, slags")
    told = [r for r in rows if r["slags"] in _SAID]
    for row in told[: _MOST - 1]:
        said, page = _SAID[row["slags"]]
        many = danish.counted(row["kommuner"], "kommune", "kommuner")
        before = row["kommuner_kvartal_foer"] if row["foer_er_anonym"] else None
        yield News(f"{many} {said}{_since(edition, row['kommuner'], before)}.", page)


def _since(edition: Edition, now: int, before: int | None) -> str:
    if edition.before is None or before is None:
        return ""
    month = danish.month_name(edition.before)
    if now == before:
        return f", som i {month}"
    return f", {danish.number(abs(now - before))} {'flere' if now > before else 'færre'} end i {month}"
