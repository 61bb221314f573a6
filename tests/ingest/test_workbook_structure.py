"""Workbooks of any structure: what is accepted is what an independent reading finds, cell for cell.

Random workbooks are read by the platform and by a plain walk over openpyxl's cells, which shares no code with it.
A workbook may be refused; one that is accepted must hold the same rows. ``make fuzz`` makes FUZZ new ones.
"""

import io
import os
import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import openpyxl
import pytest
from receiving import KLE, NEXUS, ONBOARDING
from samples import examples

from expectations.findings import UnreadableDelivery
from expectations.profiles import Profile
from kdi.ingest.audit import audit_alone, open_engine
from kdi.ingest.inbox import InboxFile
from kdi.ingest.readers import layout_of

INPUTS = int(os.environ.get("FUZZ", examples.of(40)))
SEED = random.SystemRandom().getrandbits(32) if "FUZZ" in os.environ else 18
Cells = list[list[object]]

KLE_COLUMNS = ["myndighed_cvr", "myndighed_navn", "it_system_uuid", "it_system_navn", "kle_nummer", "kle_emne",
               "antal_sager"]  # fmt: skip
LABELS = ["leverandoer_navn", "it_system_navn", "it_system_uuid"]
# How people write an interface, and which it is.
INTERFACES = {
    "SF1470": ("SF1470", "SF 1470 - Sags- og Dokumentindeks", "SF\u00a01470", "sf-1470", "SF1470\nSager"),
    "SF1500": ("SF1500", "SF 1500 – Organisation", "S\u00adF1500", "(SF1500)"),
    "SF1460_A": ("SF1460_A", "SF1460A", "SF 1460 A - Modtag besked", "sf1460_a"),
    "SF1460_B": ("SF1460_B", "SF 1460-B", "SF1460B"),
    "SAPA dialogintegration": ("SAPA dialogintegration", "Sapa\u00a0Dialogintegration "),
}
MEANING = {text: interface for interface, texts in INTERFACES.items() for text in texts}
STATUSES = ("Klarmeldt", "Ja", "Delvis", "Nej", "Irrelevant", "Forløb 3", None, None)
CLOTHES = (str, str.upper, str.title, "{} ".format, "\ufeff{}".format, lambda h: h.replace("_", "\u00a0"),
           lambda h: h.replace("_", "-"))  # fmt: skip


def kle_table(chance: random.Random) -> Cells:
    """A header and rows with keys of their own."""
    authorities = [
        (29189501, "Brønderslev Kommune"),
        ("29189420", "Aalborg  Kommune"),
        (69116418, "Fredericia\u00a0Kommune"),
    ]
    rows: Cells = []
    for number in range(chance.randint(1, 9)):
        cvr, name = authorities[number % 3]
        count = chance.choice([number, 3000, "<5", "12", 7.0])
        rows.append([cvr, name, NEXUS, "Nexus", f"27.36.{number:02}", chance.choice(["Emne", "Hjælp", 360]), count])
    return [list(KLE_COLUMNS), *sorted(rows, key=lambda row: str(row[0]))]


def onboarding_table(chance: random.Random) -> Cells:
    interfaces = chance.sample(list(INTERFACES), chance.randint(1, 4))
    header = [*LABELS, *(chance.choice(INTERFACES[interface]) for interface in interfaces)]
    rows = [
        [chance.choice(["KMD", "Netcompany"]), f"System {number}", chance.choice([None, NEXUS]),
         *(chance.choice(STATUSES) for _ in interfaces)]
        for number in range(chance.randint(1, 7))
    ]  # fmt: skip
    return [header, *sorted(rows, key=lambda row: str(row[0]))]


def dressed(table: Cells, chance: random.Random) -> Cells:
    """The same table with headers as people write them, columns in another order, blank rows, and columns beside it."""
    header = [h if h in MEANING else chance.choice(CLOTHES)(str(h)) for h in table[0]]
    order = chance.sample(range(len(header)), len(header)) if chance.random() < 0.3 else range(len(header))
    rows = [[row[i] for i in order] for row in [header, *table[1:]]]
    if chance.random() < 0.3:
        rows = [[*row, "Bemærkning" if n == 0 else chance.choice([None, "set"])] for n, row in enumerate(rows)]
    for _ in range(chance.choice([0, 0, 1, 2])):
        rows.insert(chance.randint(1, len(rows)), [])
    left = chance.choice([0, 0, 0, 1, 2])
    above: Cells = [["Udtræk"], ["Status pr. 2. maj", None, 7], []][: chance.choice([0, 0, 1, 3])]
    return [*above, *([*[None] * left, *row] for row in rows)]


