"""The XML of pivot tables, their caches and slicers. ``package.py`` puts it where it belongs.

Formats: ISO 29500-1 (18.10) and [MS-XLSX] (2.3.3, 2.6.64: slicers).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from xml.sax.saxutils import quoteattr

from kdi.excel.contents import Data
from kdi.excel.pivots import TOTAL, Filled, Item, fields
from kdi.notation.danish import slug
from kdi.report.showable import for_xml

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_2010 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
X14 = f'xmlns:x14="{_2010}"'
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_DRAWN = "http://schemas.openxmlformats.org/drawingml/2006"
_SLICER = "http://schemas.microsoft.com/office/drawing/2010/slicer"


@dataclass(frozen=True)
class Placed:
    """A pivot on its sheet: the sheet's number in the workbook, from 1, and the pivot's first row on it, from 1.

    ``slicers`` are the fields with a slicer, left to right; ``boxes`` are (column, row, column, row), from 0.
    """

    sheet: int
    data: Data
    data_rows: int
    filled: Filled
    top: int
    slicers: tuple[str, ...]
    boxes: tuple[tuple[int, int, int, int], ...]

    @property
    def name(self) -> str:
        return f"Pivot {self.filled.pivot.sheet}"

    def slicer_cache(self, field: str) -> str:
        """The name of a slicer's cache, which is a name in the workbook too."""
        return f"Slicer_{slug(self.filled.pivot.sheet)}_{slug(field)}".replace("-", "_")


def cache_xml(pivot: Placed, number: int, formats: dict[str, str]) -> str:
    """The cache of a data sheet; ``formats`` are the numbers of the book's own formats, by code."""
    columns = pivot.data.columns
    last = f"{_letter(len(columns) - 1)}{pivot.data_rows + 1}"
    items = pivot.filled.items
    made = "".join(
        f'<cacheField name={_text(c.label)} numFmtId="{formats.get(c.format, "0")}">{_shared(items.get(c.label))}'
        "</cacheField>"
        for c in columns
    )
    return (
        f'<pivotCacheDefinition {_MAIN} xmlns:r="{OFFICE}" saveData="0" refreshOnLoad="1" refreshedBy="KDI Indsigt"'
        ' createdVersion="6" refreshedVersion="6" minRefreshableVersion="3"><cacheSource type="worksheet">'
        f'<worksheetSource ref="A1:{last}" sheet={_text(pivot.data.sheet)}/></cacheSource>'
        f'<cacheFields count="{len(columns)}">{made}</cacheFields>'
        f'<extLst><ext uri="{{725AE2AE-9491-48be-B2B4-4EB974FC3084}}" {X14}>'
        f'<x14:pivotCacheDefinition pivotCacheId="{number}"/></ext></extLst></pivotCacheDefinition>'
    )


def _shared(items: tuple[Item, ...] | None) -> str:
    if not items:
        return "<sharedItems/>"
    if isinstance(items[0], str):
        long = ' longText="1"' if any(len(str(i)) >= 255 for i in items) else ""
        return (
            f'<sharedItems count="{len(items)}"{long}>{"".join(f"<s v={_text(str(i))}/>" for i in items)}</sharedItems>'
        )
    dates = [i for i in items if isinstance(i, date)]
    span = f'minDate="{min(dates)}T00:00:00" maxDate="{max(dates) + timedelta(days=1)}T00:00:00"'
    kinds = 'containsSemiMixedTypes="0" containsNonDate="0" containsDate="1" containsString="0"'
    made = "".join(f'<d v="{i}T00:00:00"/>' for i in dates)
    return f'<sharedItems {kinds} {span} count="{len(items)}">{made}</sharedItems>'


