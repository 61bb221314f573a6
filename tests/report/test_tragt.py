"""The funnel, the architect's sheet and the screening say what the marts say."""

import re
from pathlib import Path

import docx
import duckdb
import pytest
from samples.installation import Installation

from kdi.report import tragt
from kdi.report.edition import Edition
from kdi.report.municipality import SystemNames
from kdi.report.screening import NoSuchSystem, Screening, build, principles, write

AALBORG, COPENHAGEN = "29189420", "64942212"


@pytest.fixture(scope="module")
def edition(demo_installation: Installation) -> Edition:
    return Edition(demo_installation.current)


def test_the_headline_is_the_marts(edition: Edition) -> None:
    (row,) = edition.rows("select * from kpi.tilslutning_hovedtal where maaned = $maaned")
    said = [int(number.replace(".", "")) for number in re.findall(r"\d[\d.]*\d|\d", tragt.headline(edition))]
    names = ("kommuner", "obligatoriske_par", "ski_systemer", "muligt_loft", "serviceaftaler", "mulige_i_brug")
    assert said[:8] == [row[n] for n in (*names, "med_kald", "med_aftale")]
    assert row["muligt_loft"] == row["kommuner"] * row["obligatoriske_par"]


def test_the_architects_sheet_has_the_debt_at_its_edge(edition: Edition, demo: duckdb.DuckDBPyConnection) -> None:
    table = tragt.architects_sheet(edition, COPENHAGEN)
    assert len(table.rows) <= 28
    expected = demo.execute(
        """select count(*) filter (where gaeld > 0), count(*) from kpi.teknisk_gaeld
        where maaned = ? and cvr = ? and (mulige > 0 or udfaset_men_kalder)""",
        [edition.month, COPENHAGEN],
    ).fetchall()
    assert table.title.startswith(f"{expected[0][0]} af {expected[0][1]} systemer")
    names = SystemNames(edition)
    debts = {
        names(row): row["gaeld"]
        for row in edition.rows("select * from kpi.teknisk_gaeld where maaned = $maaned and cvr = $cvr", cvr=COPENHAGEN)
    }
    assert {row[0]: int(row[-3]) for row in table.rows} == {row[0]: debts[row[0]] for row in table.rows}
    assert {cell for row in table.rows for cell in row[1:-3]} <= {"", "alle", "nogle", "ingen", "kan ikke måles"}


def test_those_who_wait_longest_come_first(edition: Edition) -> None:
    _, waiting = tragt.of_municipality(edition, AALBORG)
    days = [int(row[4].replace(".", "")) for row in waiting.rows]  # type: ignore[union-attr]
    assert days and days == sorted(days, reverse=True)


def test_what_all_may_see_of_all_is_of_five_municipalities_at_least(edition: Edition) -> None:
    table = tragt.of_all(edition)[-1]
    assert [row for row in table.rows if int(row[2]) < 5] == []  # type: ignore[union-attr]


def test_the_screening_is_filled_in_with_facts_and_the_release(
    demo_installation: Installation, demo: duckdb.DuckDBPyConnection
) -> None:
    asked = ("report", "screening", "--system", "kmd nexus", "--kommune", "Aalborg")
    first, second = (Path(demo_installation.kdi(*asked).output.partition(": ")[2].strip()) for _ in range(2))
    assert first != second and first.is_file()
    document = docx.Document(str(second))
    (table,) = document.tables
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert [row[0].partition(".")[0] for row in rows[1:11]] == [str(n) for n in range(1, 11)]
    assert [row[2] != "Udfyldes af kommunen." for row in rows[1:11]] == [
        p.get("byggeblokke") is not None for p in principles()
    ]
    assert [n for n, row in enumerate(rows[1:11], start=1) if row[2] != "Udfyldes af kommunen."] == [4, 5, 7]
    assert all(row[1] == "" for row in rows[1:])
    release = demo_installation.current.name
    assert release in "\n".join(paragraph.text for paragraph in document.paragraphs)
    steps = demo.execute(
        """select snitflade, trin from kpi.tilslutning_tragt where it_system = 'KMD Nexus' and cvr = ?
            and maaned = date '2022-12-01' and snitflade is not null""",
        [AALBORG],
    ).fetchall()
    text = "\n".join(row[2] for row in rows)
    assert steps
    for interface, step in steps:
        (line,) = [line for line in text.splitlines() if line.startswith(interface) or f"({interface})" in line]
        assert f": {tragt.STEPS[step]}" in line


def test_a_system_the_municipality_has_not_is_told_with_those_it_has(edition: Edition) -> None:
    with pytest.raises(NoSuchSystem, match=r"Systemerne er: .*KMD Nexus"):
        build(edition, "Findes ikke", AALBORG)


def test_a_name_no_xml_can_hold_makes_a_document(tmp_path: Path) -> None:
    target = tmp_path / "x.docx"
    write(Screening("Ond\x07\x00 系统 navn", "Aalborg", "februar 2023", "r1", ((1, "Princip", ("\ufffe",)),)), target)
    assert "Ond" in docx.Document(str(target)).paragraphs[0].text
