"""Excel and Parquet deliveries: the same rules, the same rows, whatever the format."""

import io
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from receiving import HOURLY, KLE, NEXUS, Received, Sample, assert_books_balance, receive, three_hours
from samples.files import csv_bytes, xlsx_bytes

from expectations.profiles import FileFormat

CPR_LIKE = "311299-9999"
KLE_COLUMNS = [
    "myndighed_cvr", "myndighed_navn", "it_system_uuid", "it_system_navn", "kle_nummer", "kle_emne", "antal_sager",
]  # fmt: skip


def cases(**second: object) -> list[dict[str, object]]:
    """Three subjects of one municipality: 12 cases, 3,000 cases, and fewer than five."""
    common = {"myndighed_cvr": 29189501, "myndighed_navn": "Brønderslev Kommune", "it_system_uuid": NEXUS}
    rows: list[dict[str, object]] = [
        {**common, "it_system_navn": "Nexus", "kle_nummer": number, "kle_emne": subject, "antal_sager": count}
        for number, subject, count in (
            ("27.36.04", "Hjælpemidler", 12),
            ("27.36.08", "Boligændringer", 3000),
            ("54.18.12", "Øvrige", "<5"),
        )
    ]
    rows[1].update(second)
    return rows


def sheet(rows: list[dict[str, Any]], columns: list[str] | None = None) -> list[list[object]]:
    chosen = columns or list(rows[0])
    return [list(chosen), *[[row[c] for c in chosen] for row in rows]]


def workbook(**second: object) -> Sample:
    """An extract whose second row is changed."""
    return Sample(lambda day: xlsx_bytes(sheet(cases(**second))), ".xlsx")


def renamed(old: str, new: str) -> list[list[object]]:
    header, *rows = sheet(cases())
    return [[new if name == old else name for name in header], *rows]


BLANK: list[list[object]] = [[None] * 7, [""] * 7, [None] * 7]
NOTES: list[list[object]] = [["Udtrukket af", "KMD"], ["antal_sager", "er talt pr. emne"], [None, 42]]

WORKBOOKS = {
    "plain": workbook(),
    "numbers as text": workbook(myndighed_cvr="29189501", antal_sager="3000"),
    "reordered": Sample(lambda day: xlsx_bytes(sheet(cases(), KLE_COLUMNS[::-1])), ".xlsx"),
    "blank rows at the end": Sample(lambda day: xlsx_bytes([*sheet(cases()), *BLANK]), ".xlsx"),
    "notes on a second sheet": Sample(lambda day: xlsx_bytes(sheet(cases()), NOTES), ".xlsx"),
    "extra column": Sample(lambda day: xlsx_bytes(sheet([{**row, "note": "sent"} for row in cases()])), ".xlsx"),
    "as csv": Sample(
        lambda day: csv_bytes([{k: str(v) for k, v in row.items()} for row in cases()])
    ),
    "upper-case uuid": workbook(it_system_uuid="{" + NEXUS.upper() + "}"),
    "renamed column": Sample(lambda day: xlsx_bytes(renamed("kle_nummer", "emnenr")), ".xlsx"),
    "decimal count": workbook(antal_sager=12.5),
    "negative count": workbook(antal_sager=-3),
    "count of 10 digits": workbook(antal_sager=9876543210),
    "count of 25 digits": workbook(antal_sager=10**24),
    "text as count": workbook(antal_sager="få"),
    "no count": workbook(antal_sager=None),
    "masked above 99": workbook(antal_sager="<500"),
    "cvr of 7 digits": workbook(myndighed_cvr=2918950),
    "no system": workbook(it_system_uuid=None),
    "kle number of two parts": workbook(kle_nummer="27.36"),
    "kle number as a number": workbook(kle_nummer=27.36),
    "same key twice": workbook(kle_nummer="27.36.04", it_system_uuid=NEXUS.upper()),
    "header only": Sample(lambda day: xlsx_bytes(sheet(cases())[:1]), ".xlsx"),
    "no cells": Sample(lambda day: xlsx_bytes([]), ".xlsx"),
    "cut short": Sample(lambda day: xlsx_bytes(sheet(cases()))[:2000], ".xlsx"),
    "empty": Sample(lambda day: b"", ".xlsx"),
    "csv by another name": Sample(lambda day: b"myndighed_cvr;antal_sager\n1;2\n", ".xlsx"),
    "cpr as a number": Sample(
        lambda day: xlsx_bytes(sheet([{**row, "note": 3112999999} for row in cases()])), ".xlsx"
    ),
    "cpr as text": workbook(kle_emne=f"Sag {CPR_LIKE}"),
    "cpr in the header": Sample(lambda day: xlsx_bytes(sheet([{**row, CPR_LIKE: 1} for row in cases()])), ".xlsx"),
    "cpr in the notes": Sample(lambda day: xlsx_bytes(sheet(cases()), [["Spørg Jens", CPR_LIKE]]), ".xlsx"),
    "cpr in the notes, as a number": Sample(
        lambda day: xlsx_bytes(sheet(cases()), [["Spørg Jens", 112999999]], notes_first=True), ".xlsx"
    ),
    "cpr as the sheet's name": Sample(lambda day: xlsx_bytes(sheet(cases()), sheet=f"Sag {CPR_LIKE}"), ".xlsx"),
    "cpr above the header": Sample(lambda day: xlsx_bytes([["Spørg", CPR_LIKE], *sheet(cases())]), ".xlsx"),
    "cpr beside the table": Sample(
        lambda day: xlsx_bytes([[*row, None, CPR_LIKE if n == 1 else None] for n, row in enumerate(sheet(cases()))]),
        ".xlsx",
    ),
    "cpr without its zero": workbook(it_system_navn=112999999),
    "bad row, notes": Sample(
        lambda day: xlsx_bytes(sheet(cases(kle_nummer="27-36")), [["Spørg Jens"]]), ".xlsx"
    ),
}  # fmt: skip

