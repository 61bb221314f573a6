"""The workbooks hold what their reader may see and no more, and say what the marts say."""

import re
from pathlib import Path

import duckdb
import pytest
from pipeline.installation import Installation

from orchestration.excel.make import file_name, make_workbooks
from orchestration.excel.reader import KOMBIT, readers
from orchestration.publish.agreements import Agreements, in_force
from orchestration.settings import Settings

from .proof import Proof
from .spreadsheet import SOFFICE, cells, opened_by_libreoffice, parts

DATA_SHEETS = ["Data kald", "Data huller", "Data potentiale", "Sammenligning"]


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
    front = {row[0]: row[1] for row in cells(aalborg, "Forside") if row[0]}
    text = "\n".join(str(label) for label in front)
    assert "KDI i tal: Aalborg" in text
    assert "Data til og med februar 2023" in text
    assert re.search(r"Publicering \d{8}T\d{6}Z-[0-9a-f]{4}\.", text)
    mine = "from kpi.{} where kommune = 'Aalborg' and maaned = (select max(maaned) from kpi.{})"
    ((calls, rate),) = demo.execute(
        f"select sum(kald), sum(kald_pr_indbygger) {mine.format(*['kald_pr_indbygger'] * 2)}"
    ).fetchall()
    ((possible, share),) = demo.execute(
        f"select mulige, realiseringsgrad {mine.format(*['potentiale_kommune'] * 2)}"
    ).fetchall()
    assert front["Kald"] == calls
    assert front["Kald pr. indbygger"] == pytest.approx(rate)
    assert (front["Mulige anvendelser"], front["Realiseringsgrad"]) == (possible, pytest.approx(share))


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
            "select it_system, count(*) from kpi.potentiale where kommune = 'Aalborg'"
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


def test_pivots_are_real_with_slicers_and_caches_without_rows(aalborg: Path, kombit: Path) -> None:
    for path in (aalborg, kombit):
        xml = parts(path)
        caches = {n: t for n, t in xml.items() if "pivotCacheDefinition" in n and n.endswith(".xml")}
        assert len([n for n in xml if re.search(r"pivotTables/pivotTable\d+\.xml$", n)]) == 4 == len(caches)
        assert [n for n in xml if "pivotCacheRecords" in n] == []
        assert all('saveData="false" refreshOnLoad="true"' in text for text in caches.values())
        ranges = {re.search(r'ref="([^"]+)" sheet="([^"]+)"', t).groups() for t in caches.values()}  # type: ignore[union-attr]
        assert len(ranges) == 3
        if path == aalborg:
            assert {s: int(re.findall(r"\d+", a)[-1]) for a, s in ranges} == {s: len(cells(path, s)) for _, s in ranges}
        assert len([n for n in xml if re.search(r"slicers/slicer\d+\.xml$", n)]) == 4
        assert sum(t.count("<slicer ") for n, t in xml.items() if "slicers/slicer" in n) == 9


def test_no_cell_is_a_formula_whatever_a_delivery_says(demo_installation: Installation, tmp_path: Path) -> None:
    release = tmp_path / "published" / "releases" / demo_installation.current.name
    release.mkdir(parents=True)
    (tmp_path / "published" / "current").symlink_to(release)
    for name in ("kdi.duckdb", "manifest.json"):
        (release / name).write_bytes((demo_installation.current / name).read_bytes())
    (tmp_path / "lake").symlink_to(demo_installation.home / "lake")
    evil = '=HYPERLINK("http://x";"klik") <&> \' +1 @sum'
    with duckdb.connect(str(release / "kdi.duckdb")) as connection:
        connection.execute("update marts.dim_it_system set navn = ?", [evil])
    (path,) = make_workbooks(Settings(home=tmp_path), "Aalborg")
    rows = cells(path, "Data kald")
    assert str(rows[1][rows[0].index("IT-system")]).startswith(evil)
    sheets = {n: t for n, t in parts(path).items() if n.startswith("xl/worksheets/sheet")}
    assert len(sheets) >= 10
    assert [n for n, t in sheets.items() if re.search(r"<f[ >]", t)] == []


def test_who_shares_with_whom_is_data(demo_installation: Installation, demo: duckdb.DuckDBPyConnection) -> None:
    """Aalborg lets Aarhus see its rows, Odense lets everybody."""
    with demo_installation.in_force() as settings:
        nobody_shares = readers(demo, in_force(settings))
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


@pytest.mark.lang
def test_workbooks_for_all_municipalities(demo_installation: Installation, proof: Proof) -> None:
    import time

    began = time.monotonic()
    with demo_installation.in_force() as settings:
        made = [p.name for p in make_workbooks(settings)]
        with duckdb.connect(str(demo_installation.current / "kdi.duckdb"), read_only=True) as connection:
            assert made == [file_name(r) for r in readers(connection, in_force(settings))]
    assert len(made) == 99
    proof.says("Excel: projektmapper til 98 kommuner og KOMBIT", f"{time.monotonic() - began:.0f} sekunder")
