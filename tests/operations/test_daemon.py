"""With Dagster's daemon running as in production: killed runs give their slot back, and failing sensors are told."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest
from background import running
from samples.deliveries import System, call, day
from samples.installation import Installation

from kdi.installation import here
from kdi.machine.lock import acquire, release
from kdi.settings import PROJECT_ROOT, get_settings
from orchestration.dagster_internals.launcher import is_alive
from orchestration.partitions import span_tags

from .servers import mail_server

DAYS = ("2022-01-10", "2022-01-11")
POLL_SECONDS = 20  # run_monitoring in instance.yaml


def test_a_process_that_ended_is_not_alive() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert is_alive(process.pid)
    process.kill()
    until(lambda: not is_alive(process.pid), 10, "it is a zombie until we bury it, and dead all the same")
    process.wait()
    assert not is_alive(process.pid)
    assert is_alive(1)


def until(holds: Callable[[], object], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


@pytest.fixture
def daemon(instance: dg.DagsterInstance, tmp_path: Path) -> Iterator[Path]:
    """Dagster's daemon with its code server; its output's file."""
    log = tmp_path / "daemon.log"
    program = str(Path(sys.executable).with_name("dagster-daemon"))
    with running(program, "run", "-w", str(PROJECT_ROOT / "workspace.yaml"), log=log):
        until(lambda: log.exists() and b"Instance is configured with" in log.read_bytes(), 120, "the daemon started")
        yield log


def launch(*periods: str) -> None:
    """Put a run of the intake in the queue, as the sensor does."""
    program = str(Path(sys.executable).with_name("dagster"))
    tags = json.dumps(span_tags(periods[0], periods[-1]))
    subprocess.run(
        [program, "job", "launch", "-w", "workspace.yaml", "-j", "modtag_stoettesystemerne", "--tags", tags],
        cwd=PROJECT_ROOT, check=True, capture_output=True,
    )  # fmt: skip


def process_of(instance: dg.DagsterInstance, run_id: str) -> int | None:
    return instance.run_launcher._pid(run_id)  # type: ignore[attr-defined]


@pytest.mark.long
def test_a_killed_load_gives_its_slot_to_the_next_run(
    instance: dg.DagsterInstance, installation: Installation, daemon: Path
) -> None:
    """A `kdi load` is killed with SIGKILL in the middle of its intake, when its run has the writer's slot."""
    system = System("Jobcentersystemet")
    for period in DAYS:
        installation.deliver(day(period, call(f"{period}T08:00:00+01:00", "Fredericia", system, 7)))
    killed_there = {**os.environ, "KDI_CRASH_AT": "receive: judged|1|"}
    load = subprocess.run([sys.executable, "-m", "kdi.commands.cli", "load"], cwd=PROJECT_ROOT, env=killed_there)
    assert load.returncode == -signal.SIGKILL
    (killed,) = started(instance)
    launch(*DAYS)
    until(lambda: status(instance, killed) is dg.DagsterRunStatus.FAILURE, 4 * POLL_SECONDS, "the dead run was noticed")
    until(lambda: partitions(instance) == set(DAYS), 180, "the next run got the slot and loaded both days")


@pytest.mark.long
def test_a_killed_queued_run_is_tried_again_by_itself(
    instance: dg.DagsterInstance, installation: Installation, daemon: Path
) -> None:
    installation.deliver(day(DAYS[0], call(f"{DAYS[0]}T08:00:00+01:00", "Fredericia", System("KSD"), 7)))
    writer_lock = here().lake.writer_lock
    acquire(writer_lock)
    launch(DAYS[0], DAYS[0])
    until(lambda: started(instance) and process_of(instance, started(instance)[0]), 180, "the run began")
    (killed,) = started(instance)
    pid = process_of(instance, killed)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(lambda: status(instance, killed) is dg.DagsterRunStatus.FAILURE, 4 * POLL_SECONDS, "the dead run was noticed")
    release(writer_lock)
    until(lambda: partitions(instance) == {DAYS[0]}, 240, "Dagster tried again, and it was loaded")


def started(instance: dg.DagsterInstance) -> list[str]:
    return [run.run_id for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))]


def status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


def partitions(instance: dg.DagsterInstance) -> set[str]:
    return instance.get_materialized_partitions(dg.AssetKey(["lake", "stoettesystemerne"]))


@pytest.mark.long
def test_a_sensor_that_cannot_look_is_told(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The inbox is at a server whose key nobody has given us. The alert sensor runs without being turned on."""
    with mail_server() as mail:
        monkeypatch.setenv("KDI_ALERT_URLS", mail.url)
        monkeypatch.setenv("KDI_INBOX", "sftp://kdi@127.0.0.1:9/indbakke")
        get_settings.cache_clear()
        request.getfixturevalue("daemon")
        program = str(Path(sys.executable).with_name("dagster"))
        subprocess.run(
            [program, "sensor", "start", "nye_leverancer", "-w", "workspace.yaml"],
            cwd=PROJECT_ROOT, check=True, capture_output=True,
        )  # fmt: skip
        until(lambda: mail.mails, 240, "the alert came")
        assert mail.mails[0]["Subject"] == "KDI Indsigt: nye_leverancer kan ikke starte kørsler"
        assert "KDI_INBOX_KNOWN_HOSTS er ikke sat" in mail.text(0).replace("\n", " ")
        time.sleep(POLL_SECONDS)
        assert len(mail.mails) == 1, "once, though it fails every half minute"
