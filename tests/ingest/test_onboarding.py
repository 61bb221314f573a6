"""The status sheet of the onboarding programme: found in the workbook people keep, loaded cell for cell."""

import csv
import io
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from receiving import NEXUS, ONBOARDING, Outcome, Platform, Received, Sample, assert_books_balance, receive
from samples import examples

from demo.sample.xlsx import Sheet, write_workbook
from expectations.findings import UnreadableDelivery
from kdi.ingest.audit import Audit, open_engine
from kdi.ingest.batch import audit_batch
from kdi.ingest.inbox import InboxFile
from kdi.ingest.readers import layout_of
from kdi.ingest.whole_file import looks_personal

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "onboarding_matrix.csv"
CPR_LIKE = "311299-9999"  # made up
Cells = Sequence[object]

HEADER = ("leverandoer_navn", "it_system_navn", "it_system_uuid", "SF1470", "SF1500", "SAPA dialogintegration")
ROWS: tuple[Cells, ...] = (
    ("KMD", "Nexus", NEXUS, "Klarmeldt", None, "Delvis"),
    ("KMD", "Momentum", None, "Ja", "Forløb 3", None),
    ("Netcompany", "Jobplan", None, None, "Nej", "Irrelevant"),
)
# What the sheet says, unpivoted by hand.
STATUSES = [
    ("KMD", "Nexus", NEXUS, "SF1470", "Klarmeldt"),
    ("KMD", "Nexus", NEXUS, "SF1500", None),
    ("KMD", "Nexus", NEXUS, "SAPA dialogintegration", "Delvis"),
    ("KMD", "Momentum", None, "SF1470", "Ja"),
    ("KMD", "Momentum", None, "SF1500", "Forløb 3"),
    ("KMD", "Momentum", None, "SAPA dialogintegration", None),
    ("Netcompany", "Jobplan", None, "SF1470", None),
    ("Netcompany", "Jobplan", None, "SF1500", "Nej"),
    ("Netcompany", "Jobplan", None, "SAPA dialogintegration", "Irrelevant"),
]
NOTES = (("Noter",), ("Klarmeldt", "i drift"), ("IT-system", "det, leverandøren kalder det"))