PLAIN_ROWS = ["plain", "numbers as text", "reordered", "blank rows at the end", "notes on a second sheet",
              "extra column", "as csv", "upper-case uuid"]  # fmt: skip


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Received:
    return receive(tmp_path_factory.mktemp("books"), KLE, WORKBOOKS)


@pytest.mark.parametrize("label", PLAIN_ROWS)
def test_a_workbook_loads_the_rows_that_a_csv_would(books: Received, label: str) -> None:
    outcome = books[label]
    common = {
        "myndighed_cvr": "29189501",
        "myndighed_navn": "Brønderslev Kommune",
        "it_system_uuid": NEXUS,
        "it_system_navn": "Nexus",
    }
    assert outcome.status == "indlaest", outcome.messages
    assert sorted(outcome.rows, key=lambda row: row["kle_nummer"]) == [
        {**common, "kle_nummer": "27.36.04", "kle_emne": "Hjælpemidler", "antal_sager": 12,
         "maskeret_ved_kilden": False},
        {**common, "kle_nummer": "27.36.08", "kle_emne": "Boligændringer", "antal_sager": 3000,
         "maskeret_ved_kilden": False},
        {**common, "kle_nummer": "54.18.12", "kle_emne": "Øvrige", "antal_sager": None,
         "maskeret_ved_kilden": True},
    ]  # fmt: skip


def test_a_masked_count_is_in_no_sum(books: Received) -> None:
    assert (books["plain"].delivery.raekker_indlaest, books["plain"].delivery.sum_indlaest) == (3, 3012)


def test_an_extra_column_of_a_workbook_is_said(books: Received) -> None:
    assert books.warned("ingen_ukendte_kolonner") == {"extra column", "cpr as a number", "cpr beside the table"}


def test_a_renamed_column_of_a_workbook_is_named(books: Received) -> None:
    assert books["renamed column"].status == "afvist"
    assert "Kolonnen kle_nummer mangler" in books["renamed column"].messages


