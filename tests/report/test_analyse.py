"""The PDF a municipality gets says what the marts say, row for row, can be read aloud and searched, and is short."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest

from kdi.notation import danish
from kdi.publish.agreements import NONE
from kdi.report import analyse, k98_analyse, kditl, sapa, tilslutning
from kdi.report.document import Column, Curves, Document, Section, Table, cut, tabulate
from kdi.report.edition import Edition

from .conftest import Published
from .reading import Pdf, squash
from .words import gone_from


def test_page_one_says_what_the_marts_found(published: Published, aalborg: Document) -> None:
    edition, cvr = published.edition, published.cvr("Aalborg")
    head = edition.row("select * from kpi.fund where maaned = $maaned and cvr = $cvr and er_overskrift", cvr=cvr)
    assert aalborg.headline == head["saetning"]
    steps = edition.rows(
        "select * from kpi.skridt where maaned = $maaned and cvr = $cvr and nummer is not null order by nummer", cvr=cvr
    )
    printed = next(b.steps for b in aalborg.front if b.kind == "steps")
    assert [(s.title, s.text, s.who, s.worth) for s in printed] == [
        (r["titel"], r["begrundelse"], r["hvem"], r["tegn_paa_brug"]) for r in steps
    ]
    states = next(b.states for b in aalborg.front if b.kind == "states")
    counted = {
        r["tilstand"]: r["n"]
        for r in edition.rows(
            """select tilstand, count(*) as n from kpi.potentiale where maaned = $maaned and cvr = $cvr
            group by tilstand""",
            cvr=cvr,
        )
    }
    assert {s.code: s.count for s in states} == {code: counted.get(code, 0) for code in analyse.STATES}


@pytest.mark.parametrize("name", ["København", "Læsø", "Ringkøbing-Skjern", "Fanø"])
def test_page_one_stands_alone(published: Published, name: str) -> None:
    document = published.potential(name)
    read = published.pdf(document)
    steps = [s.title for b in document.front if b.kind == "steps" for s in b.steps]
    assert 1 <= len(steps) <= 3
    for text in (document.audience, document.headline, "Her står kommunen", *steps, *document.sources):
        assert squash(text) in read.pages[0], text
    assert squash("Går det frem?") in read.pages[1]
    assert squash("Går det frem?") not in read.pages[0]


def test_the_small_ones_have_six_pages_at_most_and_no_page_is_nearly_empty(published: Published) -> None:
    for name, most in (("Læsø", 6), ("København", 12), ("Aalborg", 12)):
        read = published.pdf(published.potential(name))
        assert len(read.pages) <= most, name
        assert_laid_out(read)


def test_a_longer_window_is_never_told_as_growth(published: Published) -> None:
    """In December twelve months lie behind what is in use, in September nine: every product leaves the change out."""
    edition = published.edition
    assert edition.compared == (None, "") and not edition.is_comparable(edition.before)
    assert [edition.is_comparable(date(2023, month, 1)) for month in (1, 2)] == [True, True]
    shares = [(date(2022, 9, 1), 0.3), (date(2022, 12, 1), 0.4), (date(2023, 1, 1), 0.5)]
    shown, said = edition.like_now(list(shares))
    assert shown == [(shares[0][0], None), *shares[1:]] and said == "; før dec. 2022 ligger færre måneder bag"
    ((why,),) = {edition.too_young}
    for document in (published.potential("København"), k98_analyse.build(edition), kditl.build(edition)):
        said = str(document.as_dict()).replace("\u00a0", " ")
        assert not re.search(r"procentpoint (mere|mindre)|Andelen i brug er|nye anvendelser uden for listen", said)
        assert why in document.notes
    place = next(p for b in published.potential("København").front if b.kind == "places" for p in b.places
                 if p.question == "Bruger vi det, vi kan?")  # fmt: skip
    assert place.change == danish.MISSING


def test_a_cut_list_counts_what_is_left_and_attaches_all_of_it(published: Published) -> None:
    document = published.potential("København")
    read = published.pdf(document)
    shortened = [t for t in document.tables().values() if t.complete]
    assert {"anvendelser", "gaeld"} <= {t.name for t in shortened}
    for table in shortened:
        assert f"Vist: {len(table.rows)} af {len(table.complete)}; resten står i {table.name}.csv" in table.note
        assert squash(table.note) in read.text
    edition, cvr = published.edition, published.cvr("København")
    missing = edition.row(
        """select count(*) as n from kpi.potentiale where maaned = $maaned and cvr = $cvr
        and tilstand not in ('i_brug', 'kan_ikke_maales')""",
        cvr=cvr,
    )["n"]
    assert len(document.tables()["anvendelser"].complete) == missing
    expected = edition.row(
        "select count(*) as n from kpi.teknisk_gaeld where maaned = $maaned and cvr = $cvr and gaeld > 0", cvr=cvr
    )
    assert len(document.tables()["gaeld"].complete) == expected["n"]


def test_every_cell_is_printed(aalborg: Document, aalborg_pdf: Pdf) -> None:
    for name, table in aalborg.tables().items():
        for row in table.rows:
            assert in_order(row, aalborg_pdf.text), (name, row)


def in_order(cells: tuple[str, ...], text: str) -> bool:
    """Whether the cells stand one after the other, wherever lines are broken with a hyphen."""
    wanted = squash("".join(cells)).replace("-", "")
    return wanted in text.replace("-", "").replace("\u2010", "").replace("\u00ad", "")


def test_the_attached_rows_are_all_of_the_tables(aalborg: Document, aalborg_pdf: Pdf) -> None:
    for name, table in aalborg.tables().items():
        header, *rows = csv.reader(io.StringIO(aalborg_pdf.attachment(f"{name}.csv")), delimiter=";")
        assert header == [column.label for column in table.columns]
        assert [tuple(row) for row in rows] == list(table.complete or table.rows)


def test_tags_give_every_table_its_rows_and_headings(aalborg: Document, aalborg_pdf: Pdf) -> None:
    kinds = Counter(kind for kind, _ in aalborg_pdf.tagged())
    shown = [t for t in aalborg.tables().values() if t.rows]
    # beside them the place lines, the suppliers' bars and the definitions
    assert kinds["Table"] >= len(shown) + 3
    assert kinds["TH"] >= sum(len(t.columns) for t in shown) + 5 + 3 + 3
    assert kinds["TR"] >= sum(len(t.rows) + 1 for t in shown) + 5 + len(aalborg.definitions) + 1
    assert kinds["H1"] >= len(aalborg.sections)


def test_a_picture_tells_its_numbers(aalborg_pdf: Pdf) -> None:
    pictures = [element for kind, element in aalborg_pdf.tagged() if kind == "Figure"]
    assert len(pictures) >= 5
    assert all(any(c.isdigit() for c in p["/Alt"]) for p in pictures)


def test_the_file_says_what_it_is(published: Published, aalborg_pdf: Pdf) -> None:
    root = aalborg_pdf.reader.trailer["/Root"]
    assert root["/Lang"] == "da-DK"
    assert root["/MarkInfo"]["/Marked"]
    assert aalborg_pdf.reader.metadata.title == "Potentialeanalyse for Aalborg Kommune"
    xmp = root["/Metadata"].get_data().decode("utf-8")
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert "<pdfaid:part>3</pdfaid:part>" in xmp
    resources = [page["/Resources"]["/Font"].values() for page in aalborg_pdf.reader.pages]
    fonts = {str(font.get_object()["/BaseFont"]) for page in resources for font in page}
    assert fonts and all("IBMPlexSans" in f for f in fonts)


def test_every_page_names_the_release_and_how_far_the_data_reach(published: Published, aalborg_pdf: Pdf) -> None:
    for number, page in enumerate(aalborg_pdf.pages, start=1):
        assert squash(f"Data til og med 31. december 2022 · publicering {published.edition.release_id}") in page
        assert squash(f"Side {number} af {len(aalborg_pdf.pages)}") in page


def test_an_expectation_that_would_show_one_municipality_is_not_told(aalborg: Document) -> None:
    uses = aalborg.tables()["anvendelser"]
    rows = uses.complete or uses.rows
    few = [row for row in rows if row[3].startswith("færre end 5")]
    assert few and {row[4] for row in few} <= {"for få", "–"}
    active = [int(row[3].split(" af ")[0]) for row in rows if not row[3].startswith("færre end 5")]
    assert [n for n in active if 0 < n < 5] == []


def every_pdf(published: Published) -> Iterator[tuple[str, Document]]:
    edition = published.edition
    for name in ("København", "Læsø", "Bornholm"):
        yield name, analyse.build(edition, NONE, published.cvr(name))
    yield "K98", k98_analyse.build(edition)
    systems = {s.name: s for s in tilslutning.systems(edition)}
    for name in ("Jobcentersystemet", "KMD Nexus"):
        yield name, tilslutning.build(edition, systems[name])
    yield "SAPA", sapa.build(edition)
    yield "SAPA, Aalborg", sapa.build(edition, published.cvr("Aalborg"))
    yield "master", kditl.build(edition)


_MOST_PAGES = {"K98": 10, "Jobcentersystemet": 2, "KMD Nexus": 2, "SAPA": 6, "master": 15}


def test_every_pdf_is_short_laid_out_and_in_words_that_hold(published: Published) -> None:
    for name, document in every_pdf(published):
        read = published.pdf(document)
        assert len(read.pages) <= _MOST_PAGES.get(name, 12), name
        assert_laid_out(read)
        assert_inside_the_page(read)
        said = " ".join(page.extract_text() for page in read.reader.pages)
        assert gone_from(said) == [], name
        assert not re.search("[\u200b\u200c\u200d\ufeff]", said), name


def test_a_search_for_a_service_finds_it(published: Published) -> None:
    read = published.pdf(k98_analyse.build(published.edition))
    said = "".join(page.extract_text() for page in read.reader.pages)
    assert "PersonBaseDataExtendedService" in said


def test_hvorfor_kun_fredericia(published: Published) -> None:
    (system,) = [s for s in tilslutning.systems(published.edition) if s.name == "Jobcentersystemet"]
    read = published.pdf(tilslutning.build(published.edition, system))
    assert squash("Hvorfor kun Fredericia?") in read.pages[1]
    assert (
        squash("PersonBaseDataExtendedService v4, CPR - replica opslag (SF1520), kaldes kun af Fredericia, 1 af 41.")
        in read.pages[1]
    )
    # its supplier reads the names of those who share with all, and of nobody else
    for named, heading in (
        (frozenset(), "Hvorfor kun én kommune?"),
        ({published.cvr("Fredericia")}, "kun Fredericia?"),
    ):
        told = str(tilslutning.build(published.edition, system, frozenset(named)).as_dict())
        assert heading in told
        assert {m["navn"] for m in published.edition.municipalities if m["navn"] in told} == (
            {"Fredericia"} if named else set()
        )


def test_the_data_of_a_demo_say_so(published: Published) -> None:
    assert published.edition.is_made_up


def test_an_extract_that_comes_later_says_nothing_of_the_period(published: Published) -> None:
    """The demo's first extract is of March: in January nothing is known, and nothing is said to be well."""
    with Edition(published.release, published.edition.months[0]) as first:
        general = str(k98_analyse.build(first).as_dict())
        own = str(analyse.build(first, NONE, published.cvr("Aalborg")).as_dict())
        rooted = next(
            a for b in kditl.build(first).front if b.kind == "answers" for a in b.answers if "forankret" in a.question
        )
    assert "Der er intet KLE-udtræk til og med perioden" in general
    assert "Intet emne mangler" not in general
    assert "Der er intet udtræk for Aalborg til og med perioden" in own
    assert "Alle almindelige emner har sager" not in own
    assert "Sagsindekset dækker" not in rooted.said
    # the first sheet stands for the months before it, and says so
    assert all("Klarmeldinger: 31. marts 2022 (senere end perioden)" in said for said in (own, general))