def book(
    rows: Sequence[Cells], merged: Sequence[str] = (), before: Mapping[str, Sequence[Cells]] | None = None,
    after: Mapping[str, Sequence[Cells]] | None = None,
) -> bytes:  # fmt: skip
    """A workbook with the status sheet and other sheets before and after it."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, cells in {**(before or {}), "Status": rows, **(after or {})}.items():
        sheet = workbook.create_sheet(name)
        for row in cells:
            sheet.append(list(row))
        for place in merged if name == "Status" else ():
            sheet.merge_cells(place)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def given_book(*rows: Cells, **more: object) -> Sample:
    return Sample(lambda day: book(rows, **more), ".xlsx")  # type: ignore[arg-type]


def changed(row: int, column: int, value: object) -> Sample:
    """The plain sheet with one cell changed; rows and columns from 1."""
    rows = [list(cells) for cells in (HEADER, *ROWS)]
    rows[row][column - 1] = value
    return given_book(*rows)


def headed(*interfaces: str) -> Sample:
    return given_book((*HEADER[:3], *interfaces), *ROWS)


def shifted(rows: Sequence[Cells], by: int = 2) -> list[Cells]:
    return [(*[None] * by, *row) for row in rows]


TITLE: tuple[Cells, ...] = (("KDI onboarding – klarmelding", None, None), ("Status pr. 2.5.2022",), ())
MERGED_ROWS: tuple[Cells, ...] = (ROWS[0], (None, *ROWS[1][1:]), ROWS[2])


def as_csv(day: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows((HEADER, *ROWS))
    return text.getvalue().encode()


def as_parquet(day: str) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([dict(zip(HEADER, row, strict=True)) for row in ROWS]), stream)
    return stream.getvalue()


ORDER = (5, 0, 3, 2, 4, 1)
SAME = {
    "plain": given_book(HEADER, *ROWS),
    "title above": given_book(*TITLE, HEADER, *ROWS),
    "merged title": given_book(*TITLE, HEADER, *ROWS, merged=["A1:F1"]),
    "merged title wider than the table": given_book(*TITLE, HEADER, *ROWS, merged=["A1:Z2"]),
    "merged supplier": given_book(HEADER, *MERGED_ROWS, merged=["A2:A3"]),
    "merged supplier below a title": given_book(*TITLE, HEADER, *MERGED_ROWS, merged=["A1:F1", "A5:A6"]),
    "merged into the blank rows": given_book(HEADER, *ROWS, (), (), merged=["A4:A6"]),
    "merged to the bottom of the sheet": Sample(lambda day: bottomless(), ".xlsx"),
    "table away from the corner": Sample(
        lambda day: book([(), (), *shifted((HEADER, *MERGED_ROWS))], merged=["C4:C5"]), ".xlsx"
    ),
    "blank rows between and after": given_book(HEADER, (), ROWS[0], (None, " "), *ROWS[1:], (), ("", " ", None)),
    "notes before": given_book(HEADER, *ROWS, before={"Noter": NOTES}),
    "notes after": given_book(HEADER, *ROWS, after={"Noter": NOTES}),
    "list of systems before": given_book(HEADER, *ROWS, before={"Systemer": [HEADER[:3], ("KMD", "Nexus", NEXUS)]}),
    "header names": given_book(("Leverandør", " it-SYSTEM ", "IT-system UUID", *HEADER[3:]), *ROWS),
    "interface names": headed("SF 1470 - Sags- og Dokumentindeks", "SF1500 – Organisation", " SAPA dialogintegration "),
    "interface names on two lines": headed("SF1470\nSags- og Dokumentindeks", "SF 1500", "SAPA dialogintegration"),
    "reordered": given_book(*([row[i] for i in ORDER] for row in (HEADER, *ROWS))),
    "empty column of reasons": given_book((*HEADER, "SF1470 årsag"), *ROWS),
    "empty list of reasons": given_book(HEADER, *ROWS, after={"Årsager": [("System", "Snitflade", "Årsag")]}),
    "trailing blanks": given_book(HEADER, *([f"{v}  " if v else v for v in row] for row in ROWS)),
    "uuid in braces": changed(1, 3, "{" + NEXUS.upper() + "}"),
    "unknown column": given_book((*HEADER, "Bemærkninger"), *((*row, "ring til Jens") for row in ROWS)),
    "as csv": Sample(as_csv),
    "as csv with bom": Sample(lambda day: b"\xef\xbb\xbf" + as_csv(day)),
    "as parquet": Sample(as_parquet, ".parquet"),
}
FAULTY = {
    "cpr in the title": given_book((f"Spørg {CPR_LIKE}",), HEADER, *ROWS),
    "cpr in the notes": given_book(HEADER, *ROWS, after={"Noter": [("Spørg", CPR_LIKE)]}),
    "interface twice": headed("SF1470", "SF 1470 - Sags- og Dokumentindeks", "SF1500"),
    "supplier twice": given_book((*HEADER, "Leverandør"), *((*row, "KMD") for row in ROWS)),
    "no interface": given_book((*HEADER[:3], "Status"), *(row[:4] for row in ROWS)),
    "no supplier": given_book(HEADER[1:], *(row[1:] for row in ROWS)),
    "no header": given_book(*ROWS),
    "header only": given_book(*TITLE, HEADER),
    "comma": Sample(lambda day: as_csv(day).replace(b";", b",")),
    "no system": changed(2, 2, None),
    "no supplier in a row": changed(3, 1, " "),
    "no uuid": changed(2, 3, "kommer senere"),
    "cpr in a status": changed(2, 5, f"Ring {CPR_LIKE}"),
    "cpr in a name": changed(2, 2, f"Sag {CPR_LIKE}"),
    "cpr in a note": given_book((*HEADER, "Bemærkninger"), *((*row, CPR_LIKE) for row in ROWS)),
    "cpr as a number": given_book((*HEADER, "Bemærkninger"), *((*row, 3112999999) for row in ROWS)),
    "cpr in the header": headed("SF1470", "SF1500", CPR_LIKE),
    "bad, cpr in the title": given_book((f"Spørg {CPR_LIKE}",), HEADER, (*ROWS[0][:3], "Måske")),
    "bad, cpr in the notes": given_book(HEADER, (*ROWS[0][:3], "Måske"), after={"N": [("Spørg", CPR_LIKE)]}),
    "bad, cpr in two fonts": Sample(lambda day: two_fonts(), ".xlsx"),
    "broken row of a csv": Sample(lambda day: as_csv(day).replace(b"Nexus", b"Nexus;")),
}
REASONED = (*HEADER[:5], "SF1500 (årsag)", "Årsag til SF 1470")
# What is loaded, and told: cells set aside, reasons that say nothing, systems in several rows.
TOLD = {
    "unknown status": changed(2, 5, "Klarmelt"),
    "unknown status below a title and a blank": given_book(*TITLE, HEADER, (), ROWS[0], (*ROWS[1][:4], "Måske", None)),
    "run without a number": changed(2, 5, "Forløb"),
    "two statuses in a cell": changed(2, 5, "Klarmeldt/Nej"),
    "system twice": given_book(HEADER, *ROWS, ROWS[1]),
    "system twice, uuid spelled otherwise": given_book(HEADER, *ROWS, ("KMD", "Nexus", NEXUS.upper(), "Nej")),
    "reasons beside": given_book(
        REASONED, ("KMD", "Nexus", None, "Klarmeldt", "Nej", "Har FORTRUDT.", "urentabel"),
        ("KMD", "Momentum", None, "2. Nej", None, "for travlt", "Ingen pilot"),
    ),
    "reasons in a list": given_book(
        HEADER, ("KMD", "Nexus", None, "Nej", "Irrelevant"), ("KMD", "Momentum", None, "Ja", "Nej"),
        after={"Årsager": [("IT-system", "Snitflade", "Årsag"), ("nexus", "SF 1470 - Dokumentindeks", "urentabel"),
                           ("Momentum", "SF1500", "Ikke solgt endnu"), ("Ukendt", "SF1500", "urentabel")]},
    ),
    "reasons of an interface without statuses": given_book(
        (*HEADER[:4], "SF1500 årsag"), *((*row[:4], "ingen pilot") for row in ROWS)
    ),
}  # fmt: skip


def bottomless() -> bytes:
    """The last supplier merged over the rest of its column, as when one selects the column."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        write_workbook(path, Sheet("Status", [HEADER, *ROWS], ["A4:A1048576"]))  # type: ignore[list-item]
        return path.read_bytes()


