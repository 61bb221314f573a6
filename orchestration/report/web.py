"""Static web pages from the same documents: no network, no script needed for reading, one folder per edition.

What is the same for all readers (systems, interfaces, KLE groups, data status, definitions) holds counts and
distributions only and is made once. A municipality's pages are made for those who may see them.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from orchestration.publish.agreements import Agreements
from orchestration.report import danish, k98, potentiale, webpages, webpages_registers
from orchestration.report.danish import slug
from orchestration.report.edition import Edition
from orchestration.report.indicators import Indicators
from orchestration.report.showable import FONTS, shown
from orchestration.report.webpages import Page
from orchestration.settings import PROJECT_ROOT

TEMPLATES = PROJECT_ROOT / "reports" / "web"
_WHO = "\N{SYMBOL FOR SUBSTITUTE}"  # stands for the reader in pages that are made once
_INNER_ARIA = re.compile(r'\s(?:aria-[a-z]+|role)="[^"]*"')
_ID = re.compile(r'(id="|url\(#|href="#)([A-Za-z0-9_-]+)')


@dataclass(frozen=True)
class Reader:
    """Whom an edition is for."""

    cvr: str | None
    name: str


def write(edition: Edition, indicators: Indicators, agreements: Agreements, cvr: str | None, folder: Path) -> Path:
    """All pages of one edition; ``cvr`` is the municipality it is for, None the public. Gives its first page.

    The folder is replaced as a whole: a page of an agreement that has ended does not stay behind.
    """
    names = {m["cvr"]: m["navn"] for m in edition.municipalities}
    reader = Reader(cvr, f"{names[cvr]} Kommune" if cvr else "offentlig udgave")
    partial = folder.with_name(f".{folder.name}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    visible = [c for c in names if c in agreements.visible_to(cvr)]
    own = list(_municipality_pages(edition, indicators, agreements, cvr, visible))
    shared = _shared(edition, indicators)
    index = webpages.index_of([*own, *(page for page, _ in shared)])
    for page in [*own, index, webpages.municipalities(visible, names, cvr)]:
        _put(partial, page.path, _render(edition, page, reader.name))
    for page, html in shared:
        _put(partial, page.path, html.replace(_WHO, str(escape(shown(reader.name)))))
    for name in ("stil.css", "soeg.js"):
        shutil.copy(TEMPLATES / name, partial / name)
    for font in FONTS.glob("*.woff2"):
        shutil.copy(font, partial / font.name)
    shutil.copy(FONTS / "LICENSE.txt", partial / "IBMPlexSans-LICENSE.txt")
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
    return folder / "index.html"


def _put(folder: Path, path: str, html: str) -> None:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(html, encoding="utf-8")


def _municipality_pages(
    edition: Edition, indicators: Indicators, agreements: Agreements, cvr: str | None, visible: list[str]
) -> Iterator[Page]:
    names = {m["cvr"]: m["navn"] for m in edition.municipalities}
    for other in visible:
        # the public reads with nobody's agreements but those with all
        document = potentiale.build(edition, indicators, agreements, other, viewer=cvr or "")
        yield from webpages.of_municipality(document, webpages.municipality_folders(names)[other], is_own=other == cvr)


@lru_cache(maxsize=2)
def _shared(edition: Edition, indicators: Indicators) -> list[tuple[Page, str]]:
    overview = k98.build(edition, indicators)
    pages = [
        *webpages.of_overview(overview),
        *webpages_registers.systems(edition),
        *webpages_registers.interfaces(edition),
        *webpages_registers.subjects(edition),
        webpages.data_status(edition),
        webpages.definitions(edition),
        webpages.accessibility(),
    ]
    return [(page, _render(edition, page, _WHO)) for page in pages]


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["billede"] = inline_svg
    environment.filters["maerke"] = lambda word: slug(word) or "tom"
    return environment


def _render(edition: Edition, page: Page, who: str) -> str:
    up = "../" * page.path.count("/")
    context: dict[str, Any] = {
        "side": shown(page),
        "op": up,
        "menu": webpages.MENU,
        "udgave": who if who == _WHO else shown(who),
        "publicering": edition.release_id,
        "data_til": danish.day(edition.month_end),
    }
    return _environment().get_template("side.html.j2").render(context)


def inline_svg(svg: str, alternative: str, number: int) -> str:
    """The SVG as part of a page: named once for screen readers, and with ids of its own."""
    inner = _INNER_ARIA.sub("", svg)
    inner = _ID.sub(lambda m: f"{m[1]}b{number}-{m[2]}", inner)
    width, height = re.search(r'width="([\d.]+)"', inner), re.search(r'height="([\d.]+)"', inner)
    label = escape(alternative)
    size = f' style="max-width:{width[1]}px"' if width and height else ""
    named = f'<svg role="img" aria-label="{label}"{size} '
    return Markup(re.sub(r'\s(?:width|height)="[\d.]+"', "", inner.replace("<svg ", named, 1), count=2))