def test_robust_enough_is_answered_with_growth_peak_and_trend(published: Published) -> None:
    with Edition(published.release, published.edition.months[-1]) as newest:
        answers = next(b.answers for b in kditl.build(newest).front if b.kind == "answers")
        load = newest.row("select * from kpi.belastning where maaned = $maaned")
    (said,) = [a.said for a in answers if "robust" in a.question]
    assert f"steget {danish.number(load['udvikling_aar_pct'])}\u00a0% på et år" in said
    assert f"{danish.number(load['gange_middeltimen'], 1)} gange middeltimen" in said


def document_with(aalborg: Document, *tables: Table) -> Document:
    values = {**vars(aalborg), "sections": (Section("Prøve", tables, new_page=True),), "front": aalborg.front}
    return Document(**values)


@pytest.mark.parametrize("rows", [0, 1, 17, 60, pytest.param(400, marks=pytest.mark.long)])
def test_a_table_of_any_length_is_neither_cut_nor_printed_on_itself(
    published: Published, aalborg: Document, rows: int
) -> None:
    long = "Fællesoffentligtilslutningsadministrationssystem"
    table = tabulate(
        "Systemer",
        [{"n": n} for n in range(rows)],
        (Column("System"), lambda r: f"{long}{r['n']}"),
        (Column("Snitflade", 2), lambda r: f"{long} {long} {r['n']}"),
        (Column("Status", 1, mark=True), lambda r: "Andre er i gang"),
        (Column("Kald", 0.6, right=True), lambda r: f"række {r['n']}."),
        name="proeve",
        empty="Her er ingen systemer.",
    )
    read = published.pdf(document_with(aalborg, table))
    assert (squash("Her er ingen systemer.") in read.text) == (rows == 0)
    for row in table.rows:
        assert in_order(row, read.text)
    assert_inside_the_page(read)


