"""Reference files as people, Excel and scripts make them: what is taken in is what whoever made the file meant.

Each file begins as a built-in one and is changed by a few of the things that happen to files. What it still means is
known by construction. Taken or refused: never taken as something else. ``FUZZ=2000`` tries so many new ones of each.
"""

import csv
import io
import os
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cache

import pandas as pd
import pytest
from samples import examples

from expectations.reference import reference_profiles
from kdi.ingest.reference.judge import judge
from kdi.lake.reference import BUILT_IN

FILES = ("kommuner", "folketal", "snitflader", "integrationer", "formaal", "service_katalog", "system_alias", "aftaler")
INPUTS = int(os.environ.get("FUZZ", examples.of(24)))
SEED = random.SystemRandom().getrandbits(32) if "FUZZ" in os.environ else 20260103
TODAY = date(2026, 1, 3)
# Two files are empty as they are built in.
OWN = {
    "system_alias": [
        {"navn": "Børnesystemet", "uuid": "", "it_system": "Børn"},
        {"navn": "", "uuid": "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0", "it_system": "Børn"},
        {"navn": "Jobcenter Øst", "uuid": "", "it_system": "Job"},
    ],
    "aftaler": [
        {"cvr": "64942212", "deler_med_cvr": "11259979", "fra": "2024-01-01", "til": "2024-12-31"},
        {"cvr": "64942212", "deler_med_cvr": "11259979", "fra": "2025-01-01", "til": ""},
        {"cvr": "58271713", "deler_med_cvr": "alle", "fra": "", "til": ""},
    ],
}


@cache
def built_in() -> dict[str, bytes]:
    return {name: (BUILT_IN / f"{name}.csv").read_bytes() for name in reference_profiles()}


def rows_of(name: str) -> list[dict[str, str]]:
    if name in OWN:
        return [dict(row) for row in OWN[name]]
    return list(csv.DictReader(io.StringIO(built_in()[name].decode("utf-8-sig")), delimiter=";"))


@dataclass
class Sheet:
    """A file being made: what stands in it, how it is written, and the rows that are meant."""

    rows: list[dict[str, str]]
    meant: list[dict[str, str]]
    columns: list[str]
    titles: list[str] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    delimiter: str = ";"
    line_end: str = "\n"
    encoding: str = "utf-8"
    quoting: int = csv.QUOTE_MINIMAL
    after: str = ""
    must_fail: bool = False  # nobody could read it as what is meant

    def written(self) -> bytes:
        text = io.StringIO(newline="")
        text.writelines(f"{line}{self.line_end}" for line in self.above)
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator=self.line_end, quoting=self.quoting)  # type: ignore[arg-type]
        writer.writerow(self.titles or self.columns)
        writer.writerows([row.get(c, "") for c in self.columns] for row in self.rows)
        return (text.getvalue() + self.after).encode(self.encoding, errors="replace")


Change = Callable[[Sheet, random.Random], None]


def _cell(sheet: Sheet, chance: random.Random) -> tuple[dict[str, str], str]:
    return chance.choice([row for row in sheet.rows if row]), chance.choice(sheet.columns)


def bom(sheet: Sheet, chance: random.Random) -> None:
    sheet.encoding = "utf-8-sig"


def crlf(sheet: Sheet, chance: random.Random) -> None:
    sheet.line_end = chance.choice(("\r\n", "\r"))


def all_quoted(sheet: Sheet, chance: random.Random) -> None:
    sheet.quoting = csv.QUOTE_ALL


def other_order(sheet: Sheet, chance: random.Random) -> None:
    chance.shuffle(sheet.columns)
    chance.shuffle(sheet.rows)


def title_case(sheet: Sheet, chance: random.Random) -> None:
    way = chance.choice((str.title, str.upper, lambda c: c.replace("_", " "), lambda c: f"\u00a0{c} "))
    sheet.titles = [way(c) for c in sheet.columns]


def extra_column(sheet: Sheet, chance: random.Random) -> None:
    sheet.columns.insert(chance.randrange(len(sheet.columns) + 1), "note til os selv")
    for row in sheet.rows:
        row["note til os selv"] = chance.choice(("", "se mail", "12"))


