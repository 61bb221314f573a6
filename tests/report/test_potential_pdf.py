"""The PDF a municipality gets says what the marts say, row for row, and stands inside its pages."""

import csv
import io
from collections import Counter

import pytest

from orchestration.report import danish
from orchestration.report.document import Column, Document, Section, Table, tabulate

from .conftest import Published
from .reading import Pdf, squash


def test_the_rows_are_those_of_the_marts(published: Published, aalborg: Document) -> None:
    cvr, edition = published.cvr("Aalborg"), published.edition
    counts = {
        "systemoversigt": "kpi.potentiale where maaned = $maaned and cvr = $cvr",
        "huller": "kpi.potentiale where maaned = $maaned and cvr = $cvr and status = 'udbredelse'",
        "servicehuller": "kpi.udbredelse_huller where maaned = $maaned and cvr = $cvr and aktive > 0",
        "kle_huller": "kpi.kle_huller where udtraeksdato = $udtraek and cvr = $cvr",
    }
    for name, where in counts.items():
        expected = edition.row(f"select count(*) as n from {where}", cvr=cvr)["n"]
        assert expected > 0
        assert len(aalborg.tables()[name].rows) == expected, name


def test_every_cell_is_printed(aalborg: Document, aalborg_pdf: Pdf) -> None:
    for name, table in aalborg.tables().items():
        for row in table.rows:
            assert squash("".join(row)) in aalborg_pdf.text, (name, row)


def test_the_attached_rows_are_the_printed_ones(aalborg: Document, aalborg_pdf: Pdf) -> None:
    for name, table in aalborg.tables().items():
        header, *rows = csv.reader(io.StringIO(aalborg_pdf.attachment(f"{name}.csv")), delimiter=";")
        assert header == [column.label for column in table.columns]
        assert [tuple(row) for row in rows] == list(table.rows)


def test_tags_give_every_table_its_rows_and_headings(aalborg: Document, aalborg_pdf: Pdf) -> None:
    kinds = Counter(kind for kind, _ in aalborg_pdf.tagged())
    shown = [t for t in aalborg.tables().values() if t.rows]
    assert kinds["Table"] == len(shown) + 1  # and the definitions
    assert kinds["TR"] == sum(len(t.rows) + 1 for t in shown) + len(aalborg.definitions) + 1
    assert kinds["TH"] == sum(len(t.columns) for t in shown) + 4


def test_a_picture_tells_its_numbers(aalborg_pdf: Pdf) -> None:
    pictures = [element for kind, element in aalborg_pdf.tagged() if kind == "Figure"]
    assert len(pictures) == 3
    assert all("Aalborg" in p["/Alt"] or "i brug" in p["/Alt"] for p in pictures)
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


@pytest.mark.parametrize("name", ["København", "Læsø", "Ringkøbing-Skjern", "Fanø"])
def test_page_one_stands_alone(published: Published, name: str) -> None:
    document = published.potential(name)
    pages = published.pdf(document).pages
    step_titles = [s.title for b in document.front if b.kind == "steps" for s in b.steps]
    assert len(step_titles) == 3
    for text in (document.headline, *step_titles, f"Kald pr. indbygger i {name} måned for måned"):
        assert squash(text) in pages[0]
    assert squash("Nøgletal sammenlignet") in pages[1]
    assert squash("Nøgletal sammenlignet") not in pages[0]


def test_what_is_expected_in_all_does_not_tell_the_one_term_that_is_hidden(published: Published) -> None:
    """Its rows show the other terms, so a sum with it in would tell it as the difference."""
    row = published.edition.row(
        """select kommune, sum(forventede_kald) as i_alt, sum(forventede_kald) filter (where er_anonym) as vist
        from kpi.potentiale where maaned = $maaned and status <> 'realiseret' group by kommune
        having count(*) filter (where not er_anonym and forventede_kald is not null) = 1 and vist > 0
        order by vist / i_alt, kommune limit 1"""
    )
    said = str(published.potential(row["kommune"]).as_dict()["front"])
    assert f"svarer det uudnyttede til {danish.rounded(row['vist'])} kald på 12 måneder" in said
    assert danish.rounded(row["i_alt"]) not in said


def test_the_next_steps_are_those_with_most_expected_calls(published: Published, aalborg: Document) -> None:
    best = published.edition.rows(
        """select p.it_system, p.snitflade, p.forventede_kald from kpi.potentiale as p
        where p.maaned = $maaned and p.cvr = $cvr and p.status <> 'realiseret' and (
            select count(*) from kpi.potentiale as a where a.maaned = p.maaned and a.it_system = p.it_system
            and a.it_system_uuid is not distinct from p.it_system_uuid and a.snitflade = p.snitflade
            and a.status = 'realiseret') >= 5
        order by p.forventede_kald desc limit 3""",
        cvr=published.cvr("Aalborg"),
    )
    steps = next(b.steps for b in aalborg.front if b.kind == "steps")
    assert [s.worth for s in steps] == [f"{danish.rounded(r['forventede_kald'])} kald om året" for r in best]
    for step, row in zip(steps, best, strict=True):
        assert step.title.startswith(row["snitflade"]) and row["it_system"] in step.title


def test_an_expectation_that_would_show_one_municipality_is_not_told(aalborg: Document) -> None:
    overview = aalborg.tables()["systemoversigt"].rows
    few = [row for row in overview if 0 < int(row[6].split(" af ")[0]) < 5]
    many = [row for row in overview if int(row[6].split(" af ")[0]) >= 5]
    assert few and {row[5] for row in few} == {"for få"}
    # one of the five in the middle may have more than half of what they have together
    told = [row for row in many if row[5] != "for få"]
    assert len(told) > 0.8 * len(many) and all(row[5] != "–" for row in many)


def document_with(aalborg: Document, *tables: Table) -> Document:
    values = {**vars(aalborg), "sections": (Section("Prøve", tables, new_page=True),), "front": aalborg.front}
    return Document(**values)


@pytest.mark.parametrize("rows", [0, 1, 60, pytest.param(400, marks=pytest.mark.lang)])
def test_a_table_of_any_length_is_neither_cut_nor_printed_on_itself(
    published: Published, aalborg: Document, rows: int
) -> None:
    long = "Fællesoffentligtilslutningsadministrationssystem"
    table = tabulate(
        "Systemer",
        [{"n": n} for n in range(rows)],
        (Column("System"), lambda r: f"{long}{r['n']}"),
        (Column("Snitflade", 2), lambda r: f"{long} {long} {r['n']}"),
        (Column("Status", 1, mark=True), lambda r: "Udbredelse"),
        (Column("Kald", 0.6, right=True), lambda r: f"række {r['n']}."),
        name="proeve",
        empty="Her er ingen systemer.",
    )
    read = published.pdf(document_with(aalborg, table))
    assert (squash("Her er ingen systemer.") in read.text) == (rows == 0)
    for row in table.rows:
        assert squash("".join(row)) in read.text
    assert_inside_the_page(read)


def test_real_reports_stand_inside_their_pages(aalborg_pdf: Pdf) -> None:
    assert_inside_the_page(aalborg_pdf)


def assert_inside_the_page(read: Pdf) -> None:
    """Text keeps the margins (2 cm; header and footer have their own), and no two pieces begin in one place."""
    runs = read.runs()
    assert all(54 < run.x < 541 for run in runs), [r for r in runs if not 54 < r.x < 541][:3]
    assert all(25 < run.y < 815 for run in runs), [r for r in runs if not 25 < r.y < 815][:3]
    places = Counter((run.page, run.x, run.y) for run in runs)
    assert [place for place, times in places.items() if times > 1] == []