def spoiled(sheet: Any, chance: random.Random) -> None:
    """One thing that people do to a sheet; most of them make it say something that cannot be read."""
    rows, columns = sheet.max_row, sheet.max_column
    cell = sheet.cell(chance.randint(1, rows), chance.randint(1, columns))
    match chance.randrange(12):
        case 0:
            cell.value = "=1+1"
        case 1:
            cell.value, cell.data_type = chance.choice(["#REF!", "#N/A", "#DIV/0!"]), "e"
        case 2:
            cell.value = chance.choice([True, False])
        case 3:
            cell.value = date(2022, 3, 4)
        case 4:
            cell.value = chance.choice([12.5, 1.0, 0, 29189501.0])
        case 5:
            cell.value = chance.choice([" ", "\u200b", "#I/T", "I alt", "ukendt"])
        case 6 | 7 | 8:
            down, across = chance.randint(0, 3), chance.choice([0, 0, 1])
            sheet.merge_cells(start_row=cell.row, start_column=cell.column, end_row=min(cell.row + down, rows),
                              end_column=min(cell.column + across, columns))  # fmt: skip
        case 9:
            sheet.append([None, "I alt", *[None] * (columns - 3), 42])
        case 10:
            sheet.row_dimensions[cell.row].hidden = True
        case 11:
            sheet.delete_cols(cell.column)


