"""Two code locations in one process, made with settings of their own, keep to their own installations."""

from pathlib import Path

import dagster as dg
import pytest
from samples.deliveries import System, calls_in_month, month
from samples.installation import Installation

from kdi.settings import Settings, get_settings
from orchestration.dagster_internals.origins import make_run, run_here
from orchestration.definitions import definitions
from orchestration.partitions import span_tags

MONTHS = {"her": ("2022-03", 3), "der": ("2022-04", 5)}


def settings_of(installation: Installation) -> Settings:
    """As its operator would write them, without being the process's."""
    with installation.in_force() as settings:
        return settings


@pytest.mark.long
def test_each_loads_its_own_month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nobodys = tmp_path / "ingens"
    monkeypatch.setenv("KDI_HOME", str(nobodys))
    get_settings.cache_clear()
    homes = {name: Installation(tmp_path / name, tmp_path / "dagster") for name in MONTHS}
    locations = {name: definitions(settings_of(installation)) for name, installation in homes.items()}
    for name, (period, calls) in MONTHS.items():
        homes[name].deliver(
            month(period, calls_in_month(period, "Aalborg", System("KSD"), "PersonBaseDataExtendedService v4", calls))
        )
        with dg.DagsterInstance.ephemeral() as instance:
            for job, tags in (
                ("modtag_reference", {}),
                ("modtag_serviceplatformen", span_tags(period, period)),
                ("byg_og_udgiv", {}),
            ):
                made = locations[name].resolve_job_def(job)
                assert run_here(instance, made, make_run(instance, made, tags)).is_success, (name, job)
    for name, (period, calls) in MONTHS.items():
        sql = "select strftime(maaned, '%Y-%m'), sum(antal_kald) from marts.fct_kald_maaned group by all"
        assert homes[name].query(sql) == [(period, calls)]
        assert len(homes[name].releases) == 1
    assert not nobodys.exists()
    get_settings.cache_clear()