def pivot_xml(placed: Placed, cache: int, formats: dict[str, str]) -> str:
    """The pivot table as it stands on its sheet."""
    filled, pivot = placed.filled, placed.filled.pivot
    labels = [c.label for c in placed.data.columns]
    across = "2" if pivot.columns else "1"
    bottom = placed.top + len(filled.rows) + (1 if pivot.columns else 0)
    place = f"A{placed.top}:{_letter(filled.width - 1)}{bottom}"
    columns = f'<colFields count="1"><field x="{labels.index(pivot.columns)}"/></colFields>' if pivot.columns else ""
    rows = "".join(f'<field x="{labels.index(label)}"/>' for label in pivot.rows)
    return (
        f'<pivotTableDefinition {_MAIN} name={_text(placed.name)} cacheId="{cache}" applyNumberFormats="0"'
        ' applyBorderFormats="0" applyFontFormats="0" applyPatternFormats="0" applyAlignmentFormats="0"'
        f' applyWidthHeightFormats="1" dataCaption="Værdier" grandTotalCaption="{TOTAL}" updatedVersion="6"'
        ' minRefreshableVersion="3" itemPrintTitles="1" createdVersion="6" indent="0" outline="1" outlineData="1"'
        f' multipleFieldFilters="0" rowHeaderCaption={_text(" og ".join(pivot.rows))}'
        f"{f' colHeaderCaption={_text(pivot.columns)}' if pivot.columns else ''}>"
        f'<location ref="{place}" firstHeaderRow="1" firstDataRow="{across}" firstDataCol="1"/>'
        f'<pivotFields count="{len(labels)}">{"".join(_fields(placed, formats))}</pivotFields>'
        f'<rowFields count="{len(pivot.rows)}">{rows}</rowFields>'
        f'<rowItems count="{len(filled.rows)}">{"".join(_row_items(filled))}</rowItems>{columns}'
        f"{_column_items(filled)}"
        f'<dataFields count="1"><dataField name={_text(data_caption(filled))} fld="{labels.index(pivot.data)}"'
        ' baseField="0" baseItem="0" numFmtId="3"/></dataFields>'
        '<pivotTableStyleInfo name="PivotStyleLight16" showRowHeaders="1" showColHeaders="1" showRowStripes="0"'
        ' showColStripes="0" showLastColumn="1"/></pivotTableDefinition>'
    )


def data_caption(filled: Filled) -> str:
    """The heading over the figures; Excel wants one that no field has."""
    return f"{filled.pivot.data} i alt"


def _fields(placed: Placed, formats: dict[str, str]) -> Iterator[str]:
    filled, pivot = placed.filled, placed.filled.pivot
    for column in placed.data.columns:
        kept = fields(placed.data, pivot)
        axis = "axisRow" if column.label in pivot.rows else "axisCol" if column.label == pivot.columns else ""
        attributes = f' axis="{axis}"' if axis else ' dataField="1"' if column.label == pivot.data else ""
        if column.format in formats and column.label in kept:
            attributes += f' numFmtId="{formats[column.format]}"'
        if column.label not in kept:
            yield f'<pivotField{attributes} showAll="0"/>'
            continue
        folded = ' sd="0"' if filled.folded and column.label == pivot.rows[0] else ""
        number = len(filled.items[column.label])
        made = "".join(f'<item{folded} x="{n}"/>' for n in range(number))
        yield (
            f'<pivotField{attributes} showAll="0"><items count="{number + 1}">{made}<item t="default"/></items>'
            "</pivotField>"
        )


def _row_items(filled: Filled) -> Iterator[str]:
    for row in filled.rows:
        if not row.place:
            yield '<i t="grand"><x/></i>'
        elif len(row.place) == 1:
            yield f"<i>{_x(row.place[0])}</i>"
        else:
            yield f'<i r="{len(row.place) - 1}">{_x(row.place[-1])}</i>'


def _column_items(filled: Filled) -> str:
    if not filled.pivot.columns:
        return '<colItems count="1"><i/></colItems>'
    made = "".join(f"<i>{_x(n)}</i>" for n in filled.shown)
    return f'<colItems count="{len(filled.shown) + 1}">{made}<i t="grand"><x/></i></colItems>'


def _x(place: int) -> str:
    return f'<x v="{place}"/>' if place else "<x/>"