def above_the_header(sheet: Sheet, chance: random.Random) -> None:
    sheet.above = chance.choice((["sep=;"], ["Udtræk fra vores system"], ["", "Vores liste;;", ""]))


def blank_rows(sheet: Sheet, chance: random.Random) -> None:
    sheet.after += chance.choice((";;;\n\n", "\r\n\r\n", "\x1a"))
    sheet.rows.insert(chance.randrange(len(sheet.rows) + 1), {})


def blanks(sheet: Sheet, chance: random.Random) -> None:
    for _ in range(5):
        row, column = _cell(sheet, chance)
        if row.get(column):
            row[column] = chance.choice((" {}", "{} ", "\u00a0{}", "{}\u200b", "\ufeff{}", "{}\u00ad", "\t{}")).format(
                row[column]
            )


def decomposed(sheet: Sheet, chance: random.Random) -> None:
    for row in sheet.rows:
        for column in row:
            row[column] = row[column].replace("å", "a\u030a").replace("Å", "A\u030a")


def lost_zeros(sheet: Sheet, chance: random.Random) -> None:
    for row in sheet.rows:
        for column in row:
            row[column] = re.sub(r"^0+(?=\d+$)", "", row[column])


def thousands(sheet: Sheet, chance: random.Random) -> None:
    mark = chance.choice((".", ",", " ", "\u00a0"))
    for row in sheet.rows:
        for column in row:
            if row[column].isdigit() and len(row[column]) in (5, 6):
                row[column] = f"{int(row[column]):,}".replace(",", mark)


def decimals(sheet: Sheet, chance: random.Random) -> None:
    for row in sheet.rows:
        for column in row:
            if row[column].isdigit():
                row[column] += chance.choice((",0", ".0", ",00"))


def scientific(sheet: Sheet, chance: random.Random) -> None:
    for row in sheet.rows:
        for column in row:
            if row[column].isdigit() and len(row[column]) > 4:
                row[column] = f"{int(row[column]):.2E}".replace(".", ",")


def dates_turned(sheet: Sheet, chance: random.Random) -> None:
    for row in sheet.rows:
        for column in row:
            row[column] = re.sub(r"^(\d{4})-(\d\d)-(\d\d)$", r"\3-\2-\1", row[column])


def mojibake(sheet: Sheet, chance: random.Random) -> None:
    way = chance.choice(("cp1252", "latin-1", "mac_roman"))
    for row in sheet.rows:
        for column in row:
            try:
                row[column] = row[column].encode("utf-8").decode(way)
            except UnicodeDecodeError:
                row[column] = row[column].encode("utf-8").decode("latin-1")


def question_marks(sheet: Sheet, chance: random.Random) -> None:
    for row in sheet.rows:
        for column in row:
            row[column] = row[column].encode("ascii", "replace").decode()


def windows_1252(sheet: Sheet, chance: random.Random) -> None:
    sheet.encoding = chance.choice(("cp1252", "utf-16", "utf-16-le", "mac_roman"))


def other_delimiter(sheet: Sheet, chance: random.Random) -> None:
    sheet.delimiter = chance.choice((",", "\t", "|"))


def excel_error(sheet: Sheet, chance: random.Random) -> None:
    row, column = _cell(sheet, chance)
    row[column] = chance.choice(("#N/A", "#REF!", "#NAVN?", "#VÆRDI!", "#####", "=A1", "=VLOOKUP(A1;B:C;2)"))
    sheet.must_fail = column in sheet.meant[0]


def control(sheet: Sheet, chance: random.Random) -> None:
    row, column = _cell(sheet, chance)
    row[column] = row.get(column, "") + chance.choice(("\0", "\x07", "\x1b", "\ue000", "\ufffd", "\n", "\u2028"))
    sheet.quoting = csv.QUOTE_ALL  # Python leaves a line break bare where lines end otherwise
    sheet.must_fail = column in sheet.meant[0]


def cleared(sheet: Sheet, chance: random.Random) -> None:
    """A cell that somebody emptied means what stood there; where it may be empty, nobody can know."""
    row, column = _cell(sheet, chance)
    profile = next(p for p in reference_profiles().values() if set(p.names) >= set(sheet.meant[0]))
    wanted = {c.name for c in profile.columns if c.required}
    if column in wanted and row.get(column):
        row[column] = chance.choice(("", " ", "\u00a0", "\u200b"))


