"""What fails is said in one line, and readers never see it."""

from collections.abc import Callable
from typing import Any

import dagster as dg
import pyarrow.parquet as pq
import pytest
from samples import world
from samples.deliveries import calls_in_month, month
from samples.files import read_csv
from samples.installation import Installation
from samples.ways import BAD_DAY, SIXTY_DAYS, Folders, Loaded, OneBadDay
from typer.testing import Result

from kdi.building.workspace import Workspace
from kdi.commands.load import use_dagster_home
from kdi.installation import here
from kdi.machine.files import sha256_of
from kdi.settings import PROJECT_ROOT

DAYS = dg.AssetKey(["lake", "stoettesystemerne"])


def test_fifty_nine_of_sixty_days_are_published(sixty_days: OneBadDay) -> None:
    assert len(SIXTY_DAYS) == 60
    rows = sixty_days.installation.query(
        "select cast(dato as varchar), sum(antal_kald) from marts.fct_kald_time"
        " join marts.dim_dato using (dato_id) group by all order by all"
    )
    assert rows == [(period, 18 + 19) for period in SIXTY_DAYS if period != BAD_DAY]
    assert "59 af 60 nye leverancer indlæst, 118 rækker." in sixty_days.outcome.output


def test_the_bad_day_ends_the_load_with_status_1_and_one_line(sixty_days: OneBadDay) -> None:
    (line,) = [line for line in sixty_days.outcome.stderr.splitlines() if line]
    assert line.startswith("FEJL ")
    for part in (f"stoettesystemerne_{BAD_DAY}.csv", "række 3", "antal_kald", "Antallet er negativt.", "Ret antallet."):
        assert part in line
    assert "-3" not in line, "values are never repeated"


def test_dagster_has_the_fifty_nine_partitions(sixty_days: OneBadDay) -> None:
    with sixty_days.installation.in_force() as settings:
        instance = use_dagster_home(settings)
        assert instance.get_materialized_partitions(DAYS) == set(SIXTY_DAYS) - {BAD_DAY}
        runs = instance.get_runs(filters=dg.RunsFilter(job_name="modtag_stoettesystemerne"))
        of_the_bad_day, of_all = sorted(runs, key=lambda run: run.status.value)
        assert (of_all.status, of_the_bad_day.status) == (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE)
        assert of_the_bad_day.tags["dagster/partition"] == BAD_DAY
        (built,) = instance.get_runs(filters=dg.RunsFilter(job_name="byg_og_udgiv"))
        assert built.status is dg.DagsterRunStatus.SUCCESS


def test_the_reason_lies_in_quarantine(sixty_days: OneBadDay) -> None:
    (folder,) = (sixty_days.installation.home / "quarantine").iterdir()
    assert folder.name.startswith(f"stoettesystemerne_{BAD_DAY}_")
    assert "Antallet er negativt." in (folder / "aarsag.txt").read_text(encoding="utf-8")
    faults = {(f["kode"], f["raekke"], f["kolonne"]) for f in read_csv(folder / "fejl.csv")}
    assert ("negativt_tal", "3", "antal_kald") in faults
    kept = (folder / f"stoettesystemerne_{BAD_DAY}.csv").read_bytes()
    assert (
        kept == (sixty_days.installation.inbox / "stoettesystemerne" / f"stoettesystemerne_{BAD_DAY}.csv").read_bytes()
    )


def test_the_refused_day_stands_in_the_published_log(sixty_days: OneBadDay) -> None:
    rows = sixty_days.installation.query(
        "select status, raekker, raekker_indlaest, publiceret_i from marts.leverance_log where periode = ?", BAD_DAY
    )
    assert rows == [("afvist", 2, 0, None)]


def test_it_stays_a_failure_until_somebody_acts(sixty_days: OneBadDay) -> None:
    again = sixty_days.installation.kdi("load", status=1)
    assert f"stoettesystemerne_{BAD_DAY}.csv" in again.stderr