def two_fonts() -> bytes:
    """A bad status, and a number half in bold on another sheet, as Excel itself writes it."""
    workbook = openpyxl.Workbook()
    workbook.active.append(HEADER)
    workbook.active.append([*ROWS[0][:3], "Måske"])
    note = CellRichText("Spørg ", TextBlock(InlineFont(b=True), "311299-"), TextBlock(InlineFont(), "9999"))
    workbook.create_sheet("Noter")["A1"] = note
    stream = io.BytesIO()
    workbook.save(stream)
    with ZipFile(stream) as parts:
        assert not any(CPR_LIKE.encode() in parts.read(name) for name in parts.namelist())
    return stream.getvalue()


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> Received:
    return receive(tmp_path_factory.mktemp("onboarding"), ONBOARDING, {**SAME, **FAULTY, **TOLD})


def statuses(outcome: Outcome) -> list[tuple[str | None, ...]]:
    names = ("leverandoer_navn", "it_system_navn", "it_system_uuid", "snitflade", "klarmelding")
    assert all(set(row) == {*names, "aarsag"} for row in outcome.rows)
    return sorted((tuple(row[n] for n in names) for row in outcome.rows), key=str)


@pytest.mark.parametrize("label", SAME)
def test_the_same_statuses_are_loaded_however_the_sheet_is_kept(received: Received, label: str) -> None:
    outcome = received[label]
    assert outcome.status == "indlaest", outcome.messages
    assert statuses(outcome) == sorted(STATUSES, key=str)
    assert outcome.delivery.sum_modtaget == outcome.delivery.raekker_modtaget == 9


