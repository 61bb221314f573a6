"""A data engineer's week in the Dagster UI: each step by clicks, and every colour as it should be.

``KDI_SCREENSHOTS`` names a folder for a picture of each step. Web server and daemon run as in production.
"""

import os
import re
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest
from chromium import needs_chromium
from dagster._core.execution.backfill import BulkActionsFilter, BulkActionStatus
from samples.deliveries import Delivery, Row, System, call, calls_in_month, day, month
from samples.installation import Installation

from kdi.commands.load import use_dagster_home
from kdi.settings import get_settings
from orchestration.dagster_internals.events import check_states
from orchestration.dagster_internals.names import NOT_FINISHED_STATUSES
from orchestration.keys import lake_key
from orchestration.partitions import DAYS, MONTHS, NOT_HELD_BACK

from .conftest import Ui, browser, dagster_daemon, dagster_ui

SOURCE = lake_key("stoettesystemerne")
HOURS, KPI = dg.AssetKey(["marts", "fct_kald_time"]), dg.AssetKey(["kpi", "kald_pr_indbygger"])
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (f"2022-06-{number}" for number in range(13, 18))
HISTORY = [(date(2021, 1, 1) + timedelta(days=n)).isoformat() for n in range(365)]
BAD = ["2021-03-08", "2021-07-19", "2021-11-30"]
MONTHS_THERE = ("2022-04", "2022-05")
SERVICES = [f"Tjeneste {number}" for number in range(50)]


def full_day(period: str, share: float = 1.0, faulty: int = 0) -> Delivery:
    """A day of 3,600 rows, or a share of it; some of them with a number of calls that cannot be."""
    rows = [
        call(f"{period}T{hour:02}:00:00+02:00", authority, System("KSD"), 7, service)
        for hour in range(24) for service in SERVICES for authority in ("Fredericia", "Aalborg", "Odense")
    ]  # fmt: skip
    return day(period, *({**row, "antal_kald": "-3"} for row in rows[:faulty]), *rows[faulty : int(len(rows) * share)])


def small_day(period: str, calls: int = 7) -> Delivery:
    return day(period, call(f"{period}T08:00:00+01:00", "Fredericia", System("KSD"), calls))