@pytest.fixture(scope="module")
def broken(at_once: Loaded) -> Installation:
    """A copy of a working installation, to be broken."""
    return at_once.installation.copy("i-stykker")


def assert_nothing_is_published(installation: Installation, break_it: Callable[[], object], *arguments: str) -> Result:
    current, releases, content = installation.current, installation.releases, installation.content()
    break_it()
    result = installation.kdi("load", *arguments, status=1)
    assert (installation.current, installation.releases) == (current, releases)
    assert installation.content() == content
    return result


def test_a_broken_contract_leaves_the_release_alone(broken: Installation) -> None:
    """What came past the intake does not come past the tables: a negative population, two rows with one key."""
    rows, pairs = world.population(), read_csv(PROJECT_ROOT / "reference" / "integrationer.csv")

    def tamper() -> None:
        broken.tamper_reference("folketal", [{**rows[0], "folketal": "-5"}, *rows[1:]])
        broken.tamper_reference("integrationer", [pairs[0], *pairs])

    result = assert_nothing_is_published(broken, tamper, "--rebuild")
    assert "FEJL dbt model fct_folketal:" in result.stderr
    assert "CHECK constraint failed" in result.stderr and "folketal >= 0" in result.stderr
    (key,) = [line for line in result.stderr.splitlines() if line.startswith("FEJL dbt model integration:")]
    assert "Nøglen (integration, snitflade) i marts.integration er ikke entydig; delte værdier: 1" in key
    # what was wrong is put right
    broken.tamper_reference("folketal", rows)
    broken.tamper_reference("integrationer", pairs)


@pytest.mark.long
def test_when_the_contract_is_kept_again_the_release_is_what_lake_and_reference_say(broken: Installation) -> None:
    current, content = broken.current, broken.content()
    broken.kdi("load", "--rebuild")
    assert broken.current != current
    assert broken.content() == content


@pytest.mark.long
def test_rows_are_not_appended_to_a_table_of_other_columns(at_once: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    """A column that the model does not give would be empty in the new rows, and nobody would know."""
    installation, lay_out = at_once.installation.copy("en-kolonne-for-meget"), Workspace.prepare

    def with_a_column_more(workspace: Workspace, *arguments: Any) -> None:
        lay_out(workspace, *arguments)
        with workspace.connect() as connection:
            connection.execute("alter table kdi.marts.fct_kald_maaned add column ekstra integer")

    monkeypatch.setattr(Workspace, "prepare", with_a_column_more)
    more = calls_in_month("2022-05", "Samsø", world.CARE, "SagIndeks", 8)
    result = assert_nothing_is_published(installation, lambda: installation.deliver(month("2022-05", more)))
    assert "fct_kald_maaned" in result.stderr and "ekstra" in result.stderr


@pytest.mark.long
def test_a_failed_control_total_leaves_the_release_alone(broken: Installation) -> None:
    """Rows that were lost behind the platform's back do not get past the second gate, though the hash fits."""
    (path,) = (broken.home / "lake" / "stoettesystemerne" / world.LATE_DAY.period).glob("*.parquet")

    def lose_a_row() -> None:
        table = pq.read_table(path)
        pq.write_table(table.slice(0, table.num_rows - 1), path)
        with broken.in_force():
            here().lake.log.record_rewritten(path.stem, sha256_of(path))

    result = assert_nothing_is_published(broken, lose_a_row, "--rebuild")
    assert "FEJL gate/kontroltotaler: kontroltotaler_stemmer holder ikke." in result.stderr


def test_a_rollback_without_an_earlier_release_ends_with_status_1(at_once: Loaded, folders: Folders) -> None:
    for installation in (folders.new("tom"), at_once.installation):
        result = installation.kdi("publish", "--rollback", status=1)
        assert result.stderr == "Der er ingen tidligere publicering at gå tilbage til.\n"
