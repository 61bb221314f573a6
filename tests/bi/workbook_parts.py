"""A workbook's pivots and slicers, read from the XML alone, and the parts held against the standard's schemas."""

import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from lxml import etree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
X14 = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
FRAME = "{http://schemas.microsoft.com/office/drawing/2010/slicer}slicer"
SCHEMAS = Path(__file__).parent / "schemas" / "iso-29500" / "transitional.zip"


@dataclass(frozen=True)
class PivotTable:
    """A pivot: its sheet, the sheet and range its cache reads, and per field of the cache the items of both."""

    sheet: str
    sheet_id: str
    name: str
    cache_id: str
    source: tuple[str, str]
    fields: dict[str, list[str]]
    items: dict[str, list[int]]
    cache: Any


@dataclass(frozen=True)
class Slicer:
    """A slicer as the reader sees it (caption, on a sheet), the field it filters, and the places of its items."""

    sheet: str
    name: str
    caption: str
    field: str
    items: list[int]
    pivot: PivotTable


class Workbook:
    """The parts of an .xlsx and how they lead to one another."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
            assert len(self.parts) == len(archive.namelist()), "en del står to gange"

    def xml(self, name: str) -> Any:
        return etree.fromstring(self.parts[name])

    def related(self, name: str, kind: str) -> dict[str, str]:
        """The parts that a part leads to, by relation; only those of a kind."""
        place = PurePosixPath(name)
        rels = f"{place.parent}/_rels/{place.name}.rels"
        found = {}
        for relation in self.xml(rels) if rels in self.parts else ():
            if relation.get("Type").endswith(f"/{kind}") and relation.get("TargetMode") != "External":
                parts: list[str] = [] if relation.get("Target").startswith("/") else list(place.parent.parts)
                for step in relation.get("Target").strip("/").split("/"):
                    parts = parts[:-1] if step == ".." else [*parts, step]
                found[relation.get("Id")] = "/".join(parts)
        return found

    def sheets(self) -> dict[str, tuple[str, str]]:
        """Part and id of every sheet, by name."""
        parts = self.related("xl/workbook.xml", "worksheet")
        return {
            s.get("name"): (parts[s.get(RELATION)], s.get("sheetId"))
            for s in self.xml("xl/workbook.xml").iter(f"{MAIN}sheet")
        }

    def pivots(self) -> dict[tuple[str, str], PivotTable]:
        """Every pivot, by its sheet's id and its name."""
        listed = self.xml("xl/workbook.xml").iter(f"{MAIN}pivotCache")
        by_part = self.related("xl/workbook.xml", "pivotCacheDefinition")
        caches = {by_part[c.get(RELATION)]: c.get("cacheId") for c in listed}
        assert sorted(caches) == sorted(by_part.values()), "hvert lager står i projektmappen én gang"
        found = {}
        for sheet, (part, sheet_id) in self.sheets().items():
            for table in self.related(part, "pivotTable").values():
                (cache_part,) = self.related(table, "pivotCacheDefinition").values()
                pivot, definition = self.xml(table), self.xml(cache_part)
                assert pivot.get("cacheId") == caches[cache_part]
                source = definition.find(f"{MAIN}cacheSource/{MAIN}worksheetSource")
                names = [f.get("name") for f in definition.iter(f"{MAIN}cacheField")]
                shared = [
                    [i.get("v") for i in f.find(f"{MAIN}sharedItems")] for f in definition.iter(f"{MAIN}cacheField")
                ]
                placed = [
                    [int(i.get("x")) for i in f.iter(f"{MAIN}item") if i.get("t") is None]
                    for f in pivot.iter(f"{MAIN}pivotField")
                ]
                found[sheet_id, pivot.get("name")] = PivotTable(
                    sheet, sheet_id, pivot.get("name"), definition.find(f".//{X14}pivotCacheDefinition").get("pivotCacheId"),
                    (source.get("sheet"), source.get("ref")), dict(zip(names, shared, strict=True)),
                    dict(zip(names, placed, strict=True)), definition,
                )  # fmt: skip
        return found

    def slicers(self) -> list[Slicer]:
        """Every slicer that stands in a frame on a sheet, followed to the field it filters."""
        pivots = self.pivots()
        by_part = self.related("xl/workbook.xml", "slicerCache")
        listed = [by_part[c.get(RELATION)] for c in self.xml("xl/workbook.xml").iter(f"{X14}slicerCache")]
        assert sorted(listed) == sorted(by_part.values())
        caches = {self.xml(part).get("name"): self.xml(part) for part in listed}
        assert len(caches) == len(listed), "to lagre hedder det samme"
        names = {n.get("name"): n.text for n in self.xml("xl/workbook.xml").iter(f"{MAIN}definedName")}
        found = []
        for sheet, (part, _) in self.sheets().items():
            frames = [f.get("name") for d in self.related(part, "drawing").values() for f in self.xml(d).iter(FRAME)]
            made = [s for p in self.related(part, "slicer").values() for s in self.xml(p).iter(f"{X14}slicer")]
            assert sorted(frames) == sorted(s.get("name") for s in made), sheet
            for slicer in made:
                cache = caches.pop(slicer.get("cache"))
                assert names[cache.get("name")] == "#N/A"
                (table,) = cache.iter(f"{X14}pivotTable")
                pivot = pivots[table.get("tabId"), table.get("name")]
                tabular = cache.find(f"{X14}data/{X14}tabular")
                assert tabular.get("pivotCacheId") == pivot.cache_id
                items = tabular.findall(f"{X14}items/{X14}i")
                assert tabular.find(f"{X14}items").get("count") == str(len(items))
                assert {i.get("s") for i in items} == {"1"}, "alt er valgt fra begyndelsen"
                places = [int(i.get("x")) for i in items]
                found.append(
                    Slicer(sheet, slicer.get("name"), slicer.get("caption"), cache.get("sourceName"), places, pivot)
                )
        assert caches == {}, "et lager uden udsnitsværktøj"
        return found

    def faults(self) -> list[str]:
        """What the standard's schemas say of the parts; slicers are Microsoft's own and stand in none of them.

        Nor do the document's properties: their schemas are not among those in ``schemas``.
        """
        found = []
        for name, content in self.parts.items():
            kind = (
                "opc-contentTypes" if name == "[Content_Types].xml"
                else "opc-relationships" if name.endswith(".rels")
                else "dml-spreadsheetDrawing" if name.startswith("xl/drawings/")
                else "dml-main" if name.startswith("xl/theme/")
                else "sml" if name.startswith("xl/") and not name.startswith("xl/slicer") else None
            )  # fmt: skip
            if kind is None:
                continue
            tree = etree.fromstring(content)
            for choice in list(tree.iter(f"{MC}AlternateContent")):
                choice.getparent().replace(choice, choice.find(f"{MC}Fallback")[0])
            schema = schemas()[kind]
            if not schema.validate(tree):
                found += [f"{name}: {error.message[:200]}" for error in schema.error_log]
        return found


@cache
def schemas() -> dict[str, etree.XMLSchema]:
    with TemporaryDirectory() as folder, zipfile.ZipFile(SCHEMAS) as archive:
        archive.extractall(folder)
        wanted = ("sml", "dml-spreadsheetDrawing", "dml-main", "opc-contentTypes", "opc-relationships")
        return {name: etree.XMLSchema(etree.parse(str(Path(folder) / f"{name}.xsd"))) for name in wanted}