def test_an_unknown_column_is_said_and_nothing_else_is(received: Received) -> None:
    assert received.warned("ingen_ukendte_kolonner") == {
        "unknown column", "cpr in a note", "cpr as a number", "reasons of an interface without statuses",
    }  # fmt: skip


def test_a_row_is_counted_as_one_per_interface_in_sums_too(received: Received) -> None:
    assert_books_balance(received.platform)
    delivery = received["broken row of a csv"].delivery
    assert (delivery.raekker_modtaget, delivery.sum_modtaget, delivery.sum_karantaene) == (7, 7, 7)
    delivery = received["no uuid"].delivery
    assert (delivery.raekker_modtaget, delivery.sum_modtaget, delivery.sum_karantaene) == (9, 9, 9)


def test_an_interface_in_two_columns_is_refused_and_named(received: Received) -> None:
    assert received["interface twice"].codes == {"dobbelt_kolonne"}
    assert received["interface twice"].finding("dobbelt_kolonne").kolonne == "SF1470"
    assert received["supplier twice"].finding("dobbelt_kolonne").kolonne == "leverandoer_navn"


@pytest.mark.parametrize(("label", "column"), [("no interface", "snitflade"), ("no supplier", "leverandoer_navn")])
def test_a_sheet_without_such_a_column_is_refused_and_it_is_named(received: Received, label: str, column: str) -> None:
    assert received[label].status == "afvist"
    assert received[label].finding("manglende_kolonne").kolonne == column
    assert f"Kolonnen {column} mangler" in received[label].messages


def test_a_sheet_without_header_or_rows_is_refused(received: Received) -> None:
    assert received["no header"].codes == {"manglende_kolonne"}
    assert received["header only"].codes == {"ingen_raekker"}
    assert "bruger komma som skilletegn" in received["comma"].messages


@pytest.mark.parametrize(
    ("label", "row", "nearest"),
    [
        ("unknown status", 3, "nærmest »Klarmeldt«"),
        ("unknown status below a title and a blank", 7, "intet kendt ord er nær"),
        ("run without a number", 3, "nærmest »Forløb #«"),
        ("two statuses in a cell", 3, "nærmest »Klarmeldt«"),
    ],
)
def test_an_unknown_status_costs_its_cell_alone_and_is_told_with_the_nearest_known_one(
    received: Received, label: str, row: int, nearest: str
) -> None:
    outcome = received[label]
    assert (outcome.status, outcome.messages) == ("indlaest", "")
    assert len(outcome.rows) == outcome.delivery.raekker_modtaget
    (note,) = outcome.delivery.noter
    assert note == (
        f"1 celle med klarmelding, som ingen kender ({nearest}), er lagt til side, og det sidst forståede gælder:"
        f" SF1500 række {row}."  # the second system's row, as Excel counts
    )


def test_a_system_may_stand_in_several_rows_and_differing_statuses_are_told(received: Received) -> None:
    same = received["system twice"]
    assert (same.status, len(same.rows), same.delivery.noter) == ("indlaest", 12, ())
    differing = received["system twice, uuid spelled otherwise"]
    assert (differing.status, len(differing.rows)) == ("indlaest", 12)
    assert differing.delivery.noter == (
        "»Nexus« står i række 2 og række 5 med forskellig klarmelding for SF1470; den mindst fremskredne gælder.",
    )


