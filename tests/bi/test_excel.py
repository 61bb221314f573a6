"""The workbooks hold what their reader may see and no more, and say what the marts say."""

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook
from report.words import gone_from
from samples.installation import Installation

from kdi.excel.contents import CALLS, choose_month
from kdi.excel.make import file_name, make_workbooks
from kdi.excel.reader import KOMBIT, readers
from kdi.excel.sheets import read
from kdi.installation import Installation as Parts
from kdi.installation import here
from kdi.notation import danish
from kdi.publish.agreements import Agreements, in_force
from kdi.report.edition import Edition
from kdi.settings import Settings

from .proof import Proof
from .spreadsheet import SOFFICE, cells, opened, opened_by_libreoffice, parts
from .workbook_parts import Workbook

DATA_SHEETS = ["Data tragt", "Data potentiale", "Data kald", "Data kald pr. måned", "Data huller", "Teknisk gæld", "KLE-emner",
               "SAPA-enheder", "Sammenligning"]  # fmt: skip


@pytest.fixture(scope="module")
def aalborg(demo_installation: Installation) -> Path:
    demo_installation.kdi("report", "excel", "--kommune", "Aalborg")
    (path,) = (demo_installation.home / "reports" / "excel" / demo_installation.current.name).glob("*aalborg.xlsx")
    return path


@pytest.fixture(scope="module")
def kombit(demo_installation: Installation) -> Path:
    demo_installation.kdi("report", "excel", "--kommune", "KOMBIT")
    (path,) = (demo_installation.home / "reports" / "excel" / demo_installation.current.name).glob("*kombit.xlsx")
    return path


def test_the_front_sheet_says_what_the_marts_say(aalborg: Path, demo: duckdb.DuckDBPyConnection) -> None:
    rows = cells(aalborg, "Forside")
    text = "\n".join(str(row[0]) for row in rows if row[0])
    assert "KDI i tal: Aalborg Kommune" in text
    assert re.search(r"Data til og med februar 2023\. Publicering \d{8}T\d{6}Z-[0-9a-f]{4}\.", text)
    assert re.search(r"Udgivet af KDI Indsigt\. Spørgsmål: \S+@\S+\.", text)
    newest = "maaned = (select max(maaned) from kpi.fund) and cvr = '29189420'"
    ((headline, measure),) = demo.execute(
        f"select saetning, maal from kpi.fund where {newest} and er_overskrift"
    ).fetchall()
    assert headline in text
    # four figures with the middle and the place, the headline's first
    placed = demo.execute(
        f"select etiket, placering.maal, vaerdi, median, plads, blandt from kpi.placering"
        " join (select distinct maal, etiket from marts.maal where tabel <> 'kpi.tilslutning') using (maal)"
        f" where {newest} and maal in ('realiseringsgrad', 'tilslutningsgrad', 'kald_pr_indbygger', 'daekningsgrad')"
    ).fetchall()
    shown = {row[0]: row for row in rows}
    assert len(placed) == 4
    for label, _, value, middle, place, among in placed:
        _, own, half, told, *_ = shown[label]
        assert own == pytest.approx(value)
        assert half == ("for få" if middle is None else pytest.approx(middle))
        assert re.fullmatch(f"{place} af {among}(, delt)?", str(told))
    first = next(row[0] for row in rows if row[0] in {label for label, *_ in placed})
    assert measure is None or first == next(label for label, name, *_ in placed if name == measure)
    steps = demo.execute(
        f"select nummer || '. ' || titel, begrundelse from kpi.skridt where {newest} and valg = 'valgt' order by nummer"
    ).fetchall()
    assert steps
    for title, why in steps:
        assert str(shown[title][3]).endswith(why)
    # every sheet of data is listed with its rows, and the list leads there
    book = opened(aalborg)
    links = {str(c.value): c.hyperlink.location for row in book["Forside"].iter_rows() for c in row if c.hyperlink}
    assert set(links.values()) == {f"'{name}'!A1" for name in links} and set(links) <= set(book.sheetnames)
    for sheet in DATA_SHEETS:
        assert shown[sheet][1] == len(cells(aalborg, sheet)) - 1, sheet


def test_the_key_figures_are_the_marts(aalborg: Path, demo: duckdb.DuckDBPyConnection) -> None:
    mine = "from kpi.{} where kommune = 'Aalborg' and maaned = (select max(maaned) from kpi.{})"
    ((calls, rate),) = demo.execute(
        f"select sum(kald), sum(kald_pr_indbygger) {mine.format(*['kald_pr_indbygger'] * 2)}"
    ).fetchall()
    ((possible, share),) = demo.execute(
        f"select mulige, realiseringsgrad {mine.format(*['potentiale_kommune'] * 2)}"
    ).fetchall()
    figures = {row[0]: row[1] for row in cells(aalborg, "Nøgletal")}
    assert (figures["Kald"], figures["Mulige anvendelser"]) == (calls, possible)
    assert figures["Kald pr. indbygger"] == pytest.approx(rate)
    assert figures["Andel i brug"] == pytest.approx(share)