def test_a_table_is_cut_only_when_it_is_longer() -> None:
    table = tabulate("T", [{"n": n} for n in range(3)], (Column("N"), lambda r: str(r["n"])), name="t", note="Noten.")
    assert cut(table, 3) is table
    short = cut(table, 2)
    assert short.rows == (("0",), ("1",))
    assert short.complete == table.rows
    assert short.note == "Noten. Vist: 2 af 3; resten står i t.csv, som er vedhæftet."


def test_real_reports_stand_inside_their_pages(aalborg_pdf: Pdf) -> None:
    assert_inside_the_page(aalborg_pdf)


def assert_laid_out(read: Pdf) -> None:
    """No page but the last is nearly empty, and none ends with a heading."""
    runs = read.runs()
    for page in range(len(read.pages)):
        body = [r for r in runs if r.page == page and 60 < r.y < 780]
        assert body, f"side {page + 1} er tom"
        lines = {r.y for r in body}
        if page < len(read.pages) - 1:
            assert len(lines) >= 8, f"side {page + 1} har {len(lines)} linjer"
            lowest = min(lines)
            last = "".join(r.text for r in body if r.y == lowest)
            assert not last.endswith("?"), f"side {page + 1} ender med en overskrift: {last}"


def assert_inside_the_page(read: Pdf) -> None:
    """Text keeps the margins (18 mm; header and footer have their own), and no two pieces begin in one place."""
    runs = read.runs()
    assert all(48 < run.x < 547 for run in runs), [r for r in runs if not 48 < r.x < 547][:3]
    assert all(20 < run.y < 820 for run in runs), [r for r in runs if not 20 < r.y < 820][:3]
    places = Counter((run.page, run.x, run.y) for run in runs)
    assert [place for place, times in places.items() if times > 1] == []


@pytest.mark.parametrize("values", [(), (None,), (None, None), (3.0,), (None, 3.0)])
def test_a_curve_of_a_platform_s_first_months_is_drawn_though_nothing_is_known(
    published: Published, aalborg: Document, values: tuple[float | None, ...]
) -> None:
    points = [(date(2022, 4 + n, 1), value) for n, value in enumerate(values)]
    drawn = Curves((k98_analyse.curve("Andel i brug", "af det, der kan måles", points, danish.number),))
    read = published.pdf(Document(**{**vars(aalborg), "front": (drawn,), "sections": ()}))
    assert (squash("ingen tal") in read.text) == (not any(values))