def slicer_cache_xml(placed: Placed, field: str, cache: int) -> str:
    """What a slicer lists: every item of one field of one pivot, all chosen."""
    items = placed.filled.items[field]
    made = "".join(f'<i x="{n}" s="1"/>' for n in range(len(items)))
    return (
        f'<slicerCacheDefinition xmlns="{_2010}" name="{placed.slicer_cache(field)}" sourceName={_text(field)}>'
        f'<pivotTables><pivotTable tabId="{placed.sheet}" name={_text(placed.name)}/></pivotTables>'
        f'<data><tabular pivotCacheId="{cache}"><items count="{len(items)}">{made}</items></tabular></data>'
        "</slicerCacheDefinition>"
    )


def slicers_xml(placed: Placed) -> str:
    """The slicers on the pivot's sheet."""
    made = "".join(
        f'<slicer name={_text(_slicer_name(placed, field))} cache="{placed.slicer_cache(field)}" caption={_text(field)}'
        ' rowHeight="241300"/>'
        for field in placed.slicers
    )
    return f'<slicers xmlns="{_2010}">{made}</slicers>'


def _slicer_name(placed: Placed, field: str) -> str:
    """Slicers have one space of names for the whole workbook."""
    return f"{field} ({placed.filled.pivot.sheet})"


def drawing_xml(placed: Placed) -> str:
    """A frame for every slicer, and for readers without slicers a box that says what stands there."""
    anchors = []
    for number, (field, (left, top, right, bottom)) in enumerate(
        zip(placed.slicers, placed.boxes, strict=True), start=2
    ):
        name = _text(_slicer_name(placed, field))
        anchors.append(
            '<xdr:twoCellAnchor editAs="absolute">'
            f"<xdr:from>{_at(left, top)}</xdr:from><xdr:to>{_at(right, bottom)}</xdr:to>"
            '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
            '<mc:Choice xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" Requires="a14">'
            f'<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="{number}" name={name}'
            f" descr={_text(f'Vælg {field.lower()}')}/><xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr>"
            '<xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic>'
            '<a:graphicData uri="http://schemas.microsoft.com/office/drawing/2010/slicer">'
            f'<sle:slicer xmlns:sle="http://schemas.microsoft.com/office/drawing/2010/slicer" name={name}/>'
            "</a:graphicData></a:graphic></xdr:graphicFrame></mc:Choice><mc:Fallback>"
            f'<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="{number}" name={name}/><xdr:cNvSpPr/>'
            "</xdr:nvSpPr>"
            '<xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
            '</a:prstGeom><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill><a:ln w="9525"><a:solidFill>'
            '<a:srgbClr val="5B6472"/></a:solidFill></a:ln></xdr:spPr><xdr:txBody><a:bodyPr/><a:p><a:r>'
            '<a:rPr lang="da-DK" sz="1000"><a:solidFill><a:srgbClr val="1F2937"/></a:solidFill></a:rPr>'
            f"<a:t>{_escaped(f'Vælg {field.lower()} her i Excel.')}</a:t></a:r></a:p></xdr:txBody></xdr:sp>"
            "</mc:Fallback></mc:AlternateContent><xdr:clientData/></xdr:twoCellAnchor>"
        )
    return (
        '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
        f' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">{"".join(anchors)}</xdr:wsDr>'
    )


def _at(column: int, row: int) -> str:
    return f"<xdr:col>{column}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{row}</xdr:row><xdr:rowOff>0</xdr:rowOff>"


def _letter(column: int) -> str:
    """``0`` → ``A``, ``26`` → ``AA``."""
    return (_letter(column // 26 - 1) if column >= 26 else "") + chr(ord("A") + column % 26)


def _text(value: str) -> str:
    """A value of an attribute; what looks like Excel's own escape is none."""
    return quoteattr(re.sub("_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", for_xml(value)), {"\n": "&#10;", "\t": "&#9;"})


def _escaped(value: str) -> str:
    return _text(value)[1:-1]
