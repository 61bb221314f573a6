"""Static web pages: no network, no script needed for reading, one folder per edition.

What is the same for all readers (systems, interfaces, KLE groups, data status, definitions) holds counts and
distributions only. It is made once for the municipalities and once for the public, whose menu differs, and is one file
under a name in each edition's folder. A municipality's pages are made for those who may see them.
"""

import os
import re
import shutil
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from kdi.notation import danish
from kdi.notation.danish import slug
from kdi.publish.agreements import Agreements
from kdi.report import (
    k98_analyse,
    pdf,
    webpages,
    webpages_country,
    webpages_interfaces,
    webpages_municipality,
    webpages_subjects,
    webpages_systems,
)
from kdi.report.directory import Directory
from kdi.report.document import Table
from kdi.report.edition import Edition, newest_quarter
from kdi.report.imprint import Imprint
from kdi.report.indicators import Indicators
from kdi.report.municipality_lists import WHOM_TO_ASK
from kdi.report.showable import FONTS, shown
from kdi.report.webpages import Page
from kdi.settings import PROJECT_ROOT

TEMPLATES = PROJECT_ROOT / "reports" / "web"
_INNER_ARIA = re.compile(r'\s(?:aria-[a-z]+|role)="[^"]*"')
_BETWEEN_NAMES = re.compile("(, | og )")
_ID = re.compile(r'(id="|url\(#|href="#)([A-Za-z0-9_-]+)')


def write(
    edition: Edition,
    indicators: Indicators,
    agreements: Agreements,
    cvr: str | None,
    folder: Path,
    imprint: Imprint | None = None,
) -> Path:
    """All pages of one edition; ``cvr`` is the municipality it is for, None the public. Gives its first page.

    The folder is replaced as a whole: a page of an agreement that has ended does not stay behind.
    """
    site = _site(edition, indicators, cvr is None, imprint or Imprint())
    partial = folder.with_name(f".{folder.name}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    own = list(webpages_municipality.pages(edition, agreements, cvr, imprint or Imprint(), site.directory))
    for page in [*own, webpages.index_of([*own, *site.pages])]:
        site.put(partial, page, webpages.edition_name(edition, cvr))
    site.share(partial)
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
    site.shared_from = folder
    return folder / "index.html"


@lru_cache(maxsize=2)
def _site(edition: Edition, indicators: Indicators, is_public: bool, imprint: Imprint) -> "Site":
    return Site(edition, indicators, is_public, imprint)


class Site:
    """What the editions of one kind of reader have in common."""

    def __init__(self, edition: Edition, indicators: Indicators, is_public: bool, imprint: Imprint) -> None:
        self.edition = edition
        self.imprint = imprint
        self.directory = Directory(edition)
        self.menu = webpages.MENU_PUBLIC if is_public else webpages.MENU
        self.pages = [
            *webpages_country.pages(edition, indicators, is_public),
            *webpages_systems.pages(edition, self.directory),
            *webpages_interfaces.pages(edition, self.directory),
            *webpages_subjects.pages(edition, self.directory),
            webpages_subjects.sapa_page(edition),
            webpages.data_status(edition),
            webpages.definitions(edition),
            webpages.accessibility(edition, imprint),
        ]
        # the edition that was written last: the next one's shared files are the same files
        self.shared_from: Path | None = None

    def put(self, folder: Path, page: Page, who: str) -> None:
        """Write a page."""
        target = folder / page.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(self._render(page, who), encoding="utf-8")

    def share(self, folder: Path) -> None:
        """The pages and files that are the same for all readers of the kind: made by the first edition, then linked."""
        source = self.shared_from
        if source is None or not source.is_dir():
            for page in self.pages:
                self.put(folder, page, "")
            for path in _files():
                shutil.copy(path, folder / path.name)
            shutil.copy(FONTS / "LICENSE.txt", folder / _LICENCE)
            (folder / webpages.K98).write_bytes(_k98(self.edition.folder, self.edition.month, self.imprint))
            return
        for name in (*(page.path for page in self.pages), *(path.name for path in _files()), _LICENCE, webpages.K98):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            _same_file(source / name, folder / name)

    def _render(self, page: Page, who: str) -> str:
        side = shown(page)
        context: dict[str, Any] = {
            "side": side,
            "op": "../" * page.path.count("/"),
            "menu": self.menu,
            "udgave": shown(who),
            "pieces": lambda label, cell: self._pieces(label, cell, side),
            "etiketter": Markup(_labels(page)),
            "udgivet": danish.day(datetime.fromisoformat(self.edition.published).date()),
            "data_til": danish.day(self.edition.month_end),
            "afsender": self.imprint.sender,
            "kontakt": self.imprint.contact,
            "opdigtet": self.imprint.is_made_up,
        }
        return _environment().get_template("side.html.j2").render(context)

    def _pieces(self, column: str, cell: str, page: Page) -> list[tuple[str, str]]:
        """A cell's text with the page that it leads to, if any; of several municipalities each leads to its own."""
        if column == WHOM_TO_ASK:
            return [(text, page.municipalities.get(text, "")) for text in _BETWEEN_NAMES.split(cell)]
        address = self.directory.address(column, cell)
        return [(cell, address if address != page.path else "")]


@lru_cache(maxsize=1)
def _k98(release: Path, until: date, imprint: Imprint) -> bytes:
    """The general analysis of the newest whole quarter, as PDF: the same for all editions."""
    with Edition(release, until) as month:
        quarter = newest_quarter([m for m in month.months if m <= until])
    with Edition(release, quarter) as edition:
        return pdf.render(k98_analyse.build(edition), edition.published, imprint)


_LICENCE = "IBMPlexSans-LICENSE.txt"


def _files() -> Iterator[Path]:
    yield from (TEMPLATES / "stil.css", TEMPLATES / "tabeller.js", *sorted(FONTS.glob("*.woff2")))


def _same_file(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without links, or another one
        shutil.copy(source, target)


def _labels(page: Page) -> str:
    """On a phone each row is a card whose cells begin with their column's heading: told once per table, in CSS."""
    rules = []
    for outer, part in enumerate(page.sections, start=1):
        for inner, block in enumerate(part.blocks, start=1):
            if isinstance(block, Table) and block.rows:
                rules += [
                    f'#k{outer}-{inner} td:nth-child({place})::before{{content:"{_css_text(column.label)}"}}'
                    for place, column in enumerate(block.columns, start=1)
                    if place > 1
                ]
    return "\n".join(rules)


def _css_text(label: str) -> str:
    return re.sub(r"[^\w .,()/–’-]", lambda m: f"\\{ord(m[0]):x} ", shown(label))


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
    environment.filters["maerke"] = lru_cache(lambda word: slug(word) or "tom")
    return environment


def inline_svg(svg: str, alternative: str, number: str) -> str:
    """The SVG as part of a page: named once for screen readers, and with ids of its own."""
    inner = _INNER_ARIA.sub("", svg)
    inner = _ID.sub(lambda m: f"{m[1]}b{number}-{m[2]}", inner)
    width, height = re.search(r'width="([\d.]+)"', inner), re.search(r'height="([\d.]+)"', inner)
    label = escape(alternative)
    size = f' style="max-width:{width[1]}px"' if width and height else ""
    named = f'<svg role="img" aria-label="{label}"{size} '
    return Markup(re.sub(r'\s(?:width|height)="[\d.]+"', "", inner.replace("<svg ", named, 1), count=2))
