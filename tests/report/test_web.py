"""The pages are whole, small, need no network, and are accessible in a real browser."""

import copy
import csv
import io
import re
import shutil
from collections.abc import Iterable
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from chromium import new_page

from kdi.notation import danish
from kdi.notation.spreadsheet import harmless
from kdi.publish.agreements import NONE, Agreements
from kdi.report import web, webpages
from kdi.report.imprint import Imprint
from kdi.report.small_counts import few, rest
from kdi.report.web_blocks import STATES

from .conftest import Published
from .reading import Pdf, squash
from .words import gone_from

OWN = "kommune/aalborg-kommune"
KINDS = (
    "index.html", "landet.html", "potentiale.html", "systemer.html", "snitflader.html", "kle.html", "data.html",
    "soeg.html", "tilgaengelighed.html", "sapa.html", "system/jobcentersystemet.html", "snitflade/sf1470.html",
    f"{OWN}/sapa.html", f"{OWN}/systemer.html", f"{OWN}/arkitektens-ark.html", f"{OWN}/hvem-venter.html",
)  # fmt: skip
WIDTHS = (360, 1280)
IMPRINT = Imprint("KOMBIT", "kdi@example.org", is_made_up=True)


@pytest.fixture(scope="session")
def site(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("web") / "aalborg"
    web.write(published.edition, published.indicators, NONE, published.cvr("Aalborg"), folder, IMPRINT)
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


def test_a_municipality_s_name_is_text_on_each_of_its_pages(published: Published, tmp_path: Path) -> None:
    """kommuner.csv is replaced by its users, and its names are no part of the page."""
    hostile, name = copy.copy(published.edition), "<script>alert(5)</script>"
    hostile.__dict__["municipalities"] = [
        m | {"navn": name, "officielt_navn": f"{name} Kommune"} if m["navn"] == "Aalborg" else m
        for m in published.edition.municipalities
    ]
    folder = tmp_path / "web"
    web.write(hostile, published.indicators, NONE, published.cvr("Aalborg"), folder)
    pages = {path: path.read_text(encoding="utf-8") for path in folder.rglob("*.html")}
    assert len(pages) > 80 and not [page for page in pages.values() if "<script>alert" in page]
    own = [page for path, page in pages.items() if path.name == "index.html" or path.parent.parent.name == "kommune"]
    assert len(own) == 9 and all("&lt;script&gt;alert(5)&lt;/script&gt; Kommune" in page for page in own)


@pytest.fixture(scope="session")
def public(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("web") / "offentlig"
    web.write(published.edition, published.indicators, NONE, None, folder, IMPRINT)
    return folder


def text_of(page: Path) -> str:
    """What a reader sees of a page."""
    html = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", page.read_text(encoding="utf-8"), flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_the_public_edition_has_no_empty_page_and_no_internal_note(public: Path) -> None:
    assert not (public / "kommune").exists() and not (public / "kommuner.html").exists()
    for path in public.rglob("*.html"):
        seen = text_of(path)
        assert len(seen) > 400, path
        for internal in ("kpi.", "marts.", "Den, der udgiver siderne", "stoettesystemerne", "Ventet gevinst"):
            assert internal not in seen, (path, internal)
        assert "Kommunen" not in re.findall(r"<nav id=.*?</nav>", path.read_text(encoding="utf-8"), flags=re.S)[0]
    said = text_of(public / "tilgaengelighed.html")
    assert "kdi@example.org" in said and "Digitaliseringsstyrelsen" in said


def test_those_who_can_be_asked_lead_to_their_own_pages(published: Published, tmp_path: Path) -> None:
    own, sharing = published.cvr("Aalborg"), [published.cvr(name) for name in ("Fredericia", "Odense", "Aarhus")]
    agreed = Agreements(frozenset((cvr, own) for cvr in sharing))
    web.write(published.edition, published.indicators, agreed, own, tmp_path / "aalborg", IMPRINT)
    page = tmp_path / "aalborg" / OWN / "andre-er-i-gang.html"
    named = re.findall(r'<a href="([^"]+)">(Fredericia|Odense|Aarhus)</a>', page.read_text(encoding="utf-8"))
    assert {name for _, name in named} == {"Fredericia", "Odense", "Aarhus"}
    for address, name in named:
        assert re.search("<h1[^>]*>.*?</h1>", (page.parent / address).resolve().read_text(encoding="utf-8"), re.S), name
        assert f"{name} Kommune" in text_of((page.parent / address).resolve())
    # none is named without leading there
    assert not re.search(
        ">[^<]*(Fredericia|Odense|Aarhus)[^<]*<(?!/a>)",
        re.findall("<table.*?</table>", page.read_text(encoding="utf-8"), re.S)[0],
    )


def test_no_page_says_what_must_go(site: Path, public: Path) -> None:
    for path in (*site.rglob("*.html"), *public.rglob("*.html")):
        seen = text_of(path)
        assert gone_from(seen, definitions=path.name == "definitioner.html") == [], path
        assert not re.search(r"\b(jan|feb|aug|sept|okt|nov|dec) \d\d\b", seen), path  # feb. 2022


def test_what_is_the_same_for_all_is_one_file(published: Published, tmp_path: Path) -> None:
    for town in ("Aalborg", "Fredericia"):
        web.write(published.edition, published.indicators, NONE, published.cvr(town), tmp_path / town, IMPRINT)
    aalborg, fredericia = tmp_path / "Aalborg", tmp_path / "Fredericia"
    same = {str(p.relative_to(aalborg)) for p in aalborg.rglob("*") if p.is_file() and p.stat().st_nlink > 1}
    assert {"landet.html", "stil.css", "system/jobcentersystemet.html", "snitflade/sf1470.html"} <= same
    assert all((aalborg / name).samefile(fredericia / name) for name in same)
    own = {p.name for p in aalborg.rglob("*.html") if p.stat().st_nlink == 1}
    assert own >= {"index.html", "soeg.html", "systemer.html", "arkitektens-ark.html"}
    # an edition that is made again leaves the others as they are
    before = (fredericia / "landet.html").read_bytes()
    web.write(published.edition, published.indicators, NONE, published.cvr("Aalborg"), aalborg, IMPRINT)
    assert (fredericia / "landet.html").read_bytes() == before


def test_systems_interfaces_and_municipalities_lead_to_one_another(site: Path) -> None:
    def leads(page: str, to: str) -> bool:
        where = (site / page).parent
        return any((where / r).resolve() == (site / to).resolve() for r in Page(site / page).references)

    assert leads(f"{OWN}/systemer.html", "system/jobcentersystemet.html")
    assert leads(f"{OWN}/systemer.html", "snitflade/sf1470.html")
    assert leads(f"{OWN}/arkitektens-ark.html", "system/jobcentersystemet.html")
    assert leads("system/jobcentersystemet.html", "snitflade/sf1470.html")
    assert leads("snitflade/sf1470.html", "system/jobcentersystemet.html")
    assert leads("systemer.html", "system/jobcentersystemet.html")
    assert leads("system/jobcentersystemet.html", "index.html")


def test_the_front_page_says_what_the_marts_say(published: Published, site: Path) -> None:
    cvr = published.cvr("Aalborg")
    headline = published.edition.row(
        "select saetning from kpi.fund where maaned = $maaned and cvr = $cvr and er_overskrift", cvr=cvr
    )["saetning"]
    steps = published.edition.rows(
        "select titel from kpi.skridt where maaned = $maaned and cvr = $cvr and valg = 'valgt'", cvr=cvr
    )
    seen = text_of(site / "index.html")
    assert " ".join(headline.split()) in seen
    assert steps and all(" ".join(s["titel"].split()) in seen for s in steps)
    states = published.edition.rows(
        "select tilstand, count(*) as antal from kpi.potentiale where maaned = $maaned and cvr = $cvr group by all",
        cvr=cvr,
    )
    assert all(f"{danish.number(s['antal'])} {STATES[s['tilstand']][0]}" in seen for s in states)


def test_a_count_of_few_municipalities_cannot_be_worked_out() -> None:
    assert [few(n) for n in (0, 1, 4, 5, 41)] == ["0", "færre end 5", "færre end 5", "5", "41"]
    # 41 use the system: whoever sees the rest learns no more than that fewer than five have it
    assert {rest(41 - used, used) for used in range(1, 5)} == {"mindst 37"}
    assert rest(36, 5) == "36" and rest(41, 0) == "41" and rest(2, 3) == "færre end 5"


def test_every_link_leads_to_a_page_and_none_leaves_the_site(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 80
    for path in pages:
        page = Page(path)
        assert page.language == "da"
        assert len(page.ids) == len(set(page.ids)), path
        for reference in page.references:
            if reference == "mailto:kdi@example.org":
                continue
            target, _, anchor = reference.partition("#")
            assert "://" not in target, (path, reference)
            assert not target or (path.parent / target).is_file(), (path, reference)
            assert target or anchor in page.ids, (path, reference)


def test_every_page_is_under_300_kb(site: Path) -> None:
    assert max(p.stat().st_size for p in site.rglob("*.html")) < 300_000


def examine(site: Path, browser: Any, names: Iterable[str], widths: Iterable[int] = WIDTHS) -> None:
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
    for width in widths:
        page = new_page(browser, viewport={"width": width, "height": 900})
        for name in names:
            page.goto((site / name).as_uri())
            found = Axe().run(page, options=options).response["violations"]
            assert found == [], (name, width, [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found])
        page.close()


def test_wcag_2_1_aa_by_axe(site: Path, browser: Any) -> None:
    """At the width of a phone; at that of a desk too in the long test, which takes every page."""
    examine(site, browser, KINDS, WIDTHS[:1])


@pytest.mark.long
def test_wcag_2_1_aa_by_axe_on_every_page(site: Path, browser: Any) -> None:
    examine(site, browser, sorted(str(p.relative_to(site)) for p in site.rglob("*.html")))


def test_a_phone_scrolls_down_only_and_nothing_needs_script(site: Path, browser: Any) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, java_script_enabled=False)
    reader = new_page(context)
    measuring = new_page(browser, viewport={"width": 320, "height": 640})
    for name in KINDS:
        reader.goto((site / name).as_uri())
        assert reader.locator("h1").count() == 1
        assert reader.locator("input").count() == 0
        measuring.goto((site / name).as_uri())
        wide = measuring.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, (name, wide)
    context.close()
    measuring.close()


def test_a_phone_shows_the_chart_that_was_drawn_for_it(site: Path, browser: Any) -> None:
    """The whole drawing is inside the screen, with letters of at least eleven pixels."""
    for width, drawn in ((360, 328), (1280, 640)):
        page = new_page(browser, viewport={"width": width, "height": 900})
        page.goto((site / "index.html").as_uri())
        (box,) = [b for svg in page.locator("figure svg").all() if (b := svg.bounding_box())]
        assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["width"] == drawn
        assert (
            page.evaluate(
                "Math.min(...[...document.querySelectorAll('svg')].map(s => parseFloat(getComputedStyle(s).fontSize)))"
            )
            >= 11
        )
        page.close()


def test_on_a_phone_a_row_is_a_card_that_says_what_each_figure_is(site: Path, browser: Any) -> None:
    page = new_page(browser, viewport={"width": 360, "height": 900})
    page.goto((site / OWN / "arkitektens-ark.html").as_uri())
    heads = page.locator("thead th").all_inner_texts()
    first = page.locator("tbody tr").first
    labels = first.evaluate(
        "r => [...r.cells].filter(c => c.textContent.trim()).slice(1)"
        ".map(c => [c.cellIndex, getComputedStyle(c, '::before').content.replaceAll('\"', '')])"
    )
    assert labels and all(label == heads[place] for place, label in labels)
    assert page.locator("tbody tr").evaluate_all("rows => rows.every(r => r.getBoundingClientRect().right <= 360)")
    page.close()


def test_the_menu_opens_without_script(site: Path, browser: Any) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 640}, java_script_enabled=False)
    page = new_page(context)
    page.goto((site / "index.html").as_uri())
    assert not page.get_by_role("link", name="Datastatus").is_visible()
    page.get_by_role("link", name="Menu", exact=True).click()
    page.get_by_role("link", name="Datastatus").click()
    assert page.url.endswith("data.html")
    context.close()