def reasons(outcome: Outcome) -> list[tuple[str, str, str | None, str | None]]:
    return sorted((r["it_system_navn"], r["snitflade"], r["klarmelding"], r["aarsag"]) for r in outcome.rows)


def test_reasons_stand_beside_their_status(received: Received) -> None:
    outcome = received["reasons beside"]
    assert reasons(outcome) == [
        ("Momentum", "SF1470", "2. Nej", "Ingen pilot"),
        ("Momentum", "SF1500", None, "for travlt"),
        ("Nexus", "SF1470", "Klarmeldt", "urentabel"),
        ("Nexus", "SF1500", "Nej", "Har FORTRUDT."),
    ]
    assert outcome.delivery.noter == (
        "1 celle med årsag, som ingen kender (nærmest »Fortrudt«), sætter intet: SF1500 række 3.",
        "1 celle med årsag står ikke ved klarmelding Nej, Irrelevant eller Administrativt fjernet og sætter intet:"
        " SF1470 række 2.",
    )


def test_reasons_in_a_sheet_of_their_own_are_read_with_the_statuses(received: Received) -> None:
    outcome = received["reasons in a list"]
    assert [row for row in reasons(outcome) if row[3]] == [
        ("Momentum", "SF1500", "Nej", "Ikke solgt endnu"),
        ("Nexus", "SF1470", "Nej", "urentabel"),
    ]
    assert outcome.delivery.noter == (
        "Arket »Årsager« er læst som årsager.",
        "Arket »Årsager«: 1 række (række 4) nævner et system eller en snitflade, som ikke står i statusarket, eller"
        " siger den imod en anden; den sætter intet.",
    )


def test_reasons_without_statuses_are_told_as_a_column_that_is_not_read(received: Received) -> None:
    outcome = received["reasons of an interface without statuses"]
    assert outcome.status == "indlaest"
    assert outcome.delivery.noter == ("Kolonnen »SF1500 årsag« kendes ikke og er ikke læst.",)


@pytest.mark.parametrize(
    ("label", "code", "column", "row"),
    [
        ("no system", "tomt_felt", "it_system_navn", 3),
        ("no supplier in a row", "tomt_felt", "leverandoer_navn", 4),
        ("no uuid", "ugyldig_uuid", "it_system_uuid", 3),
    ],
)
def test_a_fault_of_a_row_is_said_once_not_once_per_interface(
    received: Received, label: str, code: str, column: str, row: int
) -> None:
    assert received[label].status == "afvist"
    assert received[label].place(code) == (column, row)


@pytest.mark.parametrize(
    ("label", "column", "row", "rows"),
    [
        ("cpr in a status", "SF1500", 3, 1),
        ("cpr in a name", "it_system_navn", 3, 1),
        ("cpr in a note", "Bemærkninger", 2, 3),
        ("cpr as a number", "Bemærkninger", 2, 3),
    ],
)
def test_a_cpr_like_number_refuses_the_sheet_and_is_placed(
    received: Received, label: str, column: str, row: int, rows: int
) -> None:
    found = received[label].finding("cpr_nummer")
    assert received[label].status == "afvist"
    assert (found.kolonne, found.raekke, found.antal) == (column, row, rows)


@pytest.mark.parametrize("label", [label for label in FAULTY if "cpr" in label])
def test_a_refused_workbook_with_such_a_number_anywhere_is_not_kept(received: Received, label: str) -> None:
    assert received[label].status == "afvist"
    assert received[label].quarantined_files == {"aarsag.txt", "fejl.csv"}


