"""A PDF as its tags tell it: tables with their headings, and the text of everything else, in reading order."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ContentStream

from .pieces import Piece, Place, Sentence, Table

# Kinds that are parts of a line; all others stand by themselves.
_PARTS = {"Span", "Strong", "Em", "Link", "Reference", "Lbl", "LBody"}


def read(reader: PdfReader, place: Place) -> Iterator[Piece]:
    """Every table and every text of a document. Headers and footers are not tagged, and not read."""
    yield from _Tree(reader).pieces(reader.trailer["/Root"]["/StructTreeRoot"], place)


class _Marked:
    """The text of each piece of marked content, by page and number."""

    def __init__(self, reader: PdfReader) -> None:
        self._texts: dict[tuple[int, int], str] = {}
        self._reader = reader
        for page in reader.pages:
            assert page.indirect_reference
            self._read(page, page.indirect_reference.idnum)

    def __getitem__(self, key: tuple[int, int]) -> str:
        return self._texts.get(key, "")

    def _read(self, page: Any, number: int) -> None:
        fonts = {
            name: _letters(font.get_object()["/ToUnicode"].get_data())
            for name, font in page["/Resources"].get("/Font", {}).items()
        }
        font: dict[int, str] = {}
        open_marks: list[int | None] = []
        replaced: list[str | None] = []
        content = ContentStream(page.get_contents(), self._reader)
        for operands, operator in content.operations:
            if operator in (b"BDC", b"BMC"):
                found = operands[1] if len(operands) > 1 and isinstance(operands[1], dict) else {}
                outer = open_marks[-1] if open_marks else None
                open_marks.append(found.get("/MCID", outer))
                said = found.get("/ActualText")
                replaced.append(None if said is None else str(said))
                if said is not None:
                    self._add(number, open_marks[-1], str(said))
            elif operator == b"EMC":
                open_marks.pop()
                replaced.pop()
            elif operator == b"Tf":
                font = fonts[operands[0]]
            elif operator in (b"Tj", b"TJ") and open_marks and not any(r is not None for r in replaced):
                parts = operands[0] if operator == b"TJ" else operands
                text = "".join(_decoded(p, font) for p in parts if isinstance(p, (str, bytes)))
                self._add(number, open_marks[-1], text)

    def _add(self, page: int, mark: int | None, text: str) -> None:
        if mark is not None:
            self._texts[page, mark] = self._texts.get((page, mark), "") + text


@cache
def _letters(cmap: bytes) -> dict[int, str]:
    """What each glyph of a font says, by the font's own list."""
    found = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for glyph, letters in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            found[int(glyph, 16)] = bytes.fromhex(letters.decode()).decode("utf-16-be")
    assert found and b"beginbfrange" not in cmap
    return found


def _decoded(part: str | bytes, letters: dict[int, str]) -> str:
    raw = getattr(part, "original_bytes", part)
    assert isinstance(raw, bytes)
    return "".join(letters.get(int.from_bytes(raw[n : n + 2], "big"), "") for n in range(0, len(raw), 2))


def _kids(element: Any) -> list[Any]:
    kids = element.get("/K", [])
    kids = kids.get_object() if hasattr(kids, "get_object") else kids
    return list(kids) if isinstance(kids, list) else [kids]


class _Tree:
    """The structure: what stands in an element, and which blocks."""

    def __init__(self, reader: PdfReader) -> None:
        self.marked = _Marked(reader)

    def pieces(self, element: Any, place: Place, heading: str = "") -> Iterator[Piece]:
        kind = str(element.get("/S", "/"))[1:]
        if kind == "Table":
            yield from self._table(element, place, heading)
            return
        if kind == "Figure":
            yield Sentence(place, str(element["/Alt"]))
            return
        said, page = "", element.get("/Pg")
        for kid in _kids(element):
            if isinstance(kid, int):
                said += f"{self._marked(page, kid)} "
                continue
            kid = kid.get_object()
            if "/MCID" in kid:
                said += f"{self._marked(kid.get('/Pg', page), kid['/MCID'])} "
            elif str(kid.get("/S", "/"))[1:] in _PARTS:
                said += self.text(kid)
            elif "/S" in kid:
                if said.strip():
                    yield Sentence(place, _even(said))
                said = ""
                yield from self.pieces(kid, place, heading)
                heading = self._heading(kid) or heading
        if said.strip():
            yield Sentence(place, _even(said))

    def _heading(self, element: Any) -> str:
        return _even(self.text(element)) if re.fullmatch(r"/H\d", str(element.get("/S"))) else ""

    def text(self, element: Any) -> str:
        """All that is read in an element, but what pictures in it say."""
        if str(element.get("/S")) == "/Figure":
            return ""
        said, page = "", element.get("/Pg")
        for kid in _kids(element):
            if isinstance(kid, int):
                said += f"{self._marked(page, kid)} "
                continue
            kid = kid.get_object()
            said += self._marked(kid.get("/Pg", page), kid["/MCID"]) if "/MCID" in kid else self.text(kid)
            said += " "
        return said

    def _marked(self, page: Any, number: int) -> str:
        return self.marked[page.indirect_reference.idnum if hasattr(page, "indirect_reference") else page.idnum, number]

    def _table(self, element: Any, place: Place, heading: str) -> Iterator[Piece]:
        rows = list(self._under(element, "TR"))
        cells = [
            [(str(c["/S"]), c) for c in map(_object, _kids(row)) if str(c.get("/S")) in ("/TH", "/TD")] for row in rows
        ]
        head = [row for row in cells if row and all(kind == "/TH" for kind, _ in row)]
        body = [row for row in cells if row and row not in head]
        columns = tuple(_even(self.text(cell)) for _, cell in head[0]) if head else ()
        yield Table(place, heading, columns, tuple(tuple(_even(self.text(c)) for _, c in row) for row in body))
        for row in body:
            for _, cell in row:
                for figure in self._under(cell, "Figure"):
                    yield Sentence(place, str(figure["/Alt"]))

    def _under(self, element: Any, kind: str) -> Iterator[Any]:
        for kid in _kids(element):
            if isinstance(kid, int):
                continue
            kid = kid.get_object()
            if str(kid.get("/S")) == f"/{kind}":
                yield kid
            elif "/S" in kid:
                yield from self._under(kid, kind)


def _object(kid: Any) -> Any:
    return kid.get_object() if hasattr(kid, "get_object") else {}


def _even(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub("[\u200b\u00ad]", "", text)).strip()