@dataclass
class Week:
    """The browser on the installation, and Dagster's instance to wait by."""

    ui: Ui
    installation: Installation
    instance: dg.DagsterInstance
    daemon: ExitStack
    pictures: Path | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    def picture(self, name: str) -> None:
        if self.pictures:
            self.ui.page.wait_for_timeout(1500)
            self.ui.page.get_by_text("Loading…").first.wait_for(state="detached")
            self.ui.page.screenshot(path=str(self.pictures / f"{name}.png"))

    def until(self, holds: Callable[[], object], what: str, seconds: int = 900) -> None:
        """Wait, then let the runs end that have begun."""
        began = time.monotonic()
        while not holds() or self.instance.get_runs_count(dg.RunsFilter(statuses=NOT_FINISHED_STATUSES)):
            assert time.monotonic() - began < seconds, what
            time.sleep(1)
        self.seconds[what] = time.monotonic() - began

    def colours(self, key: dg.AssetKey, periods: list[str]) -> list[str]:
        """Of partitions, as the asset's page has them."""
        definition = DAYS if key == SOURCE else MONTHS
        found = self.instance.get_status_by_partition(key, periods, definition) or {}
        return [status.value if (status := found.get(period)) else "MISSING" for period in periods]

    def colour(self, period: str) -> str:
        return self.colours(SOURCE, [period])[0]

    def check(self, name: str, period: str) -> bool | None:
        return check_states(self.instance, dg.AssetCheckKey(SOURCE, name)).get(period)

    def published(self, period: str) -> bool:
        sql = "select count(*) from marts.fct_kald_time where dato_id = ?"
        return self.installation.query(sql, int(period.replace("-", ""))) != [(0,)]

    def partitions_of(self, key: dg.AssetKey, *shown: str) -> None:
        """Open an asset's partitions, and see the numbers by state."""
        self.ui.open(f"/assets/{'/'.join(key.path)}?view=partitions")
        for text in shown:
            self.ui.sees(text)

    def check_page(self) -> None:
        """Open what the check on held-back deliveries last said."""
        self.ui.open("/assets/lake/stoettesystemerne?view=checks")
        self.ui.page.get_by_text("ikke_holdt_tilbage").first.click()

    def launch(self, key: dg.AssetKey, partitions: str, counted: str) -> None:
        """Materialize some partitions: a span in the dialog's own notation, or the name of one of its buttons."""
        self.ui.open(f"/assets/{'/'.join(key.path)}?view=partitions")
        self.ui.page.get_by_role("button", name="Materialize…").first.click()
        everything = self.ui.page.get_by_text("Show all partitions")
        self.ui.page.get_by_text("Partition selection").first.wait_for()
        if everything.count():
            everything.click()
        if partitions.startswith("["):
            box = self.ui.page.locator("[class*=dialog] input[type=text]").first
            box.fill(partitions)
            box.press("Enter")
        else:
            self.ui.page.get_by_role("button", name=partitions, exact=True).click()
        self.ui.sees(counted)
        self.ui.page.get_by_role("button", name=re.compile("Launch (backfill|1 run)")).click()
        self.ui.page.wait_for_timeout(3000)

    def backfills_are_over(self) -> bool:
        going_on = BulkActionsFilter(statuses=[BulkActionStatus.REQUESTED, BulkActionStatus.CANCELING])
        return not self.instance.get_backfills(going_on)

    def backfill_ends(self, status: BulkActionStatus, *shown: str) -> None:
        """Open the newest backfill's page, and see how it ended."""
        self.until(self.backfills_are_over, "the backfill's own end")
        (newest,) = self.instance.get_backfills(limit=1)
        assert newest.status is status, "a word of the page may also be a column's heading"
        self.ui.open(f"/runs/b/{newest.backfill_id}")
        for text in shown:
            self.ui.sees(text)

    def kill_the_daemon(self) -> None:
        """With its code server and the run that it has begun; and start it again."""
        self.daemon.close()
        self.daemon.enter_context(dagster_daemon(self.installation))

    def turn(self, sensor: str) -> None:
        """Turn a sensor on or off."""
        self.ui.open("/automation")
        self.ui.page.get_by_role("link", name=sensor).first.click()
        self.ui.page.locator("label:has(input[type=checkbox])").first.click()
        self.ui.page.wait_for_timeout(2000)


def monday_comes_by_the_sensors(week: Week) -> None:
    week.turn("nye_leverancer")
    week.turn("lake_er_aendret")
    week.installation.deliver(full_day(MONDAY))
    week.until(lambda: week.published(MONDAY), "Monday: from file to readers")
    assert week.colour(MONDAY) == "MATERIALIZED"
    week.ui.open("/overview/activity/timeline")
    week.ui.sees("modtag_stoettesystemerne")
    week.picture("01-mandag-tidslinje")
    week.ui.open("/assets")
    week.ui.sees("Materialized")
    week.picture("02-mandag-katalog")


def a_bad_file_is_red_alone_and_three_clicks_lead_to_the_reason(week: Week) -> None:
    rows: list[Row] = [{k: v for k, v in row.items() if k != "antal_kald"} for row in full_day(TUESDAY).rows]
    week.installation.deliver(day(TUESDAY, *rows))
    week.until(lambda: week.colour(TUESDAY) == "FAILED", "Tuesday: from a bad file to red")
    week.ui.open("/")
    began = time.monotonic()
    week.ui.page.locator("a[href^='/runs']").first.click()
    week.ui.page.get_by_text("Failed", exact=True).first.click()
    week.ui.page.locator("a[href*='/runs/']:visible").first.click()
    week.ui.sees("Kolonnen antal_kald mangler i overskriften.")
    week.seconds["three clicks to the reason"] = time.monotonic() - began
    week.picture("03-tirsdag-grunden")
    week.partitions_of(SOURCE, "Failed (1)")
    week.picture("04-tirsdag-roed-alene")
    week.installation.deliver(full_day(TUESDAY))
    week.until(lambda: week.published(TUESDAY), "Tuesday: the right file")
    assert week.colour(TUESDAY) == "MATERIALIZED"
    week.partitions_of(SOURCE, "Failed (0)")


