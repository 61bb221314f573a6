"""All figures in all products, as their readers meet them: each has one meaning, and is what the marts say it is.

``shown/`` reads the products (``products.py``: one function each) and gives every figure its meaning by the words
around it (``lexicon.yml``). What nobody can explain from its words is a fault of the product, as is a heading
that means two things.
"""

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from kdi.report import kditl
from kdi.report.edition import Edition
from kdi.report.indicators import Indicators

from .conftest import Published
from .shown import html_pages, power_bi, products
from .shown.lexicon import Lexicon, Reader, Reading, Shown
from .shown.pieces import Place, Sentence, Table
from .shown.workbooks import Opened

# A large, a small and two in between, and the one that only one system's service is called by.
TOWNS = ("Aalborg", "Fredericia", "København", "Køge", "Læsø")
ALWAYS = TOWNS[:1]
# Fewer figures than these would mean that something is no longer read.
AT_LEAST = {
    "Websider": (4_000, 6_000),
    "Potentialeanalyse (PDF)": (500, 2_500),
    "Potentialeanalyse K98 (PDF)": (800, 800),
    "Masterrapport (PDF)": (900, 900),
    "Tilslutningsrapport (PDF)": (200, 2_500),
    "SAPA-rapport (PDF)": (500, 600),
    "Nyhedsbrev": (5, 5),
    "Excel": (4_000, 100_000),
    "Power BI": (0, 400),
}


@pytest.fixture(scope="module")
def lexicon(published: Published) -> Lexicon:
    return of_month(published)


def of_month(published: Published) -> Lexicon:
    """The lexicon's own connection: it makes views."""
    connection = duckdb.connect(str(published.edition.folder / "kdi.duckdb"), read_only=True)
    return Lexicon(connection, published.edition.month)


@pytest.fixture
def newest(published: Published) -> Iterator[Published]:
    with Edition(published.release, published.edition.months[-1]) as edition:
        yield Published(published.release, edition, Indicators(edition))


def read_all(published: Published, lexicon: Lexicon, towns: tuple[str, ...], folder: Path) -> Reading:
    reader = Reader(lexicon)
    for pages in products.PAGES:
        for page in pages(published, towns, folder):
            reader.read(page)
    for book in products.workbooks(published, towns, folder):
        read_workbook(reader, book)
    return reader.reading


def read_workbook(reader: Reader, book: Opened) -> None:
    """The sheets, the pivots over them, and what the pivots' caches hold."""
    reader.read(list(book.pieces()))
    for cell in book.pivot_cells():
        meaning = ("pivot", cell.label, *(f"{field}: {item}" for field, item in cell.items.items()))
        reader.add(cell.place, meaning, cell.text, cell.expected)
    for sheet, field, items, values in book.cached_items():
        assert items == values, (book.place.page, sheet, field, sorted(items ^ values)[:5])


def read_power_bi(reader: Reader, published: Published, towns: tuple[str, ...]) -> None:
    """Measures by the catalogue's formulas, and by the lexicon where other products say the same."""
    for table, truth in power_bi.figures(published, towns):
        for name, text, expected in zip(table.columns, table.rows[0], truth, strict=True):
            reader.add(table.place, ("measure", table.title, name, str(table.place.about)), text, expected)
            if reader.says(name, dict(table.place.about)):
                reader.read([replace(table, columns=(name,), rows=((text,),))])


def told(reading: Reading) -> str:
    """What was read, as a table."""
    figures, meanings = Counter(s.place.product for s in reading.shown), Counter[str]()
    for product, _ in {(s.place.product, s.meaning) for s in reading.shown}:
        meanings[product] += 1
    lines = [f"{product}: {n} figures of {meanings[product]} meanings" for product, n in figures.most_common()]
    reasons = Counter[str]()
    for (_, reason), n in reading.no_figures.items():
        reasons[reason] += n
    return "\n".join([*lines, *(f"no figure: {reason}: {n}" for reason, n in reasons.most_common())])


def assert_agrees(reading: Reading, least: int) -> None:
    print(told(reading))
    faults = [
        f"{s.place.product}, {s.place.page}: {s.text}, {s.meaning}: {s.expected}" for s in reading.shown if not s.agrees
    ]
    faults += [f"{place.product}, {place.page}, unexplained: {text}" for place, text in reading.unexplained]
    assert not faults, f"{len(faults)} figures:\n" + "\n".join(faults[:50])
    read = Counter(s.place.product for s in reading.shown)
    assert {product: read[product] for product, n in AT_LEAST.items() if read[product] < n[least]} == {}


def test_every_figure_of_a_municipality_means_one_thing(published: Published, lexicon: Lexicon, tmp_path: Path) -> None:
    assert_agrees(read_all(published, lexicon, ALWAYS, tmp_path), 0)


@pytest.mark.long
@pytest.mark.parametrize("month", ["quarter", "newest"])
def test_every_figure_of_five_municipalities_means_one_thing(
    month: str, published: Published, newest: Published, lexicon: Lexicon, tmp_path: Path
) -> None:
    chosen = published if month == "quarter" else newest
    own = lexicon if month == "quarter" else of_month(newest)
    reading = read_all(chosen, own, TOWNS, tmp_path)
    reader = Reader(own)
    read_power_bi(reader, chosen, TOWNS)
    reading.shown += reader.reading.shown
    reading.unexplained += reader.reading.unexplained
    assert_agrees(reading, 1)


