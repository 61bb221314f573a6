"""The log of events: one JSON object per line, where the setting says, without values that may not be seen."""

import json
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from samples.installation import Installation

from kdi.settings import get_settings
from orchestration.operations import logs


@dg.asset(key=["lake", "proeve"], check_specs=[dg.AssetCheckSpec("har_raekker", asset=["lake", "proeve"])])
def sample(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    context.log.info("læst")
    context.log.debug("ikke for læsere")
    return dg.MaterializeResult(
        metadata={"dagster/row_count": 3},
        check_results=[dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.WARN)],
    )


@dg.asset(key=["lake", "fejler"])
def failing() -> None:
    raise ValueError("kan ikke læse 311299-9999")


def events(installation: Installation) -> list[dict[str, Any]]:
    (file,) = (installation.home / "log").iterdir()
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_run_tells_its_story(instance: dg.DagsterInstance, installation: Installation) -> None:
    run_id = dg.materialize([sample], instance=instance).run_id
    told = events(installation)
    assert [event["event"] for event in told] == [
        "RUN_START", "STEP_START", "LOG", "ASSET_MATERIALIZATION", "ASSET_CHECK_EVALUATION", "STEP_SUCCESS",
        "RUN_SUCCESS",
    ]  # fmt: skip
    assert {event["run_id"] for event in told} == {run_id}
    by_name = {event["event"]: event for event in told}
    assert by_name["LOG"]["message"] == "læst"
    made = by_name["ASSET_MATERIALIZATION"]
    assert (made["asset"], made["rows"], made["step"]) == ("lake/proeve", 3, "lake__proeve")
    check = by_name["ASSET_CHECK_EVALUATION"]
    assert (check["check"], check["passed"], check["severity"]) == ("har_raekker", False, "WARN")


def test_a_failure_names_its_kind_but_no_value(instance: dg.DagsterInstance, installation: Installation) -> None:
    dg.materialize([failing], instance=instance, raise_on_error=False)
    told = events(installation)
    (failure,) = [event for event in told if event["event"] == "STEP_FAILURE"]
    assert (failure["level"], failure["error"], failure["step"]) == ("ERROR", "ValueError", "lake__fejler")
    assert "311299" not in json.dumps(told)


def test_to_stderr(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KDI_LOG", "stderr")
    get_settings.cache_clear()
    logs.write("ROLLBACK", level="WARNING", release="20220103T000000Z-0000")
    (line,) = [line for line in capfd.readouterr().err.splitlines() if line.startswith("{")]
    assert json.loads(line) | {"time": ""} == {
        "time": "", "level": "WARNING", "event": "ROLLBACK", "release": "20220103T000000Z-0000",
    }  # fmt: skip
    assert not (installation.home / "log").exists()


def test_off(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KDI_LOG", "off")
    get_settings.cache_clear()
    logs.write("ROLLBACK")
    assert not (installation.home / "log").exists()


def test_a_log_that_cannot_be_written_does_not_end_the_run(
    instance: dg.DagsterInstance, installation: Installation, tmp_path: Path
) -> None:
    installation.home.mkdir(exist_ok=True)
    (installation.home / "log").write_text("a file where the folder should be", encoding="utf-8")
    assert dg.materialize([sample], instance=instance).success
