"""KOMBIT's own figures come out as they stand in the workshop deck."""

from decimal import ROUND_HALF_UP, Decimal

from .deliveries import GOLDEN, read_csv
from .golden import DATA_AREAS, FIRST_MONTH, SECOND_MONTH
from .ways import Loaded

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
        "select kommune, sum(kald) / any_value(folketal) from kpi.kald_pr_indbygger"
        " where maaned = ? and folketal is not null group by kommune",
        f"{FIRST_MONTH}-01",
    )
    both = {row["kommune"]: row["kald_pr_indbygger"] for row in RATES}
    assert {name: two_decimals(rate) for name, rate in rows} == {name: both[name] for name, _ in rows}
    assert len(rows) == 6


def two_decimals(number: float) -> str:
    return str(Decimal(str(number)).quantize(Decimal("0.01"), ROUND_HALF_UP))