def three_bad_rows_are_a_warning(week: Week) -> None:
    week.installation.deliver(full_day(WEDNESDAY, faulty=3))
    week.until(lambda: week.published(WEDNESDAY), "Wednesday: with three bad rows")
    assert (week.colour(WEDNESDAY), week.check(NOT_HELD_BACK, WEDNESDAY)) == ("MATERIALIZED", False)
    week.check_page()
    week.ui.sees("3 rækker i karantæne")
    week.picture("05-onsdag-tre-raekker")


def less_than_a_tenth_of_a_day_is_held_back_until_it_is_accepted(week: Week) -> None:
    week.installation.deliver(full_day(THURSDAY, share=1 / 11))
    week.until(lambda: week.check(NOT_HELD_BACK, THURSDAY) is False, "Thursday: an eleventh is held back")
    assert week.colour(THURSDAY) == "MATERIALIZED"
    assert not week.published(THURSDAY)
    week.check_page()
    week.ui.sees("holdt tilbage")
    week.picture("06-torsdag-holdt-tilbage")
    week.ui.page.get_by_text("[Show Markdown]").first.click()
    week.ui.page.get_by_role("link", name="Godkend den, eller træk den tilbage").click()
    week.ui.sees("afgoerelse: godkend")
    week.ui.page.locator(".CodeMirror, .cm-editor").first.click()
    press = week.ui.page.keyboard
    press.press("Control+End")
    for words in ("Kim", "lukkedag"):  # by whom, and why: the last two lines of the form
        for key in ("ArrowUp", "End", "ArrowLeft"):
            press.press(key)
        press.type(words)
    week.picture("07-torsdag-formularen")
    week.ui.page.get_by_role("button", name="Launch Run").click()
    week.until(lambda: week.published(THURSDAY), "Thursday: from the decision to readers")
    assert week.check(NOT_HELD_BACK, THURSDAY) is True


def twelve_months_come_with_three_bad_days_and_a_new_day_beside_them(week: Week) -> None:
    week.turn("nye_leverancer")
    week.installation.deliver(*(small_day(period, -3 if period in BAD else 7) for period in HISTORY))
    week.launch(SOURCE, f"[{HISTORY[0]}...{HISTORY[-1]}]", "365 partitions")
    week.installation.deliver(full_day(FRIDAY))
    week.turn("nye_leverancer")
    good = [period for period in HISTORY if period not in BAD]
    week.until(lambda: week.published(FRIDAY) and week.published(HISTORY[-1]), "twelve months and a new day")
    assert week.colours(SOURCE, BAD) == ["FAILED"] * 3
    assert set(week.colours(SOURCE, good)) == {"MATERIALIZED"}
    assert week.colour(FRIDAY) == "MATERIALIZED"
    assert set(week.colours(HOURS, [f"2021-{number:02}" for number in range(1, 13)])) == {"MATERIALIZED"}
    week.partitions_of(SOURCE, "Failed (3)")
    week.picture("08-historik-tre-roede")
    week.backfill_ends(BulkActionStatus.COMPLETED_FAILED, "362")
    week.picture("09-historik-backfill")


def only_what_failed_is_run_again(week: Week) -> None:
    week.turn("nye_leverancer")
    week.installation.deliver(*map(small_day, BAD))
    week.launch(SOURCE, "Failed", "3 partitions")
    week.until(
        lambda: week.colours(SOURCE, BAD) == ["MATERIALIZED"] * 3 and all(map(week.published, BAD)), "only the failed"
    )
    week.partitions_of(SOURCE, "Failed (0)")
    week.backfill_ends(BulkActionStatus.COMPLETED_SUCCESS)
    week.picture("10-kun-det-fejlede")
    week.turn("nye_leverancer")


def one_month_of_a_kpi_is_rebuilt(week: Week) -> None:
    before, files = week.installation.current.name, week.installation.inodes()
    week.launch(KPI, "[2022-05...2022-05]", "1 partition")
    week.until(lambda: week.installation.current.name != before, "a month of a KPI")
    months = {
        path
        for path, inode in week.installation.inodes().items()
        if files.get(path) != inode and "fct_kald_time/" in path
    }
    assert months == {f"marts/fct_kald_time/2022-0{number}.parquet" for number in (4, 5)} & {
        *week.installation.inodes()
    }
    week.partitions_of(KPI, "Failed (0)")
    week.picture("11-et-noegletal")


