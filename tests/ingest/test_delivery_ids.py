"""The name of a delivery with small counts says which of its period it is, and nothing of what is in it."""

import json
from pathlib import Path

import dagster as dg
import pytest
from receiving import Platform

from expectations.profiles import profiles
from kdi.ingest.intake import take_in
from kdi.lake.delivery import Delivery
from orchestration.assets.periods import PeriodReport, PeriodState

HEADER = "myndighed_cvr;myndighed_navn;it_system_uuid;it_system_navn;kle_nummer;kle_emne;antal_sager\n"
ROW = "29189420;Aalborg;6f9619ff-8b86-d011-b42d-00c04fc964ff;Nexus;27.36.04;Hjælp;{}\n"


def taken_in(home: Path, *counts: int) -> list[Delivery]:
    """A file of one count, and its corrections, each taken in before the next comes."""
    platform = Platform(home)
    for count in counts:
        platform.put("kle", "kle_2023-01-31.csv", (HEADER + ROW.format(count)).encode())
        take_in(platform.parts.reception, profiles()["kle"])
    return platform.parts.lake.log.all("kle")


def test_files_that_differ_in_a_hidden_count_have_the_same_name(tmp_path: Path) -> None:
    (three,), (four,) = taken_in(tmp_path / "a", 3), taken_in(tmp_path / "b", 4)
    assert three.sha256 != four.sha256
    assert three.leverance_id == four.leverance_id
    assert three.sha256[:6] not in three.leverance_id


def test_a_correction_has_another_and_the_same_file_again_is_the_same_delivery(tmp_path: Path) -> None:
    first, second = taken_in(tmp_path, 3, 4, 3)
    assert first.leverance_id != second.leverance_id
    assert (first.sum_indlaest, second.sum_indlaest) == (3, 4)


@pytest.mark.parametrize("key", ["sha256", "kontrolsum"])
def test_dagster_is_told_no_sum_and_no_hash_of_it(key: str, tmp_path: Path) -> None:
    (delivery,) = taken_in(tmp_path, 3)
    states = {"2023-01-31": PeriodState("2023-01-31", delivery)}
    report = PeriodReport(None, dg.AssetKey("kle"), states, tmp_path)  # type: ignore[arg-type]
    told = report._materialization(delivery, is_new=True)
    assert key not in told.metadata
    assert delivery.sha256[:12] not in json.dumps([str(told.metadata), told.tags])