def row_twice(sheet: Sheet, chance: random.Random) -> None:
    sheet.rows.append(dict(chance.choice([row for row in sheet.rows if row])))


def row_lost(sheet: Sheet, chance: random.Random) -> None:
    """Only where the file must be complete can it be seen."""
    if {"kommune_kode", "tabel"} & set(sheet.columns):
        sheet.rows.pop(chance.randrange(len(sheet.rows)))


def cut_off(sheet: Sheet, chance: random.Random) -> None:
    if {"kommune_kode", "tabel"} & set(sheet.columns):
        del sheet.rows[chance.randrange(len(sheet.rows)) :]


def open_quote(sheet: Sheet, chance: random.Random) -> None:
    sheet.after += '"' + sheet.line_end
    sheet.must_fail = True


CHANGES: tuple[Change, ...] = (
    bom, crlf, all_quoted, other_order, title_case, extra_column, above_the_header, blank_rows, blanks, decomposed,
    lost_zeros, thousands, decimals, scientific, dates_turned, mojibake, question_marks, windows_1252, other_delimiter,
    excel_error, control, cleared, row_twice, row_lost, cut_off, open_quote,
)  # fmt: skip
HARMLESS = CHANGES[:10]


def meaning(rows: list[dict[str, str]]) -> set[tuple[tuple[str, str], ...]]:
    """Rows as a set, whatever their order; an empty cell is none."""
    return {tuple(sorted((c, v) for c, v in row.items() if v)) for row in rows}


def taken(name: str, content: bytes) -> tuple[list[dict[str, str]], str]:
    """The rows as they would be stored, and the reasons when they would not."""
    judged = judge({name: content}, {}, built_in(), TODAY)
    faults = judged.faults.get(name, [])
    reasons = "; ".join(str(f) for f in faults)
    return [{c: v or "" for c, v in row.items()} for _, row in judged.files[name].rows], reasons


@pytest.mark.parametrize("name", FILES)
def test_what_is_taken_is_what_was_meant(name: str, record_property: Callable[[str, object], None]) -> None:
    refused = 0
    for number in range(INPUTS):
        chance = random.Random(f"{SEED}/{name}/{number}")
        rows = rows_of(name)
        sheet = Sheet(rows, [dict(row) for row in rows], list(rows[0]))
        changes = chance.sample(CHANGES, chance.choice((1, 1, 2, 3)))
        for change in changes:
            change(sheet, chance)
        told = f"{name}, number {number}, seed {SEED}: {[c.__name__ for c in changes]}"
        found, reasons = taken(name, sheet.written())
        if reasons:
            refused += 1
            assert not set(changes) <= set(HARMLESS), f"{told}: refused although nothing is wrong: {reasons}"
        else:
            assert not sheet.must_fail, f"{told}: taken"
            assert meaning(found) == meaning(sheet.meant), told
    assert refused
    print(f"{name}: {INPUTS} files (seed {SEED}), {refused} refused")
    record_property("kinds", {"reference files": {"tried": INPUTS, "wrong": 0, "blocking": 0}})


def test_bytes_damaged_at_random_are_refused_or_read_as_pandas_reads_them() -> None:
    sound = b"".join(built_in()["snitflader"].splitlines(keepends=True)[:20])
    for number in range(INPUTS):
        chance = random.Random(f"{SEED}/bytes/{number}")
        content = bytearray(sound)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(content))
            match chance.randrange(4):
                case 0:
                    content[at] ^= 1 << chance.randrange(8)
                case 1:
                    del content[at : at + chance.choice((1, 4, 30))]
                case 2:
                    content[at:at] = chance.choice((b'"', b";", b"\n", b"\0", b"\xff", b"\xe2\x80\x8b", b"\r\n\r\n"))
                case _:
                    del content[at:]
        found, reasons = taken("snitflader", bytes(content))
        if reasons:
            continue
        frame = pd.read_csv(io.BytesIO(bytes(content)), sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig")
        read = [
            {c: re.sub("[\u200b\u00ad]", "", str(row[c])).strip() for c in ("snitflade", "navn")}
            for row in frame.to_dict("records")
        ]
        assert meaning(found) == meaning(read), f"number {number}, seed {SEED}"
