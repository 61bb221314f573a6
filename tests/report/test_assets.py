"""When the reports are made: once a month and a quarter are whole in the release, and from the release in force."""

from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from kdi.installation import here
from kdi.report.catalogue import products
from kdi.report.make import PRODUCTS
from kdi.settings import get_settings
from orchestration.assets import reports

from .conftest import Published


def test_the_catalogue_is_what_can_be_made() -> None:
    assert list(products()) == list(PRODUCTS)
    assert {"/".join(key.path) for asset in reports.ASSETS for key in asset.keys} == {f"reports/{p}" for p in PRODUCTS}


def test_a_quarter_is_due_when_its_three_months_are_whole() -> None:
    months = [date(2022, m, 1) for m in (7, 8, 9, 10, 12)]
    month, quarter = "lav_maanedens_rapporter", "lav_kvartalets_rapporter"
    assert list(reports.due(months)) == [(month, "2022-12"), (quarter, "2022-07")]
    assert list(reports.due(months[:2])) == [(month, "2022-08")]
    assert list(reports.due([])) == []
    assert reports.last_month("kvartal", "2022-10") == date(2022, 12, 1)


def test_the_demo_is_whole_and_asks_for_both(
    published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published.settings(tmp_path)
    monkeypatch.setenv("KDI_HOME", str(tmp_path))
    get_settings.cache_clear()
    try:
        with dg.DagsterInstance.ephemeral() as instance:
            context = dg.build_sensor_context(instance=instance, resources={"installation": here()})
            asked = [(r.job_name, r.partition_key) for r in reports.perioden_er_hel(context)]
            # the same release is not looked at twice
            again = list(reports.perioden_er_hel(context))
            general = [a for a in reports.ASSETS if a.key.path[-1] == "k98"]
            made = dg.materialize(
                general, partition_key="2022-10", instance=instance, resources={"installation": here()}
            )
    finally:
        get_settings.cache_clear()
    assert asked == [("lav_maanedens_rapporter", "2023-02"), ("lav_kvartalets_rapporter", "2022-10")]
    assert [type(r) for r in again] == [dg.SkipReason]
    assert made.success
    assert (tmp_path / "reports" / "2022K4" / "potentialeanalyse-k98.pdf").read_bytes().startswith(b"%PDF")


def test_a_report_that_was_made_of_the_release_in_force_is_not_made_again(
    published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A span of quarters in one run: what is no quarter of the release stays missing, and fails nothing."""
    published.settings(tmp_path)
    monkeypatch.setenv("KDI_HOME", str(tmp_path))
    get_settings.cache_clear()
    general = [a for a in reports.ASSETS if a.key.path[-1] == "k98"]
    span = {"dagster/asset_partition_range_start": "2022-10", "dagster/asset_partition_range_end": "2023-04"}
    try:
        with dg.DagsterInstance.ephemeral() as instance:
            assert dg.materialize(general, instance=instance, tags=span, resources={"installation": here()}).success
            pdf = tmp_path / "reports" / "2022K4" / "potentialeanalyse-k98.pdf"
            before = pdf.stat().st_mtime_ns
            assert dg.materialize(general, instance=instance, tags=span, resources={"installation": here()}).success
            assert instance.get_materialized_partitions(general[0].key) == {"2022-10"}
            event = instance.get_latest_materialization_event(general[0].key)
    finally:
        get_settings.cache_clear()
    assert pdf.stat().st_mtime_ns == before
    assert event is not None and event.asset_materialization is not None
    assert str(event.asset_materialization.description).startswith("Uændret")
