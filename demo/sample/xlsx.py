"""A workbook, written row by row and with the same bytes every time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_ROOT_RELATIONS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)

Value = str | int | None


@dataclass(frozen=True)
class Sheet:
    """A sheet's name, its rows, and its merged ranges such as `A1:C1`."""

    name: str
    rows: Iterable[Sequence[Value]]
    merged: Sequence[str] = ()


def write_workbook(target: Path, *sheets: Sheet) -> int:
    """Write the sheets, rows one by one and headers included; return the number of rows."""
    partial = target.with_suffix(".partial")
    count = 0
    with ZipFile(partial, "w") as archive:
        for name, text in _frame(sheets).items():
            archive.writestr(_entry(name), text)
        for place, sheet in enumerate(sheets, start=1):
            with archive.open(_entry(f"xl/worksheets/sheet{place}.xml"), "w", force_zip64=True) as stream:
                count += _write_sheet(stream, sheet)
    partial.replace(target)
    return count


def _frame(sheets: Sequence[Sheet]) -> dict[str, str]:
    """The parts that hold the sheets together, by their path."""
    places = range(1, len(sheets) + 1)
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for n in places
    )
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in places
    )
    names = "".join(
        f'<sheet name="{escape(sheet.name)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, sheet in zip(places, sheets, strict=True)
    )
    return {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>{types}</Types>',
        "_rels/.rels": _ROOT_RELATIONS,
        "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        f"{relations}</Relationships>",
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{names}</sheets></workbook>',
    }


def _write_sheet(stream: IO[bytes], sheet: Sheet) -> int:
    count = 0
    stream.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
    for count, row in enumerate(sheet.rows, start=1):
        cells = "".join(map(_cell, row))
        stream.write(f'<row r="{count}">{cells}</row>'.encode())
    stream.write(b"</sheetData>")
    if sheet.merged:
        ranges = "".join(f'<mergeCell ref="{cells}"/>' for cells in sheet.merged)
        stream.write(f'<mergeCells count="{len(sheet.merged)}">{ranges}</mergeCells>'.encode())
    stream.write(b"</worksheet>")
    return count


def _entry(name: str) -> ZipInfo:
    info = ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    info.compress_type = ZIP_DEFLATED
    return info


def _cell(value: Value) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    space = "" if value == value.strip() and "  " not in value else ' xml:space="preserve"'
    return f'<c t="inlineStr"><is><t{space}>{escape(value)}</t></is></c>'