def test_a_long_table_can_be_narrowed(site: Path, browser: Any) -> None:
    page = new_page(browser)
    page.goto((site / "definitioner.html").as_uri())
    page.get_by_label("Find i tabellen").fill("andel i brug")
    visible = page.locator("tbody tr:visible").all_inner_texts()
    assert visible and all("andel i brug" in text.lower() for text in visible)
    page.close()


def test_the_front_page_finds_a_page_by_name(site: Path, browser: Any) -> None:
    page = new_page(browser)
    page.goto((site / "index.html").as_uri())
    page.get_by_label("Find et system").fill("nexus")
    page.get_by_role("button", name="Søg").click()
    page.wait_for_url("**/soeg.html?q=nexus")
    assert page.locator(".sider li:visible").all_inner_texts() == ["KMD Nexus"]
    page.close()


def test_the_general_analysis_lies_beside_the_pages(published: Published, site: Path, public: Path) -> None:
    for folder in (site, public):
        read = Pdf((folder / webpages.K98).read_bytes())
        assert squash("De 98 kommuner under ét") in read.pages[0]
    assert webpages.K98 in Page(public / "index.html").references


def test_sapa_tells_of_kinds_that_five_municipalities_have(published: Published, public: Path) -> None:
    units = published.edition.rows("select org_enhed, cvr from kpi.sapa where maaned = $maaned and brugere > 0")
    of_kind = {u["org_enhed"]: {v["cvr"] for v in units if v["org_enhed"] == u["org_enhed"]} for u in units}
    seen = text_of(public / "sapa.html")
    assert of_kind and {k for k in of_kind if k in seen} == {k for k, whose in of_kind.items() if len(whose) >= 5}