def workbook(make: Any, chance: random.Random) -> bytes:
    """One to three sheets of a delivery, and others, in any order, some hidden, some spoiled."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    table = make(chance)
    cut = chance.randint(1, len(table))
    parts = [table] if chance.random() < 0.6 else [table[:cut], [table[0], *table[cut:]]]
    if chance.random() < 0.2:
        parts.append(make(chance))
    if chance.random() < 0.1:
        parts.append(table[1:])
    if chance.random() < 0.3:
        parts.append([["Noter"], ["Spørg hos KMD", 3]])
    chance.shuffle(parts)
    for number, part in enumerate(parts):
        sheet = book.create_sheet(f"Ark {number}")
        for row in dressed(part, chance):
            sheet.append(row)
        sheet.sheet_state = chance.choice(["visible"] * 6 + ["hidden", "veryHidden"])
        if chance.random() < 0.35:
            spoiled(sheet, chance)
    if all(sheet.sheet_state != "visible" for sheet in book.worksheets):
        book.worksheets[0].sheet_state = "visible"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


class Unreadable(Exception):
    """The plain walk cannot say what the workbook means: it must not be accepted."""


def plain(text: str) -> str:
    composed = unicodedata.normalize("NFC", "".join(c for c in text if unicodedata.category(c) != "Cf"))
    return " ".join(composed.split())


def bare(text: object) -> str:
    return "".join(c for c in plain(str(text)).lower() if c.isalnum())


def walked(content: bytes, columns: list[str], is_matrix: bool) -> list[tuple[object, ...]]:
    """The rows of every visible sheet with the header, by a walk over openpyxl's cells.

    Raises:
        Unreadable: something stands there that has no one meaning.
    """
    found: list[tuple[object, ...]] = []
    for sheet in openpyxl.load_workbook(io.BytesIO(content)).worksheets:
        if sheet.sheet_state == "visible":
            found += walked_sheet(sheet, columns, is_matrix)
    if not found:
        raise Unreadable("no rows")
    return found


def walked_sheet(sheet: Any, columns: list[str], is_matrix: bool) -> Iterator[tuple[object, ...]]:
    inside = {place: r for r in sheet.merged_cells.ranges for place in r.cells}
    meaning = {bare(c): c for c in columns} | ({bare(t): i for t, i in MEANING.items()} if is_matrix else {})

    def covering(row: int, column: int) -> Any:
        return inside.get((row, column))

    def value(row: int, column: int) -> Any:
        r = covering(row, column)
        return sheet.cell(r.min_row, r.min_col).value if r else sheet.cell(row, column).value

    for top in range(1, sheet.max_row + 1):
        heads = {
            c: meaning[bare(value(top, c))] for c in range(1, sheet.max_column + 1) if bare(value(top, c)) in meaning
        }
        if set(columns) <= set(heads.values()) and (not is_matrix or set(heads.values()) - set(columns)):
            break
    else:
        return
    heads = {c: name for c, name in heads.items() if not (covering(top, c) and covering(top, c).min_col < c)
             or any(sheet.cell(r, c).value is not None for r in range(top + 1, sheet.max_row + 1))}  # fmt: skip
    if len(set(heads.values())) < len(heads):
        raise Unreadable("a header twice")
    for row in range(top + 1, sheet.max_row + 1):
        if all(bare(sheet.cell(row, c).value or "") == "" and sheet.cell(row, c).value in (None, " ", "\u200b")
               for c in range(1, sheet.max_column + 1)):  # fmt: skip
            continue
        cells = {name: cell_of(sheet, row, c, name, columns, covering(row, c), top) for c, name in heads.items()}
        yield from rows_of(cells, columns, is_matrix)


def cell_of(sheet: Any, row: int, column: int, name: str, columns: list[str], merged: Any, top: int) -> object:
    cell = sheet.cell(row, column)
    if merged and merged.min_row > top:
        anchor = sheet.cell(merged.min_row, merged.min_col)
        if anchor.value is not None and ((name == "antal_sager" and merged.max_row > merged.min_row)
                                         or (merged.min_col < column and name in columns)):  # fmt: skip
            raise Unreadable("a merged cell of more than one meaning")
        cell = anchor
    if cell.data_type in ("f", "e", "b") or (isinstance(cell.value, str) and cell.value.startswith("#")):
        raise Unreadable("a cell without a value")
    if isinstance(cell.value, float) and not cell.value.is_integer():
        raise Unreadable("a decimal number")
    if isinstance(cell.value, str):
        return plain(cell.value) or None
    return None if cell.value is None else cell.value if hasattr(cell.value, "year") else str(int(cell.value))


def rows_of(cells: dict[str, object], columns: list[str], is_matrix: bool) -> Iterator[tuple[object, ...]]:
    if any(hasattr(v, "year") for v in cells.values()):
        raise Unreadable("a date")
    uuid = cells["it_system_uuid"]
    if is_matrix:
        if not (cells["leverandoer_navn"] and cells["it_system_navn"]) or (uuid and not is_uuid(uuid)):
            raise Unreadable("a label is missing")
        for interface in cells.keys() - set(columns):
            status = cells[interface]
            yield (*(cells[c] for c in columns), interface, status, None)  # no reason is given in these
        return
    count = str(cells["antal_sager"])
    fits = (
        re.fullmatch(r"\d{8}", str(cells["myndighed_cvr"])), is_uuid(uuid), cells["myndighed_navn"],
        cells["it_system_navn"], re.fullmatch(r"\d\d\.\d\d\.\d\d", str(cells["kle_nummer"])), cells["kle_emne"],
        re.fullmatch(r"\d{1,9}|<\d", count),
    )  # fmt: skip
    if not all(fits):
        raise Unreadable("a fault in a row")
    yield (*(cells[c] for c in columns[:-1]), None if count.startswith("<") else int(count))


def is_uuid(value: object) -> bool:
    try:
        return bool(UUID(str(value)))
    except ValueError:
        return False


def accepted(
    connection: duckdb.DuckDBPyConnection, profile: Profile, content: bytes, folder: Path
) -> list[tuple[object, ...]] | None:
    """The rows that the platform loads, or None when it refuses the workbook."""
    folder.mkdir()
    path = folder / f"{profile.source}_2022-03-31.xlsx"
    path.write_bytes(content)
    file = InboxFile(profile.source, "2022-03-31", str(path), len(content), 0.0, "0" * 64)
    try:
        audit = audit_alone(connection, file, path, layout_of(path, profile), profile, folder)
    except UnreadableDelivery as refusal:
        assert refusal.findings, "refused without a word"
        return None
    if audit.findings:
        return None
    columns = ", ".join(c.name for c in profile.columns)
    return duckdb.execute(f"select {columns} from read_parquet(?)", [str(audit.parquet)]).fetchall()


SUBJECTS = {
    "kle": (KLE, kle_table, KLE_COLUMNS, False),
    "onboarding": (ONBOARDING, onboarding_table, LABELS, True),
}


@pytest.mark.parametrize("source", SUBJECTS)
def test_what_is_accepted_is_what_a_plain_walk_over_the_cells_finds(
    source: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    profile, make, columns, is_matrix = SUBJECTS[source]
    kept = sound = 0
    connection = open_engine("200MB", 1, tmp_path / "spill")
    for number in range(INPUTS):
        chance = random.Random(f"{SEED}/{source}/{number}")
        content = workbook(make, chance)
        rows = accepted(connection, profile, content, tmp_path / str(number))
        try:
            truth = walked(content, columns, is_matrix)
        except Unreadable as why:
            assert rows is None, f"seed {SEED}, workbook {number}: accepted although {why}"
            continue
        sound += 1
        if rows is not None:
            kept += 1
            assert sorted(rows, key=str) == sorted(truth, key=str), f"seed {SEED}, workbook {number}"
    assert kept > INPUTS / 4, "so few are accepted that little was compared"
    assert kept > sound / 2
    record_property("kinds", {"structure of workbooks": {"tried": INPUTS, "wrong": 0, "blocking": 0}})
