"""What the cleanup throws away, and what it must not: real runs, aged by moving the clock of the cleanup."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from ingest.receiving import HOURLY, Platform, three_hours
from samples.files import csv_bytes
from samples.installation import Installation

from kdi.installation import here
from kdi.publish.release import Manifest
from kdi.settings import get_settings
from orchestration.operations import logs, retention

DAYS = dg.StaticPartitionsDefinition(["2022-01-03", "2022-01-04"])
LATER = datetime.now(UTC) + timedelta(days=1)


@dg.asset(partitions_def=DAYS, check_specs=[dg.AssetCheckSpec("talt", asset="dage")])
def dage(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    print("uddata")
    return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True, check_name="talt")])


@dg.op
def nothing() -> None:
    pass


@dg.job
def tick() -> None:
    nothing()


def materialize(instance: dg.DagsterInstance, day: str) -> str:
    return dg.materialize([dage], instance=instance, partition_key=day).run_id


def test_old_runs_go_with_their_events_and_output(instance: dg.DagsterInstance, installation: Installation) -> None:
    run_id = tick.execute_in_process(instance=instance).run_id
    assert list((installation.dagster_home / "storage").glob(f"{run_id}*"))
    assert retention.delete_old_runs(instance, LATER) == 1
    assert instance.get_run_by_id(run_id) is None
    assert instance.all_logs(run_id) == []
    assert not list((installation.dagster_home / "storage").glob(f"{run_id}*"))


def test_young_runs_stay(instance: dg.DagsterInstance) -> None:
    run_id = tick.execute_in_process(instance=instance).run_id
    assert retention.delete_old_runs(instance, datetime.now(UTC) - timedelta(days=1)) == 0
    assert instance.get_run_by_id(run_id) is not None


def test_no_partition_loses_its_newest_materialisation(instance: dg.DagsterInstance) -> None:
    """The first day was made once, the second twice: only the run that was overtaken goes."""
    first = materialize(instance, "2022-01-03")
    overtaken = materialize(instance, "2022-01-04")
    newest = materialize(instance, "2022-01-04")
    assert retention.delete_old_runs(instance, LATER) == 1
    assert {run.run_id for run in instance.get_runs()} == {first, newest}
    assert overtaken not in {first, newest}
    assert instance.get_materialized_partitions(dage.key) == {"2022-01-03", "2022-01-04"}


def test_dealt_with_quarantine_goes_and_what_waits_for_somebody_stays(tmp_path: Path) -> None:
    platform = Platform(tmp_path)
    for day in ("2022-01-03", "2022-01-04"):
        platform.put(HOURLY.source, f"{HOURLY.source}_{day}.csv", csv_bytes(three_hours(day, antal_kald="-1")))
    waiting, dealt_with = reversed(platform.take_in(HOURLY).deliveries)
    platform.put(HOURLY.source, f"{HOURLY.source}_2022-01-03.csv", csv_bytes(three_hours("2022-01-03")))
    platform.take_in(HOURLY)
    log, quarantine = platform.parts.lake.log, platform.settings.quarantine
    assert retention.delete_old_quarantine(log, quarantine, datetime.now(UTC) - timedelta(days=1)) == 0
    assert retention.delete_old_quarantine(log, quarantine, LATER) == 1
    kept = [folder.name for folder in platform.settings.quarantine.iterdir()]
    assert (kept, dealt_with.periode) == ([waiting.leverance_id], "2022-01-03")
    assert len(platform.parts.lake.log.all()) == 3, "the log forgets nothing"


def test_old_log_files_go(installation: Installation) -> None:
    logs.write("LOG", message="i dag")
    folder = get_settings().log_folder
    (folder / "kdi-2022-01-03.jsonl").write_text("{}\n", encoding="utf-8")
    assert retention.delete_old_logs(get_settings().log_folder, datetime.now(UTC)) == 1
    assert len(list(folder.iterdir())) == 1


def test_fewer_releases_are_kept_when_the_setting_says_so(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = get_settings()
    for number in range(5):
        folder = settings.published / "releases" / f"2022010{number}T000000Z-0000"
        folder.mkdir(parents=True)
        manifest = replace(Manifest(folder.name, "", None, {}, {}))
        (folder / "manifest.json").write_text(f'{{"publicering_id": "{manifest.publicering_id}"}}', encoding="utf-8")
    (settings.published / "current").symlink_to("releases/20220100T000000Z-0000")
    settings.keep_releases = 2
    releases = here().releases
    assert releases.prune() == 2
    kept = ["20220100T000000Z-0000", "20220103T000000Z-0000", "20220104T000000Z-0000"]
    assert releases.all() == kept, "the current one stays though it is the oldest"


def test_the_job_says_what_it_threw_away(instance: dg.DagsterInstance, installation: Installation) -> None:
    result = retention.oprydning.execute_in_process(instance=instance, resources={"installation": here()})
    assert result.success
    (line,) = [line for line in _lines(installation) if '"CLEANUP"' in line]
    assert '"deleted": {"runs": 0, "logs": 0, "quarantined": 0, "releases": 0}' in line


def _lines(installation: Installation) -> list[str]:
    return [line for f in sorted((installation.home / "log").iterdir()) for line in f.read_text("utf-8").splitlines()]
