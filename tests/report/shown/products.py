"""Each product read as its reader meets it. A new product joins with one function that gives its pages."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from kdi.excel.reader import KOMBIT, Reader
from kdi.excel.workbook import write_workbook
from kdi.publish.agreements import NONE
from kdi.report import k98_analyse, kditl, nyhedsbrev, sapa, tilslutning, web
from kdi.report.document import Document
from kdi.report.imprint import Imprint

from ..conftest import Published
from . import html_pages, tagged
from .pieces import Piece, Place, Sentence, Table
from .workbooks import Opened

# The pieces of one page, file or document, in their order.
Page = list[Piece]
# What the pages in these folders of the web edition are about, by their own heading.
_ABOUT = {"system": "system", "snitflade": "snitflade", "kle": "hovedgruppe"}


def of_web(published: Published, towns: tuple[str, ...], folder: Path) -> Iterator[Page]:
    """The public edition whole, and of each municipality's what the public does not have."""
    everybody = folder / "offentlig"
    web.write(published.edition, published.indicators, NONE, None, everybody)
    for path in sorted(everybody.rglob("*.html")):
        kind = _ABOUT.get(path.parent.name)
        about = {kind: html_pages.subject(path)} if kind else {}
        yield list(html_pages.read(path, Place("Websider", str(path.relative_to(everybody)), about, public=True)))
    for town in towns:
        own = folder / town
        web.write(published.edition, published.indicators, NONE, published.cvr(town), own)
        for path in (own / "index.html", *sorted((own / "kommune").rglob("*.html"))):
            place = Place("Websider", f"{town}: {path.relative_to(own)}", {"kommune": town})
            yield list(html_pages.read(path, place))


def of_potential_pdfs(published: Published, towns: tuple[str, ...], folder: Path) -> Iterator[Page]:
    for town in towns:
        yield of_document(
            published, published.potential(town), Place("Potentialeanalyse (PDF)", town, {"kommune": town})
        )


def of_general_pdfs(published: Published, towns: tuple[str, ...], folder: Path) -> Iterator[Page]:
    """The reports that are about all municipalities."""
    edition = published.edition
    yield of_document(published, k98_analyse.build(edition), Place("Potentialeanalyse K98 (PDF)", "K98", public=True))
    yield of_document(published, kditl.build(edition), Place("Masterrapport (PDF)", "KOMBIT"))


def of_supplier_pdfs(published: Published, towns: tuple[str, ...], folder: Path) -> Iterator[Page]:
    systems = tilslutning.systems(published.edition)
    # one municipality is read always, and as few reports
    for system in systems if len(towns) > 1 else systems[:3]:
        place = Place("Tilslutningsrapport (PDF)", system.shown, {"system": system.shown})
        yield of_document(published, tilslutning.build(published.edition, system), place)


def of_sapa_pdfs(published: Published, towns: tuple[str, ...], folder: Path) -> Iterator[Page]:
    yield of_document(published, sapa.build(published.edition), Place("SAPA-rapport (PDF)", "KOMBIT"))
    for town in towns:
        document = sapa.build(published.edition, published.cvr(town))
        yield of_document(published, document, Place("SAPA-rapport (PDF)", town, {"kommune": town}))


def of_document(published: Published, document: Document, place: Place) -> Page:
    """What is printed, and the tables that are attached."""
    reader = published.pdf(document).reader
    return [*tagged.read(reader, place), *_attached(reader, place)]


def _attached(reader: PdfReader, place: Place) -> Iterator[Table]:
    for name, contents in reader.attachments.items():
        if name.endswith(".csv"):
            head, *rows = csv.reader(io.StringIO(contents[0].decode("utf-8")), delimiter=";")
            yield Table(place, name, tuple(head), tuple(map(tuple, rows)))


def of_newsletter(published: Published, towns: tuple[str, ...], folder: Path) -> Iterator[Page]:
    letter = nyhedsbrev.text(nyhedsbrev.build(published.edition, "", Imprint()))
    place = Place("Nyhedsbrev", "tekst", public=True)
    yield [Sentence(place, line.removeprefix("- ")) for line in letter.splitlines() if line.strip()]


def workbooks(published: Published, towns: tuple[str, ...], folder: Path) -> Iterator[Opened]:
    """Those of the municipalities, and KOMBIT's."""
    readers = [Reader(town, published.cvr(town), (published.cvr(town),)) for town in towns]
    # one municipality is read always, and KOMBIT's, with thirty times as many rows, where all are
    for reader in [*readers, *([KOMBIT] if len(towns) > 1 else [])]:
        path = folder / f"{reader.name}.xlsx"
        write_workbook(path, reader, published.edition, Imprint())
        about: dict[str, Any] = {"kommune": reader.name} if reader.cvr else {}
        yield Opened(path, Place("Excel", reader.name, about))


# The products that are pages; workbooks (above) and Power BI (power_bi.py) have more to them.
PAGES: tuple[Callable[[Published, tuple[str, ...], Path], Iterator[Page]], ...] = (
    of_web,
    of_potential_pdfs,
    of_general_pdfs,
    of_supplier_pdfs,
    of_sapa_pdfs,
    of_newsletter,
)
