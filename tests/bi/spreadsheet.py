"""Reads workbooks as LibreOffice and as openpyxl see them, and the XML in them."""

import os
import re
import shutil
import subprocess
import warnings
import zipfile
from functools import lru_cache
from pathlib import Path

import openpyxl

SOFFICE = shutil.which("soffice")
Grid = list[list[object]]


def parts(path: Path) -> dict[str, str]:
    """The XML files in a workbook."""
    with zipfile.ZipFile(path) as archive:
        return {n: archive.read(n).decode("utf-8") for n in archive.namelist() if n.endswith((".xml", ".rels"))}


def cells(path: Path, sheet: str) -> Grid:
    """A sheet's values, as written."""
    return _book(path, path.stat().st_mtime_ns)[sheet]


def opened(path: Path, read_only: bool = False) -> openpyxl.Workbook:
    """The workbook as openpyxl reads it, which knows no slicers and says so."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path, read_only=read_only)


@lru_cache(maxsize=4)
def _book(path: Path, changed: int) -> dict[str, Grid]:
    book = opened(path, read_only=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def opened_by_libreoffice(path: Path, folder: Path) -> dict[str, Grid]:
    """Every sheet as LibreOffice shows it, its pivots computed."""
    assert SOFFICE
    environment = os.environ | {"HOME": str(folder), "LC_ALL": "da_DK.UTF-8"}
    subprocess.run(
        [SOFFICE, "--headless", "--convert-to", "ods", "--outdir", str(folder), str(path)],
        check=True, capture_output=True, env=environment, timeout=120,
    )  # fmt: skip
    ods = folder / f"{path.stem}.ods"
    content = parts(ods)["content.xml"]
    sheets = {}
    for name, table in re.findall(r'<table:table table:name="([^"]+)"(.*?)</table:table>', content, re.DOTALL):
        sheets[name] = [
            _row(row) for row in re.findall(r"<table:table-row[^>]*>(.*?)</table:table-row>", table, re.DOTALL)
        ]
    return sheets


def _row(xml: str) -> list[object]:
    row: list[object] = []
    for attributes, inner in re.findall(
        r"<table:(?:covered-)?table-cell((?:\s[^>]*?)?)(?:/>|>(.*?)</table:(?:covered-)?table-cell>)", xml, re.DOTALL
    ):
        repeat = re.search(r'number-columns-repeated="(\d+)"', attributes)
        number = re.search(r'office:value="([^"]+)"', attributes)
        text = re.sub(r"<[^>]+>", "", inner or "")
        value = float(number[1]) if number else (text or None)
        row += [value] * min(int(repeat[1]) if repeat else 1, 50)
    return row
