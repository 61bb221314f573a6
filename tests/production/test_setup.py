"""The set-up of docs/production.md at work: login, a load through the proxy, and processes that are killed."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from samples.deliveries import Delivery, System, call, day
from samples.installation import Installation
from security.test_web_server import LOOPBACK_ONLY, listening

from kdi.installation import Installation as Parts
from kdi.machine import lock
from kdi.settings import PROJECT_ROOT, Settings
from orchestration.partitions import span_tags

from .conftest import Production
from .proxy import OPERATE, READ
from .supervisor import until

pytestmark = pytest.mark.long

LOOPBACK = {*LOOPBACK_ONLY, "0000000000000000FFFF00000100007F"}  # and 127.0.0.1 as gRPC's sockets have it

LAUNCH = """mutation ($params: ExecutionParams!) { launchRun(executionParams: $params) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
STATUS = "query ($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
RETRIES = (
    """query ($filter: RunsFilter!) { runsOrError(filter: $filter) { ... on Runs { results { runId status } } } }"""
)


def execution(job: str, tags: dict[str, str]) -> dict[str, object]:
    return {
        "selector": {
            "repositoryLocationName": "kdi_indsigt", "repositoryName": "__repository__", "pipelineName": job,
        },
        "runConfigData": {},
        "mode": "default",
        "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in tags.items()]},
    }  # fmt: skip


def launch(production: Production, job: str, tags: dict[str, str] | None = None) -> str:
    """Start a run as an operator does in the UI; returns its id."""
    found = production.client.graphql(LAUNCH, params=execution(job, tags or {}))["launchRun"]
    assert found["__typename"] == "LaunchRunSuccess", found
    return str(found["run"]["runId"])


def status(production: Production, run_id: str) -> str:
    return str(production.client.graphql(STATUS, id=run_id)["runOrError"]["status"])


def succeeds(production: Production, run_id: str, seconds: float = 300) -> None:
    until(
        lambda: status(production, run_id) in ("SUCCESS", "FAILURE", "CANCELED"), seconds,
        f"run {run_id} ended: {production.log()}",
    )  # fmt: skip
    assert status(production, run_id) == "SUCCESS", production.log()


def delivery(date: str, calls: int) -> Delivery:
    return day(date, call(f"{date}T08:00:00+01:00", "Fredericia", System("Jobcentersystemet"), calls))


def loaded_elsewhere(folder: Path, *deliveries: Delivery) -> Installation:
    """The same deliveries loaded by one `kdi load` without any of this: what must be published."""
    other = Installation(folder, folder / "dagster")
    other.deliver(*deliveries)
    assert other.load().failures == []
    return other


FIRST, SECOND, THIRD = delivery("2022-01-10", 7), delivery("2022-01-11", 11), delivery("2022-01-12", 13)


def test_nobody_comes_in_without_a_login(production: Production) -> None:
    ask = production.client.ask
    for host in (READ, OPERATE):
        for path in ("/", "/graphql", "/server_info", "/runs"):
            assert ask(host, path=path).status == 401, (host, path)
        assert ask(host, login=host, path="/server_info").status == 200
    assert ask(OPERATE, login=READ, path="/server_info").status == 401, "a reader is no operator"
    assert ask(READ, login=OPERATE, path="/server_info").status == 401


def test_nothing_listens_to_other_machines(production: Production) -> None:
    sockets = {s for service in production.services.values() for s in listening(service.group)}
    assert {production.places.ports[port] for port in (3000, 3001, 4000)} <= {port for _, port in sockets}
    assert {address for address, _ in sockets} <= LOOPBACK, sockets


def test_a_page_elsewhere_cannot_use_a_browsers_login(production: Production) -> None:
    """Dagster itself takes mutations in the address of a GET."""
    path = "/graphql?query=%7B__typename%7D"
    for origin, expected in (("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)):
        answer = production.client.ask(OPERATE, path=path, login=OPERATE, Sec_Fetch_Site=origin)
        assert answer.status == expected, (origin, answer.data)


def test_the_ui_gets_its_websocket(production: Production) -> None:
    for host in (READ, OPERATE):
        assert production.client.handshake(host, login=host).startswith("HTTP/1.1 101 ")
        assert production.client.handshake(host, login="").startswith("HTTP/1.1 401 ")


def test_a_load_through_the_proxy_and_not_through_the_read_only_server(production: Production, tmp_path: Path) -> None:
    production.installation.deliver(FIRST)
    tags = span_tags(FIRST.period, FIRST.period)
    refused = production.client.graphql(LAUNCH, READ, params=execution("modtag_stoettesystemerne", tags))
    assert refused["launchRun"]["__typename"] == "UnauthorizedError"
    for job, its_tags in (("modtag_reference", {}), ("modtag_stoettesystemerne", tags), ("byg_og_udgiv", {})):
        succeeds(production, launch(production, job, its_tags))
    assert production.installation.content() == loaded_elsewhere(tmp_path, FIRST).content()


def test_a_killed_code_server_comes_back_and_its_run_is_tried_again(production: Production, tmp_path: Path) -> None:
    production.installation.deliver(SECOND)
    settings = Settings(home=production.places.home, _env_file=None)  # type: ignore[call-arg]
    writer_lock = Parts(settings).lake.writer_lock
    lock.acquire(writer_lock)  # the run waits for it, in the middle of its work
    try:
        killed = launch(production, "modtag_stoettesystemerne", span_tags(SECOND.period, SECOND.period))
        until(lambda: status(production, killed) == "STARTED", 120, f"the run began: {production.log()}")
        before = production.services["kdi-code"].starts
        production.services["kdi-code"].kill()
        until(lambda: status(production, killed) == "FAILURE", 180, f"its death was noticed: {production.log()}")
    finally:
        lock.release(writer_lock)
    until(lambda: production.services["kdi-code"].starts == before + 1, 240, "it was started again, once")
    production.wait_until_ready()
    again = {"tags": [{"key": "dagster/parent_run_id", "value": killed}]}

    def tried_again() -> bool:
        runs = production.client.graphql(RETRIES, filter=again)["runsOrError"]["results"]
        return [run["status"] for run in runs] == ["SUCCESS"]

    until(tried_again, 300, f"the run was tried again: {production.log()}")
    succeeds(production, launch(production, "byg_og_udgiv"))
    assert production.installation.content() == loaded_elsewhere(tmp_path, FIRST, SECOND).content()


def test_a_killed_daemon_comes_back_and_takes_what_was_queued(production: Production, tmp_path: Path) -> None:
    production.installation.deliver(THIRD)
    before = production.services["kdi-daemon"].starts
    production.services["kdi-daemon"].kill()
    run = launch(production, "modtag_stoettesystemerne", span_tags(THIRD.period, THIRD.period))
    until(lambda: production.services["kdi-daemon"].starts == before + 1, 60, "it was started again, once")
    succeeds(production, run)
    succeeds(production, launch(production, "byg_og_udgiv"))
    assert production.installation.content() == loaded_elsewhere(tmp_path, FIRST, SECOND, THIRD).content()


def test_runs_are_kept_in_postgresql_and_the_database_can_be_migrated(production: Production) -> None:
    with psycopg.connect(production.database) as connection:
        (runs,) = connection.execute("select count(*) from runs").fetchone() or (0,)
        assert runs >= 7
    assert not list(production.places.home.rglob("runs.db"))
    done = subprocess.run(
        [str(Path(sys.executable).with_name("dagster")), "instance", "migrate"],
        cwd=PROJECT_ROOT, env={"PATH": os.environ["PATH"], **production.variables}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_queue_has_the_limits_of_the_documentation(production: Production) -> None:
    found = production.client.graphql("{ instance { runQueueConfig { maxConcurrentRuns } } }")
    assert found["instance"]["runQueueConfig"]["maxConcurrentRuns"] == 4


def test_the_password_is_in_no_log(production: Production) -> None:
    for file in [*production.places.folder.glob("*.log"), *(production.places.folder / "nginx").glob("*.log")]:
        text = file.read_text(encoding="utf-8", errors="replace")
        assert "kodeord" not in text, file