def test_the_workbook_says_nothing_that_must_go(aalborg: Path, kombit: Path) -> None:
    for path in (aalborg, kombit):
        book = CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            cells = {str(cell) for row in book.get_sheet_by_name(name).to_python() for cell in row}
            assert gone_from(" | ".join(cells), definitions=name in ("Definitioner", "Nøgletal", "Forside")) == [], name


def test_the_workbook_is_ours(aalborg: Path) -> None:
    properties = opened(aalborg).properties
    assert (properties.creator, properties.title) == ("KDI Indsigt", "KDI i tal: Aalborg Kommune")
    assert properties.subject == "Data til og med februar 2023"
    assert "xuri" not in "".join(parts(aalborg).values())


def test_the_pivots_give_the_marts_figures_in_libreoffice(
    aalborg: Path, demo: duckdb.DuckDBPyConnection, tmp_path: Path, proof: Proof
) -> None:
    if not SOFFICE:
        proof.says("Pivotceller i Excel, ens med mart’en", "sprunget over: LibreOffice er her ikke")
        pytest.skip("LibreOffice is not installed")
    shown = opened_by_libreoffice(aalborg, tmp_path)
    expected = dict(
        demo.execute(
            "select service || coalesce(' ' || version, ''), sum(antal_kald) from marts.fct_kald_maaned"
            " join marts.dim_myndighed using (myndighed_id) join marts.dim_service using (service_id)"
            " where navn = 'Aalborg' and maaned > date '2022-02-01' and antal_kald > 0 group by 1"
        ).fetchall()
    )
    found = {row[0]: row[2] for row in shown["Kald"] if len(row) > 2 and row[0] in expected}
    assert found == {service: float(calls) for service, calls in expected.items()}
    total = next(row for row in shown["Kald"] if row and str(row[0]).startswith(("Total", "I alt", "Resultat")))
    assert total[2] == sum(expected.values())
    by_status = dict(
        demo.execute(
            "select visningsnavn, count(*) from kpi.potentiale join marts.dim_it_system"
            " on it_system = navn and it_system_uuid is not distinct from uuid where kommune = 'Aalborg'"
            " and maaned = (select max(maaned) from kpi.potentiale) group by 1"
        ).fetchall()
    )
    potential = {
        row[0]: [v for v in row if isinstance(v, float)][-1]
        for row in shown["Potentiale"]
        if row and row[0] in by_status
    }
    assert potential == by_status
    proof.says("Pivotceller i Excel, ens med mart’en", str(len(found) + 1 + len(potential)))


def test_a_municipality_gets_its_own_rows_and_no_others_name(
    aalborg: Path, kombit: Path, demo: duckdb.DuckDBPyConnection
) -> None:
    others = [
        n
        for (n,) in demo.execute(
            "select navn from marts.dim_myndighed where navn not in ('Aalborg', 'Ukendt')"
        ).fetchall()
    ]
    for sheet in DATA_SHEETS:
        rows = cells(aalborg, sheet)
        position = rows[0].index("Kommune")
        assert {row[position] for row in rows[1:]} == {"Aalborg"}, sheet
    everything = "\n".join(parts(aalborg).values())
    found = [n for n in others if re.search(rf">{re.escape(n)}<|\"{re.escape(n)}\"", everything)]
    assert found == []
    # The search finds a name where there is one.
    whole = "\n".join(parts(kombit).values())
    assert sum(bool(re.search(rf">{re.escape(n)}<", whole)) for n in others) > 90