def materialize_all_on_a_loaded_platform_rewrites_nothing(week: Week) -> None:
    before, files = week.installation.current.name, week.installation.inodes()
    runs, backfills = week.instance.get_runs_count(), len(week.instance.get_backfills())
    week.ui.open("/asset-groups")
    week.ui.page.get_by_text("Materialize all").first.click()
    week.ui.page.get_by_role("button", name="Launch backfill").click()
    week.until(
        lambda: len(week.instance.get_backfills()) > backfills and week.backfills_are_over(), "materialize all", 3600
    )
    week.seconds["runs of materialize all"] = week.instance.get_runs_count() - runs
    assert (week.installation.current.name, week.installation.inodes()) == (before, files)
    week.backfill_ends(BulkActionStatus.COMPLETED_SUCCESS)
    week.picture("12-alt-igen")


def a_killed_daemon_goes_on_where_it_was(week: Week) -> None:
    week.installation.deliver(full_day("2022-06-18"), *(small_day(period, 8) for period in HISTORY[:60]))
    week.launch(SOURCE, f"[{HISTORY[0]}...{HISTORY[59]}]", "60 partitions")
    started = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])
    deadline = time.monotonic() + 600
    while not week.instance.get_runs_count(started):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    week.kill_the_daemon()
    week.until(lambda: week.backfills_are_over() and week.published("2022-06-18"), "a killed daemon", 1800)
    assert set(week.colours(SOURCE, HISTORY)) == {"MATERIALIZED"}
    week.backfill_ends(BulkActionStatus.COMPLETED_SUCCESS)
    week.picture("13-daemonen-draebt")
    week.ui.open("/runs")
    week.picture("14-kørsler")


def back_to_the_release_before(week: Week) -> None:
    before = week.installation.current.name
    week.ui.open("/locations/kdi_indsigt/jobs/rul_tilbage/playground")
    week.ui.page.get_by_role("button", name="Launch Run").click()
    week.until(lambda: week.installation.current.name < before, "rollback")
    earlier = week.installation.current.name
    week.ui.open("/assets/published/udgivelse")
    week.ui.sees(earlier)
    week.picture("15-rullet-tilbage")
    time.sleep(45)  # a look of the sensor
    week.until(lambda: True, "nothing builds it again")
    assert week.installation.current.name == earlier


STEPS = (
    monday_comes_by_the_sensors,
    a_bad_file_is_red_alone_and_three_clicks_lead_to_the_reason,
    three_bad_rows_are_a_warning,
    less_than_a_tenth_of_a_day_is_held_back_until_it_is_accepted,
    twelve_months_come_with_three_bad_days_and_a_new_day_beside_them,
    only_what_failed_is_run_again,
    one_month_of_a_kpi_is_rebuilt,
    materialize_all_on_a_loaded_platform_rewrites_nothing,
    a_killed_daemon_goes_on_where_it_was,
    back_to_the_release_before,
)


@pytest.fixture
def loaded(installation: Installation) -> Installation:
    """Five weeks of days and two months, published, the Sunday before."""
    installation.as_of = "2022-06-18"
    installation.settings["KDI_FIRST_DAY"] = HISTORY[0]
    weeks = ((date(2022, 5, 9) + timedelta(days=n)).isoformat() for n in range(35))
    row = ("Aalborg", System("Jobcentersystemet"), "PersonBaseDataExtendedService v4", 50)
    installation.deliver(*map(full_day, weeks), *(month(name, calls_in_month(name, *row)) for name in MONTHS_THERE))
    installation.process("load")
    return installation


@pytest.mark.long
@needs_chromium
def test_a_data_engineers_week(loaded: Installation) -> None:
    program = str(Path(sys.executable).with_name("dagster-webserver"))
    pictures = os.environ.get("KDI_SCREENSHOTS")
    with (
        loaded.in_force(),
        use_dagster_home(get_settings()) as instance,
        ExitStack() as daemon,
        dagster_ui(loaded, program) as address,
        browser(address) as ui,
    ):
        daemon.enter_context(dagster_daemon(loaded))
        week = Week(ui, loaded, instance, daemon, Path(pictures) if pictures else None)
        for step in STEPS:
            step(week)
        print(*(f"{seconds:6.0f} s  {what}" for what, seconds in week.seconds.items()), sep="\n")
