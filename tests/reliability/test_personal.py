"""A CPR number that was let in before its spelling was known is found by the scrub, and goes."""

from pathlib import Path

import duckdb
import pytest
from samples import world
from samples.installation import Installation

from kdi.lake.delivery_log import DeliveryLog

from .small import Past

NUMBER = "010190:1234"  # made up


@pytest.fixture
def installation(past: Past, tmp_path: Path) -> Installation:
    """A copy that holds one, in the lake as in its hash, and a file of the quarantine."""
    installation = past.installation.copy(tmp_path.name)
    (path,) = (installation.home / "lake" / "stoettesystemerne" / world.LONG_DAY.period).glob("*.parquet")
    with duckdb.connect() as connection:
        connection.execute(f"create table t as select * replace ('Sag {NUMBER}' as service) from '{path}'")
        connection.execute(f"copy t to '{path}' (format parquet)")
    kept = installation.home / "quarantine" / "stoettesystemerne_2022-01-01_abc"
    kept.mkdir(parents=True)
    (kept / "aarsag.txt").write_text("Leverancen er afvist.\n", encoding="utf-8")
    (kept / "stoettesystemerne_2022-01-01.csv").write_text(f'a;b\nx;"{NUMBER}"\n', encoding="utf-8")
    return installation


@pytest.mark.long
def test_the_scrub_removes_it_everywhere_and_the_next_load_does_not_bring_it_back(installation: Installation) -> None:
    result = installation.kdi("scrub")
    removed = [line for line in result.output.splitlines() if line.startswith("Fjernet ")]
    assert len(removed) == 2 and NUMBER not in result.output
    assert any(line.startswith(f"Fjernet lake/stoettesystemerne/{world.LONG_DAY.period}/") for line in removed)
    for path in installation.home.rglob("*"):
        if path.is_file() and path.suffix in (".parquet", ".csv"):
            assert NUMBER.encode() not in path.read_bytes(), path
    assert list((installation.home / "quarantine").rglob("aarsag.txt"))
    (delivery,) = [
        d for d in DeliveryLog(installation.home / "lake" / "leverancer.sqlite").all("stoettesystemerne")
        if d.periode == world.LONG_DAY.period and "cpr_nummer" in {f.kode for f in d.aarsager}
    ]  # fmt: skip
    assert (delivery.status, delivery.parquet, delivery.raekker_indlaest) == ("afvist", "", 0)
    assert "Fjernet" not in installation.kdi("scrub").output
    installation.load()
    assert installation.query(f"select count(*) from marts.dim_service where service like '%{NUMBER}%'") in (
        [(0,)],
        [0],
    )
    (again,) = (
        d for d in DeliveryLog(installation.home / "lake" / "leverancer.sqlite").all("stoettesystemerne")
        if d.leverance_id == delivery.leverance_id
    )  # fmt: skip
    assert again.status == "afvist", "it is not taken in again"
