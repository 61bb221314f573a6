"""Lists that write names and interfaces as people do give the figures of those that write them plainly."""

from pathlib import Path

import openpyxl
import pytest
from samples.installation import Installation

pytestmark = pytest.mark.long  # tests/ingest reads the same clothing, without a load

# Of the sample's lists as they are made, counted in the sheets: 151 mandatory interfaces, 64 of them ready, the mean of
# the systems' own shares, 30 systems. The 35 of snitflader.csv, the one without a number and the unknown make 37.
PLAIN = [(151, 64, 0.4028, 30)]


def clothe(path: Path, columns: dict[str, str]) -> None:
    """Rewrite columns of a workbook's first sheet: ``name`` gets hard blanks, ``interface`` its name behind it."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    top = next(row for row in sheet.iter_rows() if set(columns) <= {cell.value for cell in row})
    for cell in top:
        for row in range(cell.row + 1, sheet.max_row + 1):
            value = sheet.cell(row, cell.column).value
            if isinstance(value, str) and columns.get(str(cell.value)) == "name":
                sheet.cell(row, cell.column).value = value.replace(" ", "\u00a0").upper() + "\u200b"
            elif isinstance(value, str) and value.startswith("SF"):
                sheet.cell(row, cell.column).value = value.replace("SF", "SF\u202f").replace("_", "") + " – med navn"
    book.save(path)


@pytest.fixture(scope="module")
def clothed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Installation, str]:
    folder = tmp_path_factory.mktemp("clothed")
    installation = Installation(folder, folder / "dagster", as_of="2023-03-15")
    installation.kdi("generate", "--out", str(installation.inbox), "--months", "1", "--scale", "demo")
    for path in (installation.inbox / "stoettesystemerne").iterdir():
        path.unlink()
    (onboarding,), (ski,) = ((installation.inbox / source).glob("*.xlsx") for source in ("onboarding", "ski"))
    clothe(ski, {"it_system_navn": "name", "snitflade": "interface"})
    clothe(onboarding, {"it_system_navn": "name"})
    return installation, installation.process("load").stdout


def test_the_figures_are_those_of_plain_names(clothed: tuple[Installation, str]) -> None:
    installation, _ = clothed
    found = installation.query(
        "select sum(obligatoriske), sum(klarmeldte), round(avg(tilslutningsgrad), 4), count(*) from kpi.tilslutning"
    )
    assert found == PLAIN
    assert installation.query("select count(*) from marts.dim_snitflade") == [(37,)]


def test_what_was_not_read_is_told_on_the_terminal_and_in_the_log(clothed: tuple[Installation, str]) -> None:
    installation, told = clothed
    notes = (
        "Arket »Noter« (9 rækker) er ikke læst: det har ikke den aftalte overskrift.",
        "Arket »Årsager« er læst som årsager.",
    )
    for note in notes:
        assert f"Bemærk: onboarding/onboarding_2023-02-28.xlsx: {note}" in told.splitlines()
    logged = installation.query("select noter from marts.leverance_log where kilde = 'onboarding'")
    assert logged == [(" ".join(notes),)]
    listed = installation.kdi("delivery", "list", "--source", "onboarding").output
    assert [note for note in notes if note not in listed] == []