@pytest.mark.parametrize(
    ("label", "column", "code"),
    [
        ("decimal count", "antal_sager", "decimaltal"),
        ("negative count", "antal_sager", "negativt_tal"),
        ("count of 10 digits", "antal_sager", "for_stort_tal"),
        ("count of 25 digits", "antal_sager", "for_stort_tal"),
        ("text as count", "antal_sager", "ikke_et_tal"),
        ("no count", "antal_sager", "tomt_felt"),
        ("masked above 99", "antal_sager", "ikke_et_tal"),
        ("cvr of 7 digits", "myndighed_cvr", "ugyldigt_cvr"),
        ("no system", "it_system_uuid", "tomt_felt"),
        ("kle number of two parts", "kle_nummer", "ugyldigt_kle_nummer"),
        ("kle number as a number", "kle_nummer", "ugyldigt_kle_nummer"),
    ],
)
def test_a_faulty_cell_is_named_by_row_and_column(books: Received, label: str, column: str, code: str) -> None:
    assert books[label].status == "afvist"
    assert books[label].place(code) == (column, 3)  # as Excel counts
    assert books[label].rows == []


def test_a_key_in_two_rows_of_a_workbook_refuses_it(books: Received) -> None:
    assert books["same key twice"].status == "afvist"
    assert [f.raekke for f in books["same key twice"].delivery.aarsager] == [2, 3]


@pytest.mark.parametrize(
    ("label", "code"),
    [("header only", "ingen_raekker"), ("no cells", "manglende_kolonne"), ("cut short", "ulaeselig_fil"),
     ("empty", "tom_fil"), ("csv by another name", "ulaeselig_fil")],
)  # fmt: skip
def test_a_workbook_without_rows_is_refused(books: Received, label: str, code: str) -> None:
    assert books[label].status == "afvist"
    assert books[label].codes == {code}


@pytest.mark.parametrize("label", [label for label in WORKBOOKS if label.startswith("cpr")])
def test_a_cpr_like_number_in_a_workbook_refuses_it(books: Received, label: str) -> None:
    assert books[label].status == "afvist"
    assert "cpr_nummer" in books[label].codes
    assert books[label].quarantined_files == {"aarsag.txt", "fejl.csv"}
    assert not any(number in books[label].messages for number in (CPR_LIKE, "112999999", "3112999999"))


def test_a_refused_workbook_without_such_numbers_is_kept(books: Received) -> None:
    assert books["bad row, notes"].raw_file_kept


def test_the_books_balance(books: Received) -> None:
    assert_books_balance(books.platform)


def test_the_profile_says_which_sheet_and_which_row(tmp_path_factory: pytest.TempPathFactory) -> None:
    profile = KLE.model_copy(update={"format": FileFormat(sheet="Udtræk", header_row=3)})
    rows: list[list[object]] = [["KLE-udtræk"], [None, "hentet af KMD"], *sheet(cases())]
    samples = {
        "as agreed": Sample(lambda day: xlsx_bytes(rows, NOTES, notes_first=True), ".xlsx"),
        "another sheet name": Sample(lambda day: xlsx_bytes(rows, NOTES, sheet="Ark1"), ".xlsx"),
    }
    received = receive(tmp_path_factory.mktemp("sheet"), profile, samples)
    assert received["as agreed"].status == "indlaest", received["as agreed"].messages
    assert received["as agreed"].delivery.sum_indlaest == 3012
    assert received["another sheet name"].status == "afvist"
    assert "arket Udtræk findes ikke" in received["another sheet name"].messages


def typed(day: str, counts: pa.Array, **renamed_columns: str) -> bytes:
    """A day with real types: instants with time zone, and counts of the given type."""
    rows = three_hours(day)
    table = pa.Table.from_pylist([{k: v for k, v in row.items() if k != "antal_kald"} for row in rows])
    instants = [datetime.fromisoformat(row["tidspunkt"]).astimezone(UTC) for row in rows]
    table = table.set_column(0, "tidspunkt", pa.array(instants, pa.timestamp("us", tz="UTC")))
    table = table.append_column("antal_kald", counts)
    return written(table.rename_columns([renamed_columns.get(name, name) for name in table.column_names]))


def written(table: pa.Table) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream)
    return stream.getvalue()


def naive(day: str) -> bytes:
    table = pq.read_table(io.BytesIO(typed(day, pa.array([100, 20, 3]))))
    instants = table["tidspunkt"].cast(pa.timestamp("us"))
    return written(table.set_column(0, "tidspunkt", instants))