def test_a_heading_means_one_thing(lexicon: Lexicon) -> None:
    """Where two cuts of the same rows share a heading, all their rows say the same of it."""
    for one in lexicon.cuts:
        for other in lexicon.cuts:
            if one is other or one.keys != other.keys or one.under or other.under:
                continue
            shared = {h.pattern: (t, u) for h, t in one.headings for g, u in other.headings if h.pattern == g.pattern}
            for label, (template, also) in shared.items():
                if len(template.fields) != 1 or len(also.fields) != 1:
                    continue
                (_, name), (_, other_name) = template.fields[0], also.fields[0]
                for key in one.rows.keys() & other.rows.keys():
                    values = {row.get(name) for row in one.rows[key]} ^ {row.get(other_name) for row in other.rows[key]}
                    assert len(values) == 0 or _alike(values), (one.name, other.name, label, key, values)


def test_a_sentence_means_one_thing(lexicon: Lexicon) -> None:
    """Of rows of one kind no two readings of a sentence differ in the columns alone."""
    known: dict[tuple[tuple[str, ...], str], str] = {}
    for cut in lexicon.cuts:
        for template in cut.sentences:
            shape = (cut.keys, re.sub(r"\{~?\w+\}", "{}", template.text).rstrip("."))
            said = template.text.rstrip(".")
            assert known.setdefault(shape, said) == said, (cut.name, shape)


def _alike(values: set[object]) -> bool:
    """Shares that differ by the order of a sum."""
    numbers = sorted(float(v) for v in values if isinstance(v, int | float))
    return len(numbers) == 2 == len(values) and abs(numbers[1] - numbers[0]) <= 1e-9 * abs(numbers[1])


# Each is a figure changed in a finished product, one at a time.


def test_a_figure_changed_in_a_web_page_is_noticed(published: Published, lexicon: Lexicon, tmp_path: Path) -> None:
    pages = [page for page in products.of_web(published, (), tmp_path) if page[0].place.page == "systemer.html"]
    assert wrong_in(lexicon, pages[0]) == []
    path = tmp_path / "offentlig" / "systemer.html"
    text = path.read_text(encoding="utf-8")
    for old, new in ((r'(<td class="h">)(\d+)(</td>|<)', r"\g<1>1\g<2>\g<3>"), (r"(\d+)( af )", r"1\g<1>\g<2>")):
        path.write_text(re.sub(old, new, text, count=1), encoding="utf-8")
        assert wrong_in(lexicon, list(html_pages.read(path, pages[0][0].place))), (old, new)


def test_a_figure_changed_in_a_workbook_is_noticed(published: Published, lexicon: Lexicon, tmp_path: Path) -> None:
    (book,) = products.workbooks(published, ALWAYS, tmp_path)
    reader = Reader(lexicon)
    read_workbook(reader, book)
    assert [s for s in reader.reading.shown if not s.agrees] == []
    names = list(book.cells)
    for sheet in ("Nøgletal", "Data kald", "Kald"):
        changed = tmp_path / f"aendret-{sheet}.xlsx"
        in_sheet(tmp_path / "Aalborg.xlsx", changed, names.index(sheet) + 1)
        reader = Reader(lexicon)
        read_workbook(reader, Opened(changed, book.place))
        assert any(sheet in s.place.page for s in reader.reading.shown if not s.agrees), sheet


def in_sheet(path: Path, changed: Path, number: int) -> None:
    """The workbook with one more in the last cell of a sheet that has a number of two digits or more."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part == f"xl/worksheets/sheet{number}.xml":
                cells = list(re.finditer(rb'(<c r="[B-Z]+\d+"[^>]*><v>)(\d{2,})(</v>)', content))
                cells = [c for c in cells if b't="s"' not in c[1]]
                place = cells[-1]
                content = content[: place.start(2)] + str(int(place[2]) + 1).encode() + content[place.end(2) :]
            new.writestr(part, content)


def test_a_figure_changed_in_a_pdf_is_noticed(published: Published, lexicon: Lexicon) -> None:
    document = kditl.build(published.edition)
    place = Place("Masterrapport (PDF)", "KOMBIT")
    table = next(b for s in document.sections for b in s.blocks if getattr(b, "name", "") == "ski_systemer")
    (system, supplier, calls, municipalities), *rows = table.rows
    mutant = replace(table, rows=((system, supplier, calls, "1"), *rows), complete=())
    sections = tuple(replace(s, blocks=tuple(mutant if b is table else b for b in s.blocks)) for s in document.sections)
    page = products.of_document(published, replace(document, sections=sections), place)
    # as it is printed, and in the file that is attached
    assert [s.meaning[:2] for s in wrong_in(lexicon, page)] == 2 * [("SKI-systemet", "kommuner_med_kald")]


def test_what_nobody_can_explain_is_told(lexicon: Lexicon) -> None:
    place = Place("Websider", "index.html", {"kommune": "Aalborg"})
    reader = Reader(lexicon)
    reader.read(
        [
            Sentence(place, "Kommunen har 17 af noget."),
            Table(place, "Tal", ("System", "Hvad som helst"), (("KMD Nexus", "5"),)),
            Sentence(place, "Tal til og med 31. december 2022."),
        ]
    )
    assert len(reader.reading.unexplained) == 2 and reader.reading.shown == []


def wrong_in(lexicon: Lexicon, page: products.Page) -> list[Shown]:
    reader = Reader(lexicon)
    reader.read(page)
    return [s for s in reader.reading.shown if not s.agrees]
