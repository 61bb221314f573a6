"""KOMBIT's own figures come out as they stand in the workshop deck."""

from decimal import ROUND_HALF_UP, Decimal

from samples.deliveries import GOLDEN
from samples.files import read_csv
from samples.ways import Loaded

from .golden import DATA_AREAS, DECK, FIRST_MONTH, MATRIX_DATE, REPORT_DATE, SECOND_MONTH

TABLE = read_csv(GOLDEN / "kald_pr_dataomraade.csv")
RATES = read_csv(GOLDEN / "kald_pr_indbygger.csv")


def test_calls_per_municipality_and_data_area(golden: Loaded) -> None:
    assert golden.result.failures == []
    rows = golden.installation.query(
        "select kommune, dataomraade, kald from kpi.kald_pr_indbygger where maaned = ?", f"{FIRST_MONTH}-01"
    )
    expected = {
        (row["kommune"], area): int(row[column])
        for row in TABLE
        for column, (_, area) in DATA_AREAS.items()
        if row[column]
    }
    assert len(expected) == 13 * 4 + 1
    assert {(kommune, area): calls for kommune, area, calls in rows} == expected


def test_totals_per_municipality_and_of_all(golden: Loaded) -> None:
    rows = golden.installation.query(
        "select kommune, sum(kald) from kpi.kald_pr_indbygger where maaned = ? group by kommune", f"{FIRST_MONTH}-01"
    )
    totals = {row["kommune"]: int(row["total"]) for row in TABLE}
    assert dict(rows) == totals
    denmark = golden.installation.query(
        "select kald from kpi.kald_pr_borger_danmark where maaned = ?", f"{FIRST_MONTH}-01"
    )
    assert denmark == [(sum(totals.values()),)]


def test_why_only_fredericia(golden: Loaded) -> None:
    """The deck's own question: the holes are exactly the twelve others."""
    service = ("PersonBaseDataExtendedService", "v4", f"{FIRST_MONTH}-01")
    reach = golden.installation.query(
        "select aktive, anvendere, snitflade from kpi.udbredelse where service = ? and version = ? and maaned = ?",
        *service,
    )
    assert reach == [(1, 13, "SF1520")]
    holes = golden.installation.query(
        "select kommune, aktive, anvendere from kpi.udbredelse_huller where service = ? and version = ? and maaned = ?",
        *service,
    )
    twelve = {row["kommune"] for row in TABLE} - {"Fredericia"}
    assert len(twelve) == 12
    assert sorted(holes) == [(kommune, 1, 13) for kommune in sorted(twelve)]
    others = golden.installation.query(
        "select count(*) from kpi.udbredelse_huller where version is null and maaned = ?", f"{FIRST_MONTH}-01"
    )
    assert others == [(0,)]


def test_calls_per_inhabitant_and_their_order(golden: Loaded) -> None:
    rows = golden.installation.query(
        "select rang, kommune, xyz_klasse, kald, kald_pr_indbygger from kpi.kald_pr_indbygger"
        " where maaned = ? order by rang",
        f"{SECOND_MONTH}-01",
    )
    assert [(rank, name, size, calls, two_decimals(rate)) for rank, name, size, calls, rate in rows] == [
        (rank, row["kommune"], row["xyz"], int(row["kald"]), row["kald_pr_indbygger"])
        for rank, row in enumerate(RATES, start=1)
    ]


def test_the_two_tables_agree_where_they_meet(golden: Loaded) -> None:
    rows = golden.installation.query(
        "select kommune, sum(kald) / any_value(folketal) from kpi.kald_pr_indbygger where maaned = ? group by kommune",
        f"{FIRST_MONTH}-01",
    )
    rates = {row["kommune"]: row["kald_pr_indbygger"] for row in RATES}
    both = {name: two_decimals(rate) for name, rate in rows if name in rates}
    assert both == {name: rates[name] for name in both}
    assert len(both) == 6


def test_the_connection_report(golden: Loaded) -> None:
    rows = golden.installation.query(
        "select obligatoriske, klarmeldte, delvise, tilslutningsgrad from kpi.tilslutning"
        " where statusdato = ? and it_system = ?",
        REPORT_DATE,
        DECK.navn,
    )
    assert rows == [(15, 11, 3, 11 / 15)]


def test_every_status_of_the_matrix_is_kept(golden: Loaded) -> None:
    rows = golden.installation.query(
        """select system.navn, snitflade.snitflade, fakta.klarmelding_leveret from marts.fct_klarmelding as fakta
        join marts.dim_it_system as system using (it_system_id)
        join marts.dim_snitflade as snitflade using (snitflade_id)
        where statusdato = ? and fakta.klarmelding_leveret is not null""",
        MATRIX_DATE,
    )
    matrix = read_csv(GOLDEN / "onboarding_matrix.csv")
    expected = {
        (f"System {row['raekke']}", interface, text)
        for row in matrix
        for interface, text in row.items()
        if interface != "raekke" and text
    }
    assert len(expected) == 119
    assert set(rows) == expected
    spelled = dict(
        golden.installation.query(
            "select klarmelding_leveret, any_value(klarmelding) from marts.fct_klarmelding group by all"
        )
    )
    assert (spelled["Ja"], spelled["Delvist"], spelled["Forløb 3"]) == ("Klarmeldt", "Delvis", "Tilmeldt")


def two_decimals(number: float) -> str:
    return str(Decimal(str(number)).quantize(Decimal("0.01"), ROUND_HALF_UP))
