"""The pages are whole, small, need no network, and are accessible in a real browser."""

import copy
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from orchestration.publish.agreements import NONE
from orchestration.report import web

from .browser import opened_browser
from .conftest import Published

KINDS = (
    "index.html", "kommuner.html", "kle.html", "soeg.html", "system/jobcentersystemet.html", "snitflade/sf1470.html",
    "kommune/aalborg-kommune/index.html", "kommune/aalborg-kommune/systemoversigt-med-potentialer.html",
)  # fmt: skip


@pytest.fixture(scope="session")
def site(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("web") / "aalborg"
    web.write(published.edition, published.indicators, NONE, published.cvr("Aalborg"), folder)
    return folder


class Page(HTMLParser):
    """What a page refers to, and the ids it gives."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.references: list[str] = []
        self.ids: list[str] = []
        self.language = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.language = self.language or known.get("lang") or ""
        self.references += [v for k, v in attrs if k in ("href", "src", "xlink:href") and v]
        self.ids += [v for k, v in attrs if k == "id" and v]


def test_a_municipality_s_name_is_text_on_every_page(published: Published, tmp_path: Path) -> None:
    """kommuner.csv is replaced by its users; also pages that are made once for all readers say who reads."""
    hostile, name = copy.copy(published.edition), "<script>alert(5)</script>"
    hostile.__dict__["municipalities"] = [
        m | {"navn": name} if m["navn"] == "Aalborg" else m for m in published.edition.municipalities
    ]
    folder = tmp_path / "web"
    web.write(hostile, published.indicators, NONE, published.cvr("Aalborg"), folder)
    pages = [path.read_text(encoding="utf-8") for path in folder.rglob("*.html")]
    assert len(pages) > 80 and not [page for page in pages if "<script>alert" in page]
    assert all("&lt;script&gt;alert(5)&lt;/script&gt; Kommune" in page for page in pages)


def test_every_link_leads_to_a_page_and_none_leaves_the_site(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 80
    for path in pages:
        page = Page(path)
        assert page.language == "da"
        assert len(page.ids) == len(set(page.ids)), path
        for reference in page.references:
            target, _, anchor = reference.partition("#")
            assert "://" not in target, (path, reference)
            assert not target or (path.parent / target).is_file(), (path, reference)
            assert target or anchor in page.ids, (path, reference)


def test_every_page_is_under_300_kb(site: Path) -> None:
    assert max(p.stat().st_size for p in site.rglob("*.html")) < 300_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    with opened_browser() as opened:
        yield opened


def examine(site: Path, browser: Any, names: Iterable[str]) -> None:
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
    page = browser.new_page()
    for name in names:
        page.goto((site / name).as_uri())
        found = Axe().run(page, options=options).response["violations"]
        assert found == [], (name, [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found])
    page.close()


def test_wcag_2_1_aa_by_axe(site: Path, browser: Any) -> None:
    examine(site, browser, KINDS)


@pytest.mark.lang
def test_wcag_2_1_aa_by_axe_on_every_page(site: Path, browser: Any) -> None:
    examine(site, browser, sorted(str(p.relative_to(site)) for p in site.rglob("*.html")))


def test_a_phone_scrolls_down_only_and_nothing_needs_script(site: Path, browser: Any) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, java_script_enabled=False)
    reader = context.new_page()
    measuring = browser.new_page(viewport={"width": 320, "height": 640})
    for name in KINDS:
        reader.goto((site / name).as_uri())
        assert reader.locator("h1").count() == 1
        assert reader.locator("input").count() == 0
        measuring.goto((site / name).as_uri())
        wide = measuring.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, (name, wide)
    context.close()
    measuring.close()


def test_a_long_table_can_be_narrowed(site: Path, browser: Any) -> None:
    page = browser.new_page()
    page.goto((site / "definitioner.html").as_uri())
    page.get_by_label("Find i tabellen").fill("realiseringsgrad")
    visible = page.locator("tbody tr:visible").all_inner_texts()
    assert visible and all("realiseringsgrad" in text.lower() for text in visible)
    page.close()