def test_a_number_outside_the_table_is_in_no_file_the_platform_has_made(received: Received) -> None:
    for path in received.platform.kept_files():
        parts = [path.read_bytes()]
        if path.suffix == ".xlsx":
            with ZipFile(path) as archive:
                parts += [archive.read(name) for name in archive.namelist()]
        if path.suffix == ".parquet":
            parts.append(str(pd.read_parquet(path).to_dict()).encode())
        assert not any(number in part for part in parts for number in (CPR_LIKE.encode(), b"3112999999")), path


def test_a_refused_workbook_is_else_kept_with_its_reasons(received: Received) -> None:
    assert received["no uuid"].raw_file_kept


def test_a_broken_row_of_a_matrix_in_csv_refuses_it(received: Received) -> None:
    assert received["broken row of a csv"].status == "afvist"
    assert received["broken row of a csv"].finding("brudt_raekke").raekke == 2


# The deck's matrix has no names, so they are made up here.


def deck() -> tuple[list[str], list[list[str]]]:
    with GOLDEN.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream, delimiter=";")
    return header[1:], [row[1:] for row in rows]


def deck_rows() -> list[list[str | None]]:
    interfaces, rows = deck()
    return [[*HEADER[:3], *interfaces], *[[f"Firma {n}", f"System {n}", None, *row] for n, row in enumerate(rows)]]


def deck_csv(day: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(deck_rows())
    return text.getvalue().encode()


def deck_parquet(day: str) -> bytes:
    header, *rows = deck_rows()
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([dict(zip(header, row, strict=True)) for row in rows]), stream)
    return stream.getvalue()


@pytest.fixture(scope="module")
def decks(tmp_path_factory: pytest.TempPathFactory) -> Received:
    samples = {
        "xlsx": Sample(lambda day: book(deck_rows()), ".xlsx"),
        "csv": Sample(deck_csv),
        "parquet": Sample(deck_parquet, ".parquet"),
    }
    return receive(tmp_path_factory.mktemp("deck"), ONBOARDING, samples)


@pytest.mark.parametrize("label", ["xlsx", "csv", "parquet"])
def test_the_decks_matrix_loads_with_every_status(decks: Received, label: str) -> None:
    interfaces, rows = deck()
    outcome = decks[label]
    assert outcome.status == "indlaest", outcome.messages
    assert len(outcome.rows) == 11 * 18
    assert {(r["it_system_navn"], r["snitflade"]): r["klarmelding"] for r in outcome.rows} == {
        (f"System {n}", interface): status or None
        for n, row in enumerate(rows)
        for interface, status in zip(interfaces, row, strict=True)
    }
    # Counted in the deck's page by hand.
    found = outcome.column_counts("klarmelding")
    assert (found["Delvis"], found["Delvist"], found["Ensidig"], found["Forløb 3"]) == (1, 1, 10, 5)


def audited(folder: Path, content: bytes) -> Audit | None:
    """The audit of a workbook, without the gate; None when it is refused as unreadable."""
    path = folder / "book.xlsx"
    path.write_bytes(content)
    file = InboxFile("onboarding", "2022-05-02", str(path), len(content), 0.0, f"{0:064}")
    connection = open_engine("500MB", 1, folder)
    try:
        (audit,) = audit_batch(connection, [(file, path)], layout_of(path, ONBOARDING), ONBOARDING, folder)
    except UnreadableDelivery as refusal:
        assert refusal.findings
        return None
    finally:
        connection.close()
        looks_personal(path)  # as the quarantine does
    assert audit.total == audit.rows == audit.rows_written + audit.rows_rejected or audit.findings
    return audit


def stored(audit: Audit) -> list[tuple[str | None, ...]]:
    table = pq.read_table(audit.parquet).drop_columns("aarsag").to_pydict()
    return sorted(zip(*table.values(), strict=True), key=str)


