"""Backfills that are killed, again and again: nothing is lost, and when one has come to its end no colour lies."""

import os
import random
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run
from dagster._core.launcher import WorkerStatus
from reliability import crash, processes
from samples.deliveries import Delivery, System, call, day
from samples.installation import Installation, Table

from kdi.commands.load import use_dagster_home
from kdi.installation import here
from kdi.lake.standing import standings_in
from kdi.settings import get_settings
from orchestration.assets.months import STATUS_KEY
from orchestration.assets.periods import states_of
from orchestration.dagster_internals.events import check_states
from orchestration.dagster_internals.origins import make_run, run_here
from orchestration.definitions import defs
from orchestration.keys import intake_job_name, lake_key
from orchestration.partitions import ACCEPTED, DAYS, MONTH_STATUS, MONTHS, NOT_HELD_BACK, span_tags

SOURCE = "stoettesystemerne"
KEY = lake_key(SOURCE)
TABLES = [dg.AssetKey(["marts", "fct_kald_time"]), dg.AssetKey(["kpi", "kald_pr_indbygger"])]
ASKED = ["2021-11", "2021-12", "2022-01"]
SPAN = [(date(2021, 11, 1) + timedelta(days=n)).isoformat() for n in range(92)]
REFUSED = ["2021-11-17", "2021-12-24", "2022-01-02"]
ABSENT = ["2021-11-09", "2022-01-13", "2022-01-14"]
KILLS, IN_A_ROW = 40, 5


def a_day(period: str) -> Delivery:
    calls = -3 if period in REFUSED else int(period[-2:])
    return day(period, call(f"{period}T08:00:00+01:00", "Fredericia", System("KSD"), calls))


def backfill(environment: Mapping[str, str]) -> None:
    """In a process of its own: the days of three months in one run, then two tables of these months in another."""
    with processes._silently():
        os.environ.update(environment)
        get_settings.cache_clear()
        with use_dagster_home(get_settings()) as instance:
            days = defs.resolve_job_def(intake_job_name(SOURCE))
            run_here(instance, days, make_run(instance, days, span_tags(SPAN[0], SPAN[-1])))
            months = defs.resolve_implicit_global_asset_job_def().get_subset(asset_selection=frozenset(TABLES))
            tags = span_tags(ASKED[0], ASKED[-1])
            run = instance.create_run_for_job(months, tags=tags, asset_selection=frozenset(TABLES))
            execute_run(InMemoryJob(months), run, instance, raise_on_error=False)


def start(installation: Installation, **environment: str) -> ForkServerProcess:
    return processes.fork(backfill, installation.environment | environment)


def end_the_dead(instance: dg.DagsterInstance) -> None:
    """What the daemon does with a run whose process is gone."""
    statuses = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING]
    for run in instance.get_runs(dg.RunsFilter(statuses=statuses)):
        assert instance.run_launcher.check_run_worker_health(run).status is WorkerStatus.FAILED
        instance.report_run_failed(run)


def differences(what: str, found: Mapping[str, Any], true: Mapping[str, Any]) -> list[str]:
    periods = sorted({*found, *true})
    return [f"{what} {p}: {found.get(p)}, not {true.get(p)}" for p in periods if found.get(p) != true.get(p)]


