"""Workbooks as people keep them: which sheets are read, what merged cells mean, and what is told of the rest."""

import io
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.xml import LXML
from receiving import KLE, NEXUS, ONBOARDING, SAPA, SKI, USES, Outcome, Platform, Received, Sample, receive

Cells = Sequence[Sequence[object]]

HEADER = (
    "myndighed_cvr",
    "myndighed_navn",
    "it_system_uuid",
    "it_system_navn",
    "kle_nummer",
    "kle_emne",
    "antal_sager",
)


def case(number: int, count: object = None) -> tuple[object, ...]:
    """One subject of one municipality, with ten cases for each number."""
    return (29189501, "Brønderslev Kommune", NEXUS, "Nexus", f"27.36.{number:02}", "Hjælp",
            10 * number if count is None else count)  # fmt: skip


THREE, TWO = (case(1), case(2), case(3)), (case(4), case(5))


def book(sheets: dict[str, Cells], change: Callable[[Any], None] = lambda book: None, **states: str) -> bytes:
    """A workbook of sheets by name, those in ``states`` hidden, changed as somebody would in Excel."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        sheet.sheet_state = states.get(name, "visible")
    change(workbook)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def given(*sheets: Cells, change: Callable[[Any], None] = lambda book: None, **states: str) -> Sample:
    content = book({f"Ark{n}": rows for n, rows in enumerate(sheets, start=1)}, change, **states)
    return Sample(lambda day: content, ".xlsx")


def merged(*places: str, rows: Cells = (HEADER, *THREE)) -> Sample:
    """The three rows with cells merged; what a merge hides is emptied, as Excel does."""

    def merge(workbook: Any) -> None:
        for place in places:
            workbook.active.merge_cells(place)

    return given(rows, change=merge)


def hide(*columns: str) -> Callable[[Any], None]:
    def change(workbook: Any) -> None:
        for column in columns:
            workbook.active.column_dimensions[column].hidden = True

    return change


def set_cell(cell: str, value: object) -> Sample:
    return given((HEADER, *THREE), change=lambda workbook: workbook.active.__setitem__(cell, value))


def rewritten(content: bytes, *changes: tuple[str, str]) -> Sample:
    """A workbook whose first sheet's XML is changed, to what other programs write."""
    stream = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as old, ZipFile(stream, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.endswith("sheet1.xml"):
                for before, after in changes:
                    assert before.encode() in text, before
                    text = text.replace(before.encode(), after.encode())
            new.writestr(name, text)
    return Sample(lambda day: stream.getvalue(), ".xlsx")


def formula(value: str, kind: str = "") -> Sample:
    """A formula in the name of the second row, with the value and type that a program gave it."""
    made = book({"Ark1": (HEADER, *THREE)}, lambda workbook: workbook.active.__setitem__("D3", "=A1"))
    cell = f'<c r="D3"{kind}><f>A1</f><v>{value}</v></c>'
    # openpyxl writes it in one way with lxml at hand, in another without
    return rewritten(made, (f'<c r="D3"><f>A1</f>{"<v></v>" if LXML else "<v />"}</c>', cell))


NOTES: Cells = (("Noter",), ("hentet af KMD", 3))
HALF: Cells = (HEADER[:6], *(row[:6] for row in TWO))
LOADED: dict[str, tuple[Sample, int, int]] = {
    # sample, rows, sum
    "goes on in a second sheet": (given((HEADER, *THREE), (HEADER, *TWO)), 5, 150),
    "goes on in another order": (given((HEADER, *THREE), (HEADER[::-1], *(row[::-1] for row in TWO))), 5, 150),
    "goes on below a title": (given((HEADER, *THREE), (("Side 2",), (), HEADER, *TWO)), 5, 150),
    "an old hidden sheet first": (given((HEADER, case(9, 99)), (HEADER, *THREE), Ark1="hidden"), 3, 60),
    "a very hidden sheet": (given((HEADER, *THREE), (HEADER, case(9, 99)), Ark2="veryHidden"), 3, 60),
    "a sheet of notes": (given(NOTES, (HEADER, *THREE)), 3, 60),
    "an empty sheet": (given((HEADER, *THREE), ()), 3, 60),
    "labels merged": (merged("A2:A4", "B2:B4", "C2:C4", "D2:D4"), 3, 60),
    "subjects merged": (merged("F2:F4"), 3, 60),
    "a hidden row": (
        given((HEADER, *THREE), change=lambda b: setattr(b.active.row_dimensions[3], "hidden", True)), 3, 60,
    ),
    "hidden columns": (
        given((HEADER, *THREE), change=hide("C", "F")), 3, 60,
    ),
    "headers as people write them": (
        given((("Myndighed CVR", "myndighed\u00a0navn", "IT-system UUID", "It_System_Navn", "KLE-nummer", "KLE emne:",
                "Antal\u2011sager *"), *THREE)), 3, 60,
    ),
    "headers over two rows": (
        given((HEADER, (None,) * 7, *THREE), change=lambda b: [b.active.merge_cells(f"{c}1:{c}2") for c in "ABCDEFG"]),
        3, 60,
    ),
    "an unknown column": (given(((*HEADER, "note"), *((*row, "set") for row in THREE))), 3, 60),
    "a column without header": (given((HEADER, *((*row, "set") for row in THREE))), 3, 60),
    "a merged title over the counts": (
        given((("Sager", *[None] * 6), HEADER, *THREE), change=lambda b: b.active.merge_cells("A1:G1")), 3, 60,
    ),
    "a formula with its value": (formula("Nexus", ' t="str"'), 3, 60),
    "a number as text": (set_cell("G3", "20"), 3, 60),
    "a system called 360": (set_cell("D3", 360), 3, 60),
}  # fmt: skip
REFUSED: dict[str, tuple[Sample, str, str | None, int | None, str]] = {
    # sample, code, column, row, sheet
    "a count merged": (merged("G2:G4"), "flettet_celle", "antal_sager", 2, ""),
    "a label merged over two columns": (merged("B2:D2"), "flettet_celle", "it_system_navn", 2, ""),
    "a formula in a name": (set_cell("D3", "=A1"), "formel_uden_vaerdi", "it_system_navn", 3, ""),
    "a formula that a program gave 0": (formula("0"), "formel_uden_vaerdi", "it_system_navn", 3, ""),
    "an array formula": (
        rewritten(book({"Ark1": (HEADER, *THREE)}, lambda b: b.active.__setitem__("F3", "=A1")),
                  ("<f>A1</f>", '<f t="array" ref="F3:F4">A1</f>')),
        "formel_uden_vaerdi", "kle_emne", 3, "",
    ),
    "an error in a name": (set_cell("D3", "#REF!"), "fejlvaerdi", "it_system_navn", 3, ""),
    "an error pasted as text": (set_cell("D3", "#I/T "), "fejlvaerdi", "it_system_navn", 3, ""),
    "true in a name": (set_cell("D3", True), "forkert_celletype", "it_system_navn", 3, ""),
    "a date in a name": (set_cell("F3", datetime(2022, 3, 4)), "forkert_celletype", "kle_emne", 3, ""),
    "a decimal in a name": (set_cell("F3", 12.1), "forkert_celletype", "kle_emne", 3, ""),
    "a kle number as a date": (set_cell("E3", date(2004, 3, 27)), "ugyldigt_kle_nummer", "kle_nummer", 3, ""),
    "a kle number as a number": (set_cell("E3", 27.18), "ugyldigt_kle_nummer", "kle_nummer", 3, ""),
    "a cvr number without its zero": (set_cell("A3", 1234567), "ugyldigt_cvr", "myndighed_cvr", 3, ""),
    "a fault on the second sheet": (
        given((HEADER, *THREE), (HEADER, case(4), case(5, "få"))), "ikke_et_tal", "antal_sager", 3, "Ark2",
    ),
    "a second sheet without the counts": (
        given((HEADER, *THREE), HALF), "manglende_kolonne", "antal_sager", None, "Ark2",
    ),
    "only hidden sheets": (given(NOTES, (HEADER, *THREE), Ark2="hidden"), "skjult_ark", None, None, ""),
    "a header twice when written alike": (
        given(((*HEADER, "Antal Sager"), *((*row, 1) for row in THREE))), "dobbelt_kolonne", "antal_sager", None, "",
    ),
}  # fmt: skip
# What is told of a workbook that is loaded.
TOLD = {
    "goes on in a second sheet": ["Rækkerne er læst fra 2 ark: »Ark1«, »Ark2«."],
    "an old hidden sheet first": ["Arket »Ark1« (2 rækker) er skjult og ikke læst."],
    "a very hidden sheet": ["Arket »Ark2« (2 rækker) er skjult og ikke læst."],
    "a sheet of notes": ["Arket »Ark1« (2 rækker) er ikke læst: det har ikke den aftalte overskrift."],
    "an empty sheet": [],
    "labels merged": [],
    "a hidden row": ["1 skjult række er læst som de andre."],
    "hidden columns": ["Skjulte kolonner (C, F) er læst som de andre."],
    "an unknown column": ["Kolonnen »note« kendes ikke og er ikke læst."],
    "a column without header": ["Kolonnen »H uden overskrift« kendes ikke og er ikke læst."],
    "headers over two rows": [],
}


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Received:
    samples = {label: sample for label, (sample, *_) in (LOADED | REFUSED).items()}
    return receive(tmp_path_factory.mktemp("sheets"), KLE, samples)


@pytest.mark.parametrize("label", LOADED)
def test_what_everybody_sees_in_the_workbook_is_loaded(books: Received, label: str) -> None:
    _, rows, total = LOADED[label]
    outcome = books[label]
    assert outcome.status == "indlaest", outcome.messages
    assert (outcome.delivery.raekker_indlaest, outcome.delivery.sum_indlaest) == (rows, total)
    assert sorted(row["kle_nummer"] for row in outcome.rows) == [f"27.36.{n:02}" for n in range(1, rows + 1)]
    assert {row["myndighed_cvr"] for row in outcome.rows} == {"29189501"}


@pytest.mark.parametrize("label", REFUSED)
def test_what_cannot_be_read_refuses_the_workbook_and_is_placed(books: Received, label: str) -> None:
    _, code, column, row, sheet = REFUSED[label]
    outcome = books[label]
    assert outcome.status == "afvist"
    first = next(f for f in outcome.delivery.aarsager if f.kode == code)
    assert (first.kolonne, first.raekke, first.ark) == (column, row, sheet)


@pytest.mark.parametrize("label", TOLD)
def test_what_was_left_unread_is_told(books: Received, label: str) -> None:
    assert list(books[label].delivery.noter) == TOLD[label]


def test_every_row_of_a_merged_count_is_named(books: Received) -> None:
    faults = [f for f in books["a count merged"].delivery.aarsager if f.kode == "flettet_celle"]
    assert [(f.kolonne, f.raekke) for f in faults] == [("antal_sager", row) for row in (2, 3, 4)]


def test_an_operator_reads_sheet_row_and_column(books: Received) -> None:
    assert "ark »Ark2«, række 3, kolonne antal_sager" in books["a fault on the second sheet"].messages


# A list of uses, in which two columns may be empty: what could not be read is not empty.
USE = ("myndighed_cvr", "it_system_navn", "it_system_uuid", "kilde", "i_brug_fra", "i_brug_til")


def use(ended: object, began: object = date(2020, 1, 1)) -> Sample:
    return given((USE, (29189501, "Nexus", NEXUS, "SKI", began, ended)))


USED: dict[str, tuple[Sample, str | date | None]] = {
    "still in use": (use(None), None),
    "a date": (use(date(2021, 6, 30)), date(2021, 6, 30)),
    "a formula without value": (use("=DATE(2021,6,30)"), "formel_uden_vaerdi"),
    "an error": (use("#REF!"), "fejlvaerdi"),
    "true": (use(True), "forkert_celletype"),
    "0 formatted as a date": (use(date(1900, 1, 1)), "forkert_celletype"),
}


def test_an_optional_cell_that_could_not_be_read_is_no_empty_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    received = receive(tmp_path_factory.mktemp("uses"), USES, {label: sample for label, (sample, _) in USED.items()})
    for label, (_, expected) in USED.items():
        outcome = received[label]
        if isinstance(expected, str):
            assert (label, outcome.status, outcome.place(expected)) == (label, "afvist", ("i_brug_til", 2))
        else:
            assert (label, [row["i_brug_til"] for row in outcome.rows]) == (label, [expected])


# The onboarding sheet: an interface's column is never dropped, whatever it is called.
LABELS = ("Leverandør", "IT-system", "IT-system UUID")


def matrix(*headers: str, statuses: Sequence[object] = ("Klarmeldt", "Nej", "Delvis")) -> Cells:
    return [(*LABELS, *headers), ("KMD", "Nexus", NEXUS, *statuses[: len(headers)])]


MATRICES: dict[str, tuple[Sample, dict[str, str | None] | str]] = {
    "a hard blank": (given(matrix("SF\u00a01470 - Sags- og Dokumentindeks")), {"SF1470": "Klarmeldt"}),
    "a letter without separator": (
        given(matrix("SF1460A", "SF1460B - Vedligehold")), {"SF1460_A": "Klarmeldt", "SF1460_B": "Nej"},
    ),
    "statuses as people write them": (
        given(matrix("SF1470", "SF1500", statuses=["klarmeldt\u00a0", "FORLØB\u00a03"])),
        {"SF1470": "klarmeldt", "SF1500": "FORLØB 3"},
    ),
    "unknown and well formed": (given(matrix("SF9999 - Ny")), {"SF9999": "Klarmeldt"}),
    "five digits": (given(matrix("SF1470", "SF15000")), "uklar_snitflade"),
    "two in one": (given(matrix("SF1470/SF1472")), "uklar_snitflade"),
    "one in two writings": (given(matrix("SF1470", "sf-1470")), "dobbelt_kolonne"),
    "merged over two columns with statuses": (
        given(matrix("SF1470", ""), change=lambda b: b.active.merge_cells("D1:E1")), "dobbelt_kolonne",
    ),
    "merged over an empty column": (
        given(matrix("SF1470", "", statuses=["Klarmeldt", None]), change=lambda b: b.active.merge_cells("D1:E1")),
        {"SF1470": "Klarmeldt"},
    ),
    "a status merged over two": (
        given(matrix("SF1470", "SF1500"), change=lambda b: b.active.merge_cells("D2:E2")),
        {"SF1470": "Klarmeldt", "SF1500": "Klarmeldt"},
    ),
    "a formula": (given(matrix("SF1470", statuses=["=1"])), "formel_uden_vaerdi"),
    "a formula as header": (
        given(matrix("SF1470", "SF1500"), change=lambda b: b.active.__setitem__("E1", '="SF"&1500')),
        "ulaeselig_overskrift",
    ),
    "reasons beside": (
        given(matrix("SF1470", "SF1470 årsag", statuses=["Nej", "ikke solgt endnu"])), {"SF1470": "Nej"},
    ),
    "a sheet per area": (
        given(matrix("SF1470"), [(*LABELS, "SF1500"), ("KMD", "Fasit", None, "Ja")]),
        {"SF1470": "Klarmeldt", "SF1500": "Ja"},
    ),
    "the sheet of last month too": (given(matrix("SF1470"), matrix("SF1470", statuses=["Nej"])), "dublet"),
}  # fmt: skip


def test_the_column_of_an_interface_is_never_dropped(tmp_path_factory: pytest.TempPathFactory) -> None:
    samples = {label: sample for label, (sample, _) in MATRICES.items()}
    received = receive(tmp_path_factory.mktemp("matrix"), ONBOARDING, samples)
    for label, (_, expected) in MATRICES.items():
        outcome = received[label]
        if isinstance(expected, str):
            assert (label, outcome.status, expected in outcome.codes) == (label, "afvist", True)
        else:
            found = {row["snitflade"]: row["klarmelding"] for row in outcome.rows}
            assert (label, found, len(outcome.rows)) == (label, expected, len(expected)), outcome.messages
    assert received["reasons beside"].delivery.noter == ()
    assert received["reasons beside"].column("aarsag") == ["ikke solgt endnu"]


def test_ski_names_interfaces_as_the_onboarding_sheet_does(tmp_path_factory: pytest.TempPathFactory) -> None:
    header = ("leverandoer_navn", "it_system_navn", "it_system_uuid", "ydelsesomraade", "use_case", "snitflade", "krav")

    def demands(*interfaces: str) -> Sample:
        rows = [("KMD", "KMD\u00a0Nexus ", None, "Y14", None, i, "obligatorisk") for i in interfaces]
        return given((header, *rows))

    received = receive(tmp_path_factory.mktemp("ski"), SKI, {
        "named": demands("SF1470 - Sags- og Dokumentindeks", "SF 1460 A - Modtag besked", "SF9999", "Noget andet"),
        "unclear": demands("SF1470", "SF147"),
        "twice": demands("SF1470", "SF 1470 - Sags- og Dokumentindeks"),
    })  # fmt: skip
    assert received["named"].column("snitflade") == ["Noget andet", "SF1460_A", "SF1470", "SF9999"]
    assert set(received["named"].column("it_system_navn")) == {"KMD Nexus"}
    assert received["unclear"].place("uklar_snitflade") == ("snitflade", 3)
    assert [f.raekke for f in received["twice"].delivery.aarsager] == [2, 3]


def test_a_month_that_excel_took_for_a_date_is_that_month(tmp_path_factory: pytest.TempPathFactory) -> None:
    header = ("maaned", "myndighed_cvr", "org_enhed_uuid", "org_enhed_navn", "antal_brugere", "antal_opslag")

    def month(value: object) -> Sample:
        return given((header, (value, 29189501, NEXUS, "Jobcenter", 2, 30)))

    folder = tmp_path_factory.mktemp("sapa")
    outcomes: list[Outcome] = []
    for name, sample in (("2022-04", month(date(2022, 4, 1))), ("2022-05", month(date(2022, 5, 2)))):
        platform = Platform(folder / name)
        platform.put("sapa", f"sapa_{name}.xlsx", sample.content(name))
        (delivery,) = platform.take_in(SAPA).deliveries
        outcomes.append(platform.outcome(delivery))
    assert outcomes[0].column("maaned") == ["2022-04"]
    assert outcomes[1].place("ugyldig_maaned") == ("maaned", 2)
