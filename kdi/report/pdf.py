"""A document as PDF by Typst: tagged (PDF/UA-1), archivable (PDF/A-3a), with its tables attached as CSV.

The compiler refuses a picture without alternative text. The same document gives the same bytes.
"""

import csv
import io
import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import typst

from kdi.notation import danish
from kdi.notation.spreadsheet import harmless
from kdi.report.document import Document
from kdi.report.imprint import NOBODY, Imprint
from kdi.report.showable import FONTS, shown
from kdi.settings import PROJECT_ROOT

TEMPLATES = PROJECT_ROOT / "reports" / "typst"


class PdfFailed(Exception):
    """Typst could not lay the document out; the message says which document and why."""


_OWN = threading.local()


def _compiler() -> typst.Compiler:
    """This thread's own, since one compiler lays out one document at a time."""
    if not hasattr(_OWN, "compiler"):
        # Only the fonts of the project: the same report on every machine.
        _OWN.compiler = typst.Compiler(
            str(TEMPLATES / "rapport.typ"), root=str(TEMPLATES), font_paths=[str(FONTS)], ignore_system_fonts=True
        )
    compiler: typst.Compiler = _OWN.compiler
    return compiler


def render(document: Document, published: str, sender: Imprint = NOBODY) -> bytes:
    """The PDF's bytes. ``published`` is when the release was made, and becomes the document's date.

    Raises:
        PdfFailed: the template does not take the document.
    """
    made = datetime.fromisoformat(published).astimezone(UTC)
    content = shown(document).as_dict() | {
        "marks": danish.MARKS,
        "csv": {name: csv_text(document, name) for name in document.tables()},
        "imprint": {
            "sender": shown(sender.sender),
            "contact": shown(sender.contact) or "kontakt ikke oplyst",
            "issued": f"Udgivet {danish.day(made.date())}",
            "made_up": sender.is_made_up,
        },
    }
    try:
        pages = _compiler().compile(
            format="pdf",
            sys_inputs={"dokument": json.dumps(content, ensure_ascii=False)},
            pdf_standards=["a-3a", "ua-1"],
            timestamp=made,
        )
    except typst.TypstError as error:
        raise PdfFailed(f"{document.title}: {error.diagnostic}") from error
    assert isinstance(pages, bytes)  # a PDF is one file, unlike PNG pages
    return pages


def csv_text(document: Document, name: str) -> str:
    """A table's rows as they are printed, for spreadsheets: semicolons, a header, and no cell that is computed."""
    table = document.tables()[name]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow([column.label for column in table.columns])
    writer.writerows([harmless(cell) for cell in row] for row in table.complete or table.rows)
    return out.getvalue()


def write(document: Document, published: str, path: Path, sender: Imprint = NOBODY) -> Path:
    """Render and put in place in one step; of one that fails nothing is left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}")
    try:
        partial.write_bytes(render(document, published, sender))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path