def lies(installation: Installation, instance: dg.DagsterInstance) -> list[str]:
    """What the colours say that neither the log nor the release does."""

    def colours(key: dg.AssetKey, periods: list[str], definition: dg.PartitionsDefinition) -> dict[str, str]:
        found = instance.get_status_by_partition(key, periods, definition) or {}
        return {period: status.value if status else "MISSING" for period, status in found.items()}

    def answers(key: dg.AssetKey, name: str) -> dict[str, bool | None]:
        return check_states(instance, dg.AssetCheckKey(key, name))

    states = states_of(standings_in(here().lake.log), SOURCE)
    refused, held = {p for p, s in states.items() if s.refused}, {p for p, s in states.items() if s.waits}
    green = {p: "MATERIALIZED" if s.materialized else "FAILED" for p, s in states.items()}
    status = installation.query(
        "select strftime(maaned, '%Y-%m'), status = 'komplet' from marts.maaned_status where platform = 'alle'"
    )
    return [
        *differences("day", colours(KEY, SPAN, DAYS), {p: green.get(p, "MISSING") for p in SPAN}),
        *differences("accepted", answers(KEY, ACCEPTED), {p: p not in refused for p in SPAN}),
        *differences("not held back", answers(KEY, NOT_HELD_BACK), {p: p not in held for p in SPAN}),
        *(line for key in TABLES
          for line in differences(str(key), colours(key, ASKED, MONTHS), dict.fromkeys(ASKED, "MATERIALIZED"))),
        *differences("status", answers(STATUS_KEY, MONTH_STATUS), dict(status)),
    ]  # fmt: skip


@dataclass(frozen=True)
class Unharmed:
    installation: Installation
    steps: list[crash.Step]
    seconds: float
    content: dict[str, Table]
    lake: dict[str, str]


def with_full_inbox(folder: Path) -> Installation:
    installation = Installation(folder, folder / "dagster")
    installation.deliver(*(a_day(period) for period in SPAN if period not in ABSENT))
    return installation


@pytest.fixture
def unharmed(tmp_path: Path) -> Unharmed:
    installation, log = with_full_inbox(tmp_path / "uskadt"), tmp_path / "trin"
    began = time.monotonic()
    process = start(installation, KDI_STEPS_LOG=str(log))
    process.join()
    seconds = time.monotonic() - began
    return Unharmed(
        installation, crash.steps_taken(log), seconds, installation.content(), crash.hashes_of_lake(installation)
    )


def killed(installation: Installation, unharmed: Unharmed, chance: random.Random) -> str | None:
    """Kill a backfill at one of its steps or at any moment; where, or None when it had ended by then."""
    if chance.random() < 0.5:
        kill = chance.choice(crash.kills_of(unharmed.steps))
        name = unharmed.steps[kill.place].name
        nth = sum(step.name == name for step in unharmed.steps[: kill.place + 1])
        where = f"{name}|{nth}|{'half' if kill.half else ''}"
        process = start(installation, KDI_CRASH_AT=where)
        process.join()
    else:
        process = start(installation)
        process.join(chance.uniform(0.3, 0.9 * unharmed.seconds))
        where = "at some moment"
        process.kill()
        process.join()
    return where if process.exitcode == -signal.SIGKILL else None


@pytest.mark.long
def test_forty_killed_backfills_lose_nothing_and_no_colour_lies(tmp_path: Path, unharmed: Unharmed) -> None:
    """Some in a row on one installation, then one that comes to its end."""
    chance, places = random.Random(20260303), []
    while len(places) < KILLS:
        installation = with_full_inbox(tmp_path / f"raekke-{len(places)}")
        with installation.in_force(), use_dagster_home(get_settings()) as instance:
            row = [killed_there(installation, instance, unharmed, chance) for _ in range(IN_A_ROW)]
            places += filter(None, row)
            process = start(installation)
            process.join()
            assert process.exitcode == 0
            assert lies(installation, instance) == [], row
            assert installation.content() == unharmed.content, row
            assert crash.hashes_of_lake(installation) == unharmed.lake, row
            assert crash.left_over(installation) == [], row


def killed_there(
    installation: Installation, instance: dg.DagsterInstance, unharmed: Unharmed, chance: random.Random
) -> str | None:
    where = killed(installation, unharmed, chance)
    end_the_dead(instance)
    return where


@pytest.mark.long
def test_a_backfill_that_nobody_kills_tells_no_lie(unharmed: Unharmed) -> None:
    with unharmed.installation.in_force(), use_dagster_home(get_settings()) as instance:
        assert lies(unharmed.installation, instance) == []
        states = states_of(standings_in(here().lake.log), SOURCE)
        assert sorted(p for p, s in states.items() if s.refused) == REFUSED
        assert {*SPAN} - {*states} == {*ABSENT}
