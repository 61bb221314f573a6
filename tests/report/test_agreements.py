"""Who sees whose detail is data: without an agreement in force nobody else is named."""

import re
from datetime import date
from pathlib import Path

import duckdb
import pytest

from kdi.installation import Installation
from kdi.lake.store import Lake
from kdi.publish.agreements import NONE, Agreements, in_force
from kdi.report import analyse, web
from kdi.report.document import Document
from kdi.report.make import Workbench
from kdi.settings import Settings

from .conftest import Published


def agreed(published: Published, owner: str, whom: str) -> Agreements:
    return Agreements(frozenset({(published.cvr(owner), published.cvr(whom) if whom != "alle" else "alle")}))


def named(published: Published, text: str, but: str) -> set[str]:
    """The other municipalities that a text names."""
    words = {m["navn"] for m in published.edition.municipalities} - {but}
    return {w for w in words if re.search(rf"(?<![\w-]){re.escape(w)}(?![\w-])", text)}


def words_of(document: Document) -> str:
    return str(document.as_dict())


def test_without_an_agreement_only_counts(published: Published, aalborg: Document) -> None:
    assert named(published, words_of(aalborg), "Aalborg") == set()


def test_with_an_agreement_the_other_is_named_where_it_has_what_is_missing(published: Published) -> None:
    edition, cvr = published.edition, published.cvr("Aalborg")
    partner = edition.row(
        """select p.kommune from kpi.potentiale as p where p.maaned = $maaned and p.status = 'realiseret'
            and p.cvr <> $cvr and exists (select 1 from kpi.potentiale as a where a.maaned = p.maaned and a.cvr = $cvr
            and a.it_system = p.it_system and a.it_system_uuid is not distinct from p.it_system_uuid
            and a.snitflade = p.snitflade and a.status = 'udbredelse')
        order by p.kommune limit 1""",
        cvr=cvr,
    )["kommune"]
    shared = analyse.build(edition, agreed(published, partner, "Aalborg"), cvr)
    assert named(published, words_of(shared), "Aalborg") == {partner}
    # an agreement is one way
    other = analyse.build(edition, agreed(published, "Aalborg", partner), cvr)
    assert named(published, words_of(other), "Aalborg") == set()


def put_in_force(lake: Lake, fingerprint: str, *agreements: tuple[str, str, str | None, str | None]) -> None:
    """Reference data of which only ``aftaler`` is looked at."""
    folder = lake.reference_folder(fingerprint)
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("create table a (cvr varchar, deler_med_cvr varchar, fra varchar, til varchar)")
        connection.executemany("insert into a values (?, ?, ?, ?)", agreements)
        connection.execute(f"copy a to '{folder / 'aftaler.parquet'}' (format parquet)")
    lake.log.record_reference(fingerprint, "2022-01-01T00:00:00+00:00")


def test_agreements_hold_by_their_dates_on_the_day_somebody_looks(tmp_path: Path) -> None:
    lake = Installation(Settings(home=tmp_path)).lake
    put_in_force(
        lake, "nu", ("1", "2", "2022-01-01", "2022-12-31"), ("3", "alle", "2022-06-01", ""), ("4", "2", None, None),
        ("5", "alle", "i morgen", None),
    )  # fmt: skip
    at = {day: in_force(lake, date.fromisoformat(day)) for day in ("2022-03-01", "2022-12-31", "2023-01-01")}
    assert at["2022-03-01"].visible_to("2") == {"1", "2", "4"}
    assert at["2022-12-31"].visible_to("2") == {"1", "2", "3", "4"}
    assert at["2023-01-01"].visible_to("2") == {"2", "3", "4"}
    assert at["2023-01-01"].visible_to("9") == {"3", "9"}
    assert at["2023-01-01"].visible_to(None) == set()
    assert in_force(lake) == at["2023-01-01"]  # today is later than all of these


def test_a_report_of_an_earlier_release_is_made_by_the_agreements_of_now(published: Published, tmp_path: Path) -> None:
    """The release's own reference data are neither here nor asked for."""
    press = Installation(published.settings(tmp_path)).press
    assert Workbench(press, published.edition, tmp_path).agreements == NONE  # nothing has been loaded
    put_in_force(press.lake, "foer", ("1", "2", None, None))
    put_in_force(press.lake, "nu", ("3", "2", None, None))
    assert Workbench(press, published.edition, tmp_path).agreements == Agreements(frozenset({("3", "2")}))


@pytest.mark.parametrize(("reader", "pages"), [("Aalborg", {"aalborg", "fredericia"}), (None, set())])
def test_an_edition_holds_pages_of_those_who_share_with_its_reader(
    published: Published, tmp_path: Path, reader: str | None, pages: set[str]
) -> None:
    deal = agreed(published, "Fredericia", "Aalborg")
    cvr = published.cvr(reader) if reader else None
    web.write(published.edition, published.indicators, deal, cvr, tmp_path / "web")
    kept = {p.name.removesuffix("-kommune") for p in (tmp_path / "web").glob("kommune/*")}
    assert kept == pages
    # what is not a municipality's own page names nobody but those with pages
    for page in (tmp_path / "web").rglob("*.html"):
        if page.parent.parent.name != "kommune":
            allowed = {"Aalborg", "Fredericia"} if reader else set()
            assert named(published, page.read_text(encoding="utf-8"), "") <= allowed, page


def test_the_public_is_no_party_to_an_agreement(published: Published, tmp_path: Path) -> None:
    """Who shares with all shares with those who read with a login."""
    pairs = agreed(published, "Fredericia", "alle").pairs | agreed(published, "Horsens", "Fredericia").pairs
    web.write(published.edition, published.indicators, Agreements(pairs), None, tmp_path / "web")
    text = "".join(p.read_text(encoding="utf-8") for p in (tmp_path / "web").rglob("*.html"))
    assert named(published, text, "") == set()


def test_a_new_edition_leaves_no_page_of_an_agreement_that_has_ended(published: Published, tmp_path: Path) -> None:
    cvr = published.cvr("Aalborg")
    for deal in (agreed(published, "Fredericia", "Aalborg"), NONE):
        web.write(published.edition, published.indicators, deal, cvr, tmp_path / "web")
    assert [p.name for p in (tmp_path / "web" / "kommune").iterdir()] == ["aalborg-kommune"]