def test_figures_made_of_others_are_anonymous_except_to_kombit(
    aalborg: Path, kombit: Path, demo: duckdb.DuckDBPyConnection
) -> None:
    """Expected calls are blank where the mart says that fewer than five stand behind them; KOMBIT has all."""
    mine = "from kpi.udbredelse_huller where maaned = (select max(maaned) from kpi.udbredelse_huller)"
    ((shown, every),) = demo.execute(
        "select count(forventede_kald) filter (where er_anonym and kommune = 'Aalborg'),"
        f" count(forventede_kald) filter (where kommune = 'Aalborg') {mine}"
    ).fetchall()
    assert 0 < shown < every
    for path, expected in ((aalborg, shown), (kombit, every)):
        heading, *rows = cells(path, "Data huller")
        place, owner = heading.index("Forventede kald"), heading.index("Kommune")
        assert sum(isinstance(row[place], int | float) for row in rows if row[owner] == "Aalborg") == expected
    # The class's middle by a second way: the mean of the five municipalities in the middle, when none is over half.
    middles = demo.execute(
        """
        with klassen as (
            select cvr from marts.dim_myndighed where type = 'kommune'
                and xyz_klasse = (select xyz_klasse from marts.dim_myndighed where navn = 'Aalborg')
        ), maaneden as (
            select * from kpi.kald_pr_indbygger where maaned = (select max(maaned) from kpi.kald_pr_indbygger)
        ), nyeste as (
            select o.platform, o.dataomraade, coalesce(m.kald_pr_indbygger, 0) as tal, count(*) over w as antal,
                row_number() over (w order by coalesce(m.kald_pr_indbygger, 0), klassen.cvr) as plads
            from (select distinct platform, dataomraade from maaneden) as o cross join klassen
            left join maaneden as m
                on m.platform = o.platform and m.dataomraade = o.dataomraade and m.cvr = klassen.cvr
            window w as (partition by o.platform, o.dataomraade)
        )
        select platform, dataomraade, case when count(*) = 5 and max(tal) <= sum(tal) / 2 then avg(tal) end
        from nyeste where plads between (antal + 1) // 2 - 2 and (antal + 1) // 2 + 2 and antal % 2 = 1
        group by platform, dataomraade"""
    ).fetchall()
    heading, *rows = cells(aalborg, "Sammenligning")
    area, place = heading.index("Dataområde"), heading.index("Klassens midte")
    words = {"Serviceplatformen": "serviceplatformen", "Støttesystemerne": "stoettesystemerne"}
    found = {(words[str(row[area - 1])], row[area]): row[place] for row in rows}
    wanted = {(p, name): value for p, name, value in middles if value is not None and (p, name) in found}
    assert len(wanted) > 2
    assert {key: found[key] for key in wanted} == {key: pytest.approx(value, abs=1e-6) for key, value in wanted.items()}


def test_pivots_show_the_marts_figures_before_excel_fills_them(
    aalborg: Path, kombit: Path, demo: duckdb.DuckDBPyConnection
) -> None:
    """Protected View and previews show the cells as they are written."""
    for path, whose in ((aalborg, "and navn = 'Aalborg'"), (kombit, "")):
        expected = demo.execute(
            "select service || coalesce(' ' || version, ''), cast(sum(antal_kald) as bigint)"
            " from marts.fct_kald_maaned join marts.dim_myndighed using (myndighed_id)"
            " join marts.dim_service using (service_id)"
            f" where maaned > date '2022-02-01' and antal_kald > 0 {whose} group by 1"
        ).fetchall()
        written = {row[0]: row[1] for row in cells(path, "Kald")}
        assert {service: written[service] for service, _ in expected} == dict(expected)
        assert written["I alt"] == sum(calls for _, calls in expected)
    ((month, calls),) = demo.execute(
        "select maaned, cast(sum(antal_kald) as bigint) from marts.fct_kald_maaned"
        " join marts.dim_myndighed using (myndighed_id) where navn = 'Aalborg' and maaned = date '2022-07-01' group by 1"
    ).fetchall()
    grid = cells(aalborg, "Kald pr. måned")
    (heads,) = [row for row in grid if row[-1] == "I alt"]
    (total,) = [row for row in grid if row[0] == "I alt"]
    assert total[heads.index(datetime(month.year, month.month, 1))] == calls
    states = dict(
        demo.execute(
            "select tilstand, count(*) from kpi.potentiale where kommune = 'Aalborg'"
            " and maaned = (select max(maaned) from kpi.potentiale) group by 1"
        ).fetchall()
    )
    grid = cells(aalborg, "Potentiale")
    (heads,) = [row for row in grid if row[-1] == "I alt"]
    (total,) = [row for row in grid if row[0] == "I alt"]
    words = ["I brug", "Andre er i gang", "Klarmeldt, men ubrugt", "Ikke klar", "Kan ikke måles"]
    assert heads[1:-1] == words  # the order of their meaning
    codes = ["i_brug", "andre_i_gang", "klarmeldt_ubrugt", "ikke_klar", "kan_ikke_maales"]
    assert total[1:] == [*(states[code] for code in codes), sum(states.values())]