def test_a_table_sorts_as_a_danish_reader_expects(browser: Any, tmp_path: Path) -> None:
    """Names by the Danish alphabet, numbers by size, days by time; what is missing comes last both ways."""
    cells = [
        ("Aarhus", "1.200", "01.02.2023"),
        ("Ærø", "–", "28.12.2022"),
        ("Vejle", "98,5 %", "02.01.2023"),
        ("Odense", "−3", ""),
    ]
    rows = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in cells)
    (tmp_path / "t.html").write_text(
        "<!doctype html><meta charset=utf-8><h2 id=t>Byer</h2><div class=rul><table aria-labelledby=t><thead><tr>"
        f"<th>Navn</th><th>Tal</th><th>Dag</th></tr></thead><tbody>{rows}</tbody></table></div>"
        "<script src=tabeller.js></script>",
        encoding="utf-8",
    )
    shutil.copy(web.TEMPLATES / "tabeller.js", tmp_path)
    page = new_page(browser)
    page.goto((tmp_path / "t.html").as_uri())

    def sorted_by(column: str) -> list[str]:
        page.get_by_role("button", name=column).click()
        return page.locator("tbody tr td:first-child").all_inner_texts()

    assert sorted_by("Navn") == ["Odense", "Vejle", "Ærø", "Aarhus"]
    assert sorted_by("Navn") == ["Aarhus", "Ærø", "Vejle", "Odense"]
    assert sorted_by("Tal") == ["Odense", "Vejle", "Aarhus", "Ærø"]
    assert sorted_by("Tal") == ["Aarhus", "Vejle", "Odense", "Ærø"]
    assert sorted_by("Dag") == ["Ærø", "Vejle", "Aarhus", "Odense"]
    assert page.locator("th[aria-sort=ascending]").inner_text() == "Dag"
    page.close()


def test_a_table_is_taken_along_as_csv_that_computes_nothing(browser: Any, tmp_path: Path) -> None:
    cells = ["KMD; Nexus", '"citeret"', "=HYPERLINK(1)", "+1.234,5", " @SUM(A1)", "−2", "-3 %", "Æblegård"]
    rows = "".join(f"<tr><td>{escape(c)}</td></tr>" for c in cells)
    (tmp_path / "t.html").write_text(
        "<!doctype html><meta charset=utf-8><h2 id=t>Æbler &amp; pærer</h2><div class=rul><table aria-labelledby=t>"
        f"<thead><tr><th>Navn</th></tr></thead><tbody>{rows}</tbody></table></div><script src=tabeller.js></script>",
        encoding="utf-8",
    )
    shutil.copy(web.TEMPLATES / "tabeller.js", tmp_path)
    page = new_page(browser)
    page.goto((tmp_path / "t.html").as_uri())
    with page.expect_download() as download:
        page.get_by_role("link", name="Hent CSV").click()
    assert download.value.suggested_filename == "æbler-pærer.csv"
    text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    found = [row[0] for row in csv.reader(io.StringIO(text), delimiter=";")]
    assert found == ["Navn", *(str(harmless(c.strip())) for c in cells)]
    page.close()
