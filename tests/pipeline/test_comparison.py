"""The weekly comparison with a whole build: the same is quiet, a wrong piece fails the job, which names its table."""

import shutil
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from samples.installation import Installation
from samples.ways import Loaded

from kdi.installation import Installation as Parts
from kdi.operations import comparison
from kdi.settings import Settings, get_settings
from orchestration.assets.comparison import COMPARISON

JOB = "sammenlign_med_ombygning"


def altered(release: Path, folder: Path, sql: str) -> Path:
    """A copy of a release with other content."""
    shutil.copytree(release, folder, ignore=shutil.ignore_patterns("parquet"))
    folder.chmod(0o755)
    (folder / "kdi.duckdb").chmod(0o644)
    with duckdb.connect(str(folder / "kdi.duckdb")) as connection:
        connection.execute(sql)
    return folder


@pytest.mark.long
def test_a_row_that_differs_is_told_by_its_table(at_once: Loaded, tmp_path: Path) -> None:
    release = at_once.installation.release(at_once.release)
    tables, different = comparison.compared(release, release)
    assert (tables > 60, different) == (True, [])
    sql = "update kpi.klarmelding_reel set leverandoer = 'Gammelt navn' where rowid = 0; delete from kpi.udbredelse"
    _, different = comparison.compared(release, altered(release, tmp_path / "anden", sql))
    assert [(d.table, d.only_published > 0, d.only_rebuilt) for d in different] == [
        ("kpi.klarmelding_reel", True, 1),
        ("kpi.udbredelse", True, 0),
    ]
    assert "kpi.klarmelding_reel: 1 rækker i publiceringen og 1 i ombygningen er ikke ens" in str(different[0])


@pytest.mark.long
def test_what_the_lake_alone_does_not_decide_is_left_out_and_told(at_once: Loaded, tmp_path: Path) -> None:
    """A sum that was hidden beside a release which is gone since is no fault; its figure still counts."""
    release = at_once.installation.release(at_once.release)
    left_out = comparison.left_out()
    assert {"kpi.klarmelding_reel", "kpi.service_konsekvens"} == {t for t, c in left_out.items() if c == ("er_anonym",)}
    with at_once.installation.reader() as connection:
        columns = set(
            connection.execute("select schema_name, table_name, column_name from duckdb_columns()").fetchall()
        )
    assert {(*table.split("."), column) for table, names in left_out.items() for column in names} <= columns
    hidden = "; ".join(f"update {t} set er_anonym = not er_anonym" for t in left_out if "er_anonym" in left_out[t])
    _, different = comparison.compared(release, altered(release, tmp_path / "skjult", hidden))
    assert different == []
    sql = "update kpi.klarmelding_reel set er_anonym = false, kald_12m = kald_12m + 1 where rowid = 0"
    _, different = comparison.compared(release, altered(release, tmp_path / "anden", sql))
    assert [d.table for d in different] == ["kpi.klarmelding_reel"]


def test_without_a_release_there_is_nothing_to_compare(tmp_path: Path) -> None:
    with pytest.raises(comparison.CannotCompare, match="ingen publicering"):
        comparison.compare(Parts(Settings(home=tmp_path)).site)


@pytest.mark.long
def test_the_job_is_quiet_on_what_is_whole_and_fails_on_a_wrong_piece(
    at_once: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.definitions import defs

    installation: Installation = at_once.installation.copy("sammenlignet")
    for name, value in installation.environment.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    before = {p: p.stat().st_mode for p in (installation.home / "published").rglob("*")}
    job = defs.resolve_job_def(JOB)
    with dg.DagsterInstance.ephemeral() as instance:
        done = job.execute_in_process(instance=instance)
        assert done.success
        told = instance.get_latest_materialization_event(COMPARISON.key)
        assert told and told.asset_materialization
        figures = {name: value.value for name, value in told.asset_materialization.metadata.items()}
        assert (figures["forskellige"], figures["sammenlignet"] > 60) == (0, True)  # type: ignore[operator]
        assert "kpi.klarmelding_reel: er_anonym" in str(figures["udeladt"])
        assert {p: p.stat().st_mode for p in (installation.home / "published").rglob("*")} == before
        assert not (installation.home / "sammenligning").exists()

        database = installation.current / "kdi.duckdb"
        database.chmod(0o644)
        with duckdb.connect(str(database)) as connection:
            connection.execute("update kpi.klarmelding_reel set leverandoer = 'Gammelt navn' where rowid = 0")
        failed = job.execute_in_process(instance=instance, raise_on_error=False)
        assert not failed.success
        (event,) = [e for e in failed.all_events if e.is_step_failure]
        assert "kpi.klarmelding_reel: 1 rækker" in str(event.step_failure_data.user_failure_data)
    get_settings.cache_clear()