def slicers_filter_their_own_fields(path: Path) -> int:
    """Follow every slicer of a workbook to the field it filters; returns how many there are."""
    book, written = Workbook(path), CalamineWorkbook.from_path(path)
    sheets: dict[str, list[list[Any]]] = {}
    found = book.slicers()
    for slicer in found:
        pivot, place = slicer.pivot, (path.name, slicer.sheet, slicer.caption)
        sheet, area = pivot.source
        if sheet not in sheets:
            sheets[sheet] = written.get_sheet_by_name(sheet).to_python()
        heading, *rows = sheets[sheet]
        assert slicer.caption == slicer.field and slicer.sheet == pivot.sheet, place
        assert list(pivot.fields) == heading, place
        assert area == f"A1:{get_column_letter(len(heading))}{len(rows) + 1}", place
        column = {row[heading.index(slicer.field)] for row in rows}
        listed = pivot.fields[slicer.field]
        assert set(listed) == {f"{v}T00:00:00" if isinstance(v, date) else str(v) for v in column}, place
        assert len(listed) == len({v.lower() for v in listed}) > 1, place  # nothing to choose is no slicer
        assert slicer.items == pivot.items[slicer.field] == list(range(len(listed))), place
    for pivot in book.pivots().values():
        assert pivot.cache.get("refreshOnLoad") == "1" and pivot.cache.get("saveData") == "0"
        on_axes = {name for name, items in pivot.items.items() if items}
        assert all(len(pivot.items[name]) == len(pivot.fields[name]) for name in on_axes)
    assert [n for n in book.parts if "pivotCacheRecords" in n] == []
    return len(found)


def test_every_slicer_filters_its_own_field(aalborg: Path, kombit: Path, proof: Proof) -> None:
    assert [Workbook(path).faults() for path in (aalborg, kombit)] == [[], []]
    counts = [slicers_filter_their_own_fields(path) for path in (aalborg, kombit)]
    assert counts == [11, 17]
    book = Workbook(kombit)
    assert {s.caption for s in book.slicers() if s.sheet == "Kald pr. måned"} == {"Kommune", "Måned"}
    # one cache for a sheet of data, however many pivots
    sources = [p.source[0] for p in book.pivots().values()]
    assert len(sources) == 6 and len({p.cache_id for p in book.pivots().values()}) == len(set(sources)) == 5
    proof.says("Udsnitsværktøjer i Excel, fulgt i XML til deres eget felt", str(sum(counts)))


def test_names_that_excel_holds_for_one_are_one_item(demo_installation: Installation, tmp_path: Path) -> None:
    """Case does not tell items apart, an item holds 255 characters, and any character may stand in a name."""
    release = altered_release(demo_installation, tmp_path)
    odd = ['A & "B" <c>', "æØå\n_x0041_", "x" * 400, "X" * 400]
    with duckdb.connect(str(release / "kdi.duckdb")) as connection:
        names = [n for (n,) in connection.execute("select visningsnavn from marts.dim_it_system order by 1").fetchall()]
        for old, new in zip(
            names, [*odd, *(f"SYSTEM {n // 2}" if n % 2 else f"system {n // 2}" for n in range(99))], strict=False
        ):
            connection.execute("update marts.dim_it_system set visningsnavn = ? where visningsnavn = ?", [new, old])
    (path,) = make_workbooks(Parts(Settings(home=tmp_path)).press, "Aalborg")
    book = Workbook(path)
    assert book.faults() == []
    for pivot in book.pivots().values():
        for name, items in pivot.fields.items():
            assert len({v.lower() for v in items}) == len(items) and all(len(v) <= 262 for v in items), name
    assert sum(s.caption == "IT-system" for s in book.slicers()) == 0
    assert len(book.slicers()) == 11


def test_what_is_too_much_is_summed_and_told(demo_installation: Installation, demo: duckdb.DuckDBPyConnection) -> None:
    whole = demo.execute(
        "select count(*), sum(kald) from (select cast(sum(antal_kald) as bigint) as kald from marts.fct_kald_maaned"
        " join marts.dim_service using (service_id) where maaned > date '2022-02-01' and antal_kald > 0"
        " group by myndighed_id, dataomraade, service, version, it_system_id)"
    ).fetchall()[0]
    with Edition(demo_installation.current) as edition:
        choose_month(edition)
        sheet = read(edition.connection, CALLS, KOMBIT, most=1_000)
        again = read(edition.connection, CALLS, KOMBIT)
    assert (len(again.rows), sum(row[-1] for row in again.rows)) == whole and again.told == CALLS.explanation
    assert len(sheet.rows) < whole[0] and sum(row[-1] for row in sheet.rows) == whole[1]
    assert {row[3:5] for row in sheet.rows} == {("Alle", "Alle")}
    assert sheet.told.endswith(
        f"IT-system og leverandør er lagt sammen; alle {danish.number(whole[0])} rækker er i Power BI og Parquet."
    )