def as_text(day: str, columns: list[str] | None = None) -> bytes:
    stream = io.BytesIO()
    frame = pd.DataFrame(three_hours(day))
    frame[columns or list(frame.columns)].to_parquet(stream)
    return stream.getvalue()


# The first file has whole numbers: read together with it, 3.7 would silently become 4.
TABLES = {
    "typed": Sample(lambda day: typed(day, pa.array([100, 20, 3], pa.int64())), ".parquet"),
    "decimals": Sample(lambda day: typed(day, pa.array([100, 20, 3.7], pa.float64())), ".parquet"),
    "unsigned": Sample(lambda day: typed(day, pa.array([100, 20, 3], pa.uint16())), ".parquet"),
    "negative": Sample(lambda day: typed(day, pa.array([100, -20, 3], pa.int64())), ".parquet"),
    "missing value": Sample(lambda day: typed(day, pa.array([100, None, 3], pa.int64())), ".parquet"),
    "naive moments": Sample(naive, ".parquet"),
    "text": Sample(as_text, ".parquet"),
    "reordered": Sample(lambda day: as_text(day, sorted(three_hours(day)[0], reverse=True)), ".parquet"),
    "renamed": Sample(lambda day: typed(day, pa.array([1, 2, 3]), myndighed_navn="kommune"), ".parquet"),
    "extra column fil": Sample(
        lambda day: written(pa.Table.from_pylist([{**row, "fil": "a", "nr": 7} for row in three_hours(day)])),
        ".parquet",
    ),
    "a person in the second column that nobody asked for": Sample(
        lambda day: written(pa.Table.from_pylist([{**row, "fil": "a", "sag": CPR_LIKE} for row in three_hours(day)])),
        ".parquet",
    ),
    "cut short": Sample(lambda day: as_text(day)[:-20], ".parquet"),
    "no rows": Sample(lambda day: written(pa.Table.from_pylist(three_hours(day)).slice(0, 0)), ".parquet"),
}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Received:
    return receive(tmp_path_factory.mktemp("tables"), HOURLY, TABLES)


@pytest.mark.parametrize("label", ["typed", "unsigned", "text", "reordered", "extra column fil"])
def test_a_parquet_file_loads_the_rows_that_a_csv_would(tables: Received, label: str) -> None:
    outcome = tables[label]
    assert outcome.status == "indlaest", outcome.messages
    rows = sorted(outcome.rows, key=lambda row: row["time"])
    assert [(row["time"], row["antal_kald"]) for row in rows] == [(0, 100), (1, 20), (2, 3)]
    midnight = datetime.fromisoformat(f"{outcome.delivery.periode}T00:00:00+01:00").astimezone(UTC)
    assert rows[0]["tidspunkt"] == midnight.replace(tzinfo=None)
    assert {row["it_system_navn"] for row in rows} == {"Ældreplejen Åben"}


def test_every_column_that_nobody_asked_for_is_searched_for_persons(tables: Received) -> None:
    outcome = tables["a person in the second column that nobody asked for"]
    assert outcome.status == "afvist"
    assert "cpr_nummer" in outcome.codes


def test_a_decimal_is_refused_though_other_files_of_the_batch_have_whole_numbers(tables: Received) -> None:
    assert tables["decimals"].status == "afvist"
    assert ("antal_kald", 3) in {(f.kolonne, f.raekke) for f in tables["decimals"].delivery.aarsager}
    assert "decimaltal" in tables["decimals"].codes


def test_moments_without_time_zone_are_refused_though_others_have_one(tables: Received) -> None:
    assert tables["naive moments"].status == "afvist"
    assert "ugyldigt_tidspunkt" in tables["naive moments"].codes


@pytest.mark.parametrize(
    ("label", "code"),
    [("negative", "negativt_tal"), ("missing value", "tomt_felt"), ("renamed", "manglende_kolonne"),
     ("cut short", "ulaeselig_fil"), ("no rows", "ingen_raekker")],
)  # fmt: skip
def test_a_faulty_parquet_file_is_refused(tables: Received, label: str, code: str) -> None:
    assert tables[label].status == "afvist"
    assert code in tables[label].codes


def test_the_books_of_parquet_balance(tables: Received) -> None:
    assert_books_balance(tables.platform)
