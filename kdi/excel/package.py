"""Adds pivot tables, their caches and slicers to a workbook that XlsxWriter has written; it knows none of them.

A data sheet has one cache, shared by the pivots over it, with the items of every field that stands on an axis or in a
slicer. A slicer has a cache of its own, which names one field of one pivot. There are no cached records: Excel reads
the sheet when the reader clicks »Aktivér redigering«, and until then shows the cells, which are written.
"""

import re
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from kdi.excel.pivot_xml import OFFICE, X14, Placed, cache_xml, drawing_xml, pivot_xml, slicer_cache_xml, slicers_xml

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_2007 = "http://schemas.microsoft.com/office/2007/relationships"
_TYPES = {
    "pivotTable": "application/vnd.openxmlformats-officedocument.spreadsheetml.pivotTable+xml",
    "pivotCacheDefinition": "application/vnd.openxmlformats-officedocument.spreadsheetml.pivotCacheDefinition+xml",
    "drawing": "application/vnd.openxmlformats-officedocument.drawing+xml",
    "slicer": "application/vnd.ms-excel.slicer+xml",
    "slicerCache": "application/vnd.ms-excel.slicerCache+xml",
}
_RELATIONS = {
    **{kind: f"{OFFICE}/{kind}" for kind in ("pivotTable", "pivotCacheDefinition", "drawing")},
    **{kind: f"{_2007}/{kind}" for kind in ("slicer", "slicerCache")},
}


class _Package:
    """The parts to add and what must be said of them in the parts there are."""

    def __init__(self) -> None:
        self.parts: dict[str, str] = {}
        self.types: list[str] = []
        self.relations: dict[str, list[str]] = {}

    def add(self, kind: str, path: str, text: str) -> None:
        self.parts[path] = _XML + text
        self.types.append(f'<Override PartName="/{path}" ContentType="{_TYPES[kind]}"/>')

    def relate(self, owner: str, kind: str, path: str) -> str:
        """Relate two parts; returns the relation's id, one of its own beside those XlsxWriter gave."""
        folder, name = owner.rsplit("/", 1)
        target = path.removeprefix("xl/") if folder == "xl" else f"../{path.removeprefix('xl/')}"
        lines = self.relations.setdefault(f"{folder}/_rels/{name}.rels", [])
        identity = f"rIdKdi{len(lines) + 1}"
        lines.append(f'<Relationship Id="{identity}" Type="{_RELATIONS[kind]}" Target="{target}"/>')
        return identity


def add_pivots(book: bytes, placed: Sequence[Placed], path: Path) -> None:
    """Write the workbook with its pivots and slicers to ``path``."""
    package = _Package()
    with zipfile.ZipFile(BytesIO(book)) as source:
        styles = source.read("xl/styles.xml").decode("utf-8")
        formats = {code: number for number, code in re.findall(r'numFmtId="(\d+)" formatCode="([^"]*)"', styles)}
        endings = _parts_of(package, placed, formats)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                content = source.read(name)
                ending = endings.get(name, "")
                if name == "[Content_Types].xml":
                    ending = "".join(package.types)
                ending += "".join(package.relations.pop(name, []))
                target.writestr(name, _before_end(content, ending) if ending else content)
            for name, lines in package.relations.items():
                head = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                target.writestr(name, f"{_XML}{head}{''.join(lines)}</Relationships>")
            for name, text in package.parts.items():
                target.writestr(name, text)


def _before_end(content: bytes, ending: str) -> bytes:
    place = content.rindex(b"</")
    return content[:place] + ending.encode("utf-8") + content[place:]


def _parts_of(package: _Package, placed: Sequence[Placed], formats: dict[str, str]) -> dict[str, str]:
    """All parts; returns what goes at the end of the workbook's part and of each pivot's sheet."""
    caches: dict[str, int] = {}
    in_workbook, slicer_caches, endings = "", "", {}
    for number, pivot in enumerate(placed, start=1):
        if pivot.data.sheet not in caches:
            caches[pivot.data.sheet] = len(caches) + 1
            cache = f"xl/pivotCache/pivotCacheDefinition{caches[pivot.data.sheet]}.xml"
            package.add("pivotCacheDefinition", cache, cache_xml(pivot, caches[pivot.data.sheet], formats))
            identity = package.relate("xl/workbook.xml", "pivotCacheDefinition", cache)
            in_workbook += f'<pivotCache cacheId="{caches[pivot.data.sheet]}" r:id="{identity}"/>'
        key = caches[pivot.data.sheet]
        part, sheet = f"xl/pivotTables/pivotTable{number}.xml", f"xl/worksheets/sheet{pivot.sheet}.xml"
        package.add("pivotTable", part, pivot_xml(pivot, key, formats))
        package.relate(part, "pivotCacheDefinition", f"xl/pivotCache/pivotCacheDefinition{key}.xml")
        package.relate(sheet, "pivotTable", part)
        if not pivot.slicers:
            continue
        drawing, slicers = f"xl/drawings/drawing{number}.xml", f"xl/slicers/slicer{number}.xml"
        package.add("drawing", drawing, drawing_xml(pivot))
        package.add("slicer", slicers, slicers_xml(pivot))
        endings[sheet] = (
            f'<drawing r:id="{package.relate(sheet, "drawing", drawing)}"/>'
            f'<extLst><ext uri="{{A8765BA9-456A-4dab-B4F3-ACF838C121DE}}" {X14}><x14:slicerList>'
            f'<x14:slicer r:id="{package.relate(sheet, "slicer", slicers)}"/></x14:slicerList></ext></extLst>'
        )
        for field in pivot.slicers:
            cache = f"xl/slicerCaches/slicerCache{slicer_caches.count('<') + 1}.xml"
            package.add("slicerCache", cache, slicer_cache_xml(pivot, field, key))
            slicer_caches += f'<x14:slicerCache r:id="{package.relate("xl/workbook.xml", "slicerCache", cache)}"/>'
    endings["xl/workbook.xml"] = f"<pivotCaches>{in_workbook}</pivotCaches>" if in_workbook else ""
    if slicer_caches:
        endings["xl/workbook.xml"] += (
            f'<extLst><ext uri="{{BBE1A952-AA13-448e-AADC-164F8A28A991}}" {X14}>'
            f"<x14:slicerCaches>{slicer_caches}</x14:slicerCaches></ext></extLst>"
        )
    return endings