def test_the_stuck_list_comes_first(aalborg: Path, demo: duckdb.DuckDBPyConnection) -> None:
    heading, *rows = cells(aalborg, "Data tragt")
    shown = [dict(zip(heading, row, strict=True)) for row in rows]
    waiting = [r for r in shown if r["Venter"] == "Ja"]
    assert shown[: len(waiting)] == waiting
    demanded = [r["Dage"] for r in waiting if r["Krav"] == "obligatorisk"]
    assert demanded == sorted(demanded, reverse=True) == [r["Dage"] for r in waiting][: len(demanded)]
    ((number, oldest),) = demo.execute(
        "select count(*), max(dage) from kpi.tilslutning_tragt where kommune = 'Aalborg' and krav = 'obligatorisk'"
        " and naeste_skridt is not null and not coalesce(kan_ikke_maales, false)"
        " and maaned = (select max(maaned) from kpi.tilslutning_tragt)"
    ).fetchall()
    assert (len(demanded), demanded[0]) == (number, oldest)
    assert {r["Hos"] for r in waiting} <= {"KOMBIT", "Leverandøren", "Kommunen", "Kommune og leverandør"}


def altered_release(installation: Installation, home: Path) -> Path:
    """A copy of the release in force, for a test to change."""
    release = home / "published" / "releases" / installation.current.name
    release.mkdir(parents=True)
    (home / "published" / "current").symlink_to(release)
    for name in ("kdi.duckdb", "manifest.json"):
        (release / name).write_bytes((installation.current / name).read_bytes())
    (home / "lake").symlink_to(installation.home / "lake")
    return release


def test_no_cell_is_a_formula_whatever_a_delivery_says(demo_installation: Installation, tmp_path: Path) -> None:
    release = altered_release(demo_installation, tmp_path)
    evil = '=HYPERLINK("http://x";"klik") <&> \' +1 @sum'
    with duckdb.connect(str(release / "kdi.duckdb")) as connection:
        connection.execute("update marts.dim_it_system set visningsnavn = ?", [evil])
    (path,) = make_workbooks(Parts(Settings(home=tmp_path)).press, "Aalborg")
    rows = cells(path, "Data kald")
    assert str(rows[1][rows[0].index("IT-system")]).startswith(evil)
    sheets = {n: t for n, t in parts(path).items() if n.startswith("xl/worksheets/sheet")}
    assert len(sheets) >= 10
    assert [n for n, t in sheets.items() if re.search(r"<f[ >]", t)] == []


def test_who_shares_with_whom_is_data(demo_installation: Installation, demo: duckdb.DuckDBPyConnection) -> None:
    """Aalborg lets Aarhus see its rows, Odense lets everybody."""
    with demo_installation.in_force():
        nobody_shares = readers(demo, in_force(here().lake))
    assert nobody_shares[0] == KOMBIT
    assert len(nobody_shares) == 99
    assert all(r.sees == (r.cvr,) for r in nobody_shares[1:])
    cvr = {r.name: str(r.cvr) for r in nobody_shares}
    agreed = Agreements(frozenset({(cvr["Aalborg"], cvr["Aarhus"]), (cvr["Odense"], "alle")}))
    seen = {r.name: r.sees for r in readers(demo, agreed)}
    assert seen["KOMBIT"] is None
    assert set(seen["Aarhus"] or ()) == {cvr["Aarhus"], cvr["Aalborg"], cvr["Odense"]}
    assert set(seen["Aalborg"] or ()) == {cvr["Aalborg"], cvr["Odense"]}


def test_unknown_names_are_said_plainly(demo_installation: Installation) -> None:
    result = demo_installation.kdi("report", "excel", "--kommune", "Korsbæk", status=1)
    assert "»Korsbæk« er ikke en kommune" in result.output


@pytest.mark.long
def test_workbooks_for_all_municipalities(demo_installation: Installation, proof: Proof) -> None:
    import time

    began = time.monotonic()
    with demo_installation.in_force():
        paths = list(make_workbooks(here().press))
        made = [p.name for p in paths]
        with duckdb.connect(str(demo_installation.current / "kdi.duckdb"), read_only=True) as connection:
            assert made == [file_name(r) for r in readers(connection, in_force(here().lake))]
    assert len(made) == 99
    assert sum(map(slicers_filter_their_own_fields, paths)) > 1_000
    proof.says("Excel: projektmapper til 98 kommuner og KOMBIT", f"{time.monotonic() - began:.0f} sekunder")