ALLOWED = (
    "Klarmeldt", "Ja", "5. Delvis", "Delvist", "Ensidig", "Ikke klarmeldt", "Irrelevant", "Forløb 1", "Forløb 12",
    "🟢 1. Ja", "Manglende info", "Administrativt fjernet", "ukendt ord",
)  # fmt: skip
CELLS = st.one_of(
    st.none(),
    st.tuples(st.sampled_from(ALLOWED), st.sampled_from([str, str.upper, str.lower]), st.sampled_from(["", " ", "  "]))
    .map(lambda drawn: drawn[1](drawn[0]) + drawn[2]),
    st.sampled_from(["", " "]),
)  # fmt: skip
INTERFACES = st.lists(
    st.one_of(
        st.integers(1000, 9999).map(lambda n: f"SF{n}"),
        st.tuples(st.integers(1000, 9999), st.sampled_from("ABCDE")).map(lambda d: f"SF{d[0]}_{d[1]}"),
        st.just("SAPA dialogintegration"),
    ),
    min_size=1, max_size=6, unique=True,
)  # fmt: skip


@settings(
    max_examples=examples.of(25), deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    data=st.data(), interfaces=INTERFACES, systems=st.integers(1, 8), above=st.integers(0, 3), left=st.integers(0, 2)
)
def test_any_sheet_of_allowed_statuses_is_loaded_cell_for_cell(
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject, interfaces: list[str], systems: int, above: int, left: int,
) -> None:  # fmt: skip
    rows = st.lists(CELLS, min_size=len(interfaces), max_size=len(interfaces))
    matrix = data.draw(st.lists(rows, min_size=systems, max_size=systems))
    cells: list[Cells] = [(f"Firma {n}", f"System {n}", None, *row) for n, row in enumerate(matrix)]
    for place in sorted(data.draw(st.lists(st.integers(0, systems), max_size=3)), reverse=True):
        cells.insert(place, ())
    sheet = [*[("Titel",)] * above, *shifted([(*HEADER[:3], *interfaces), *cells], left)]
    audit = audited(tmp_path_factory.mktemp("any"), book(sheet))
    assert audit is not None
    expected = [
        (f"Firma {n}", f"System {n}", None, interface, (status or "").strip() or None)
        for n, row in enumerate(matrix)
        for interface, status in zip(interfaces, row, strict=True)
    ]
    assert audit.findings == []
    assert stored(audit) == sorted(expected, key=str)


@settings(max_examples=examples.of(40), deadline=None, derandomize=True, database=None)
@given(position=st.integers(0, 10**6), piece=st.binary(max_size=6), drop=st.integers(0, 60))
def test_a_damaged_workbook_is_refused_or_loaded_whole(
    tmp_path_factory: pytest.TempPathFactory, position: int, piece: bytes, drop: int
) -> None:
    good = book((HEADER, *ROWS))
    start = position % len(good)
    audit = audited(tmp_path_factory.mktemp("damaged"), good[:start] + piece + good[start + drop :])
    assert audit is None or audit.findings or stored(audit) == sorted(STATUSES, key=str)


def test_a_real_sized_sheet_takes_no_time_to_speak_of(tmp_path: Path) -> None:
    interfaces = [f"SF{1400 + n}" for n in range(26)]
    rows: list[Cells] = [(*HEADER[:3], *interfaces)]
    rows += [("KMD" if n % 5 == 0 else None, f"System {n}", None, *["Klarmeldt"] * 26) for n in range(121)]
    merged = [f"A{first}:A{min(first + 4, 122)}" for first in range(2, 123, 5) if first < 122]
    platform = Platform(tmp_path)
    platform.put("onboarding", "onboarding_2022-01-03.xlsx", book((HEADER, *ROWS)))
    platform.take_in(ONBOARDING)  # whatever has to be started is started
    platform.put("onboarding", "onboarding_2022-05-02.xlsx", book(rows, merged=merged))
    begun = time.process_time()
    (delivery,) = platform.take_in(ONBOARDING).deliveries
    assert time.process_time() - begun < 2
    assert delivery.raekker_indlaest == 121 * 26
