"""However the same deliveries arrive, the same is published; and a release once published stays what it was."""

import dagster as dg
import pytest
from samples import world
from samples.installation import Installation
from samples.ways import Corrected, Interrupted, Loaded, with_new_identity

from kdi.commands.load import use_dagster_home
from orchestration.assets.months import STATUS_KEY
from orchestration.assets.publication import RELEASE_KEY
from orchestration.dagster_internals.events import check_states
from orchestration.dagster_internals.origins import make_run, run_here
from orchestration.definitions import definitions
from orchestration.partitions import MONTH_STATUS

WAYS = ["corrected", *(pytest.param(way, marks=pytest.mark.long) for way in ("months_first", "interrupted"))]


@pytest.mark.parametrize("way", WAYS)
def test_the_order_of_arrival_does_not_show(way: str, at_once: Loaded, request: pytest.FixtureRequest) -> None:
    other: Loaded = request.getfixturevalue(way)
    assert other.result.failures == []
    expected, found = at_once.installation.content(), other.installation.content(other.release)
    assert found.keys() == expected.keys()
    for table, rows in expected.items():
        assert found[table] == rows, table
    # nor in what the next build starts from
    private = other.installation.private_content(other.release)
    assert len(private) == 6
    assert private == at_once.installation.private_content()


@pytest.mark.parametrize("way", WAYS)
def test_only_what_arrived_was_made_anew(way: str, request: pytest.FixtureRequest) -> None:
    """Else the test above would compare full builds with each other."""
    other: Loaded = request.getfixturevalue(way)
    before, after = (other.installation.inodes(release) for release in sorted(other.installation.releases)[:2])
    untouched = (
        "marts/fct_kald_time/2021-10.parquet" if way == "interrupted" else "marts/fct_kald_maaned/2020-11.parquet"
    )
    assert before[untouched] == after[untouched]


def test_a_second_load_changes_nothing_and_says_so(at_once: Loaded) -> None:
    installation = at_once.installation
    releases, current = installation.releases, installation.current
    result = installation.kdi("load")
    assert "Intet nyt i indbakken; intet er ændret." in result.output
    assert current.name in result.output
    assert (installation.releases, installation.current) == (releases, current)


def test_the_same_bytes_delivered_again_change_nothing(corrected: Corrected) -> None:
    installation = corrected.installation
    current = installation.current
    path = installation.inbox / "stoettesystemerne" / world.CORRECTION.name
    path.write_bytes(world.CORRECTION.content)
    result = installation.load()
    assert (result.taken_in, result.failures) == ([], [])
    assert installation.current == current


def test_a_corrected_day_replaces_the_old(corrected: Corrected) -> None:
    sql = """select kommuner.navn, time_id, antal_kald from marts.fct_kald_time
        join marts.dim_myndighed as kommuner using (myndighed_id) where dato_id = 20220326 order by all"""
    assert corrected.installation.query(sql) == [("Fredericia", 8, 60), ("Samsø", 10, 3)]
    day = """select kommuner.navn, antal_kald from marts.fct_kald_dag
        join marts.dim_myndighed as kommuner using (myndighed_id) where dato_id = 20220326 order by all"""
    assert corrected.installation.query(day) == [("Fredericia", 60), ("Samsø", 3)]
    kpi = """select kommune, kald from kpi.kald_pr_indbygger
        where maaned = '2022-03-01' and dataomraade = 'Organisation' order by all"""
    short_day = sum(range(1, 24))
    assert corrected.installation.query(kpi) == [
        ("Aalborg", short_day + 9), ("Fredericia", short_day + 60), ("Samsø", 3),
    ]  # fmt: skip
    log = "select status from marts.leverance_log where periode = '2022-03-26' order by fil"
    assert corrected.installation.query(log) == [("erstattet",), ("publiceret",)]


def test_only_the_touched_month_has_new_files(corrected: Corrected) -> None:
    before, after = corrected.inodes_before, corrected.installation.inodes()
    monthly = {path for path in after if "/fct_kald_" in path}
    assert monthly == {path for path in before if "/fct_kald_" in path}
    assert {path for path in monthly if before[path] != after[path]} == {
        "marts/fct_kald_time/2022-03.parquet",
        "marts/fct_kald_dag/2022-03.parquet",
        "marts/fct_kald_maaned/2022-03.parquet",
    }


def test_an_open_reader_keeps_the_release_it_reads(corrected: Corrected) -> None:
    assert corrected.read_by_open_reader == corrected.before["marts.fct_kald_time"]
    assert corrected.read_by_open_reader != corrected.installation.content()["marts.fct_kald_time"]


def test_an_old_release_is_still_what_it_was(corrected: Corrected) -> None:
    installation = corrected.installation
    old, new = installation.releases
    assert installation.current.name == new
    assert installation.content(old) == corrected.before
    assert installation.inodes(old) == corrected.inodes_before


def test_a_rollback_switches_back_and_is_not_undone_by_itself(corrected: Corrected) -> None:
    installation = corrected.installation.copy("rullet-tilbage")
    old, new = installation.releases
    result = installation.kdi("publish", "--rollback")
    assert installation.current.name == old
    assert old in result.output
    assert installation.content() == corrected.before
    assert told_in_the_ui(installation) == (old, installation.months())
    # the same inbox and lake do not bring back what was rolled back
    again = installation.kdi("load")
    assert installation.current.name == old
    assert "rullet tilbage" in again.output
    # there is nothing before the first
    result = installation.kdi("publish", "--rollback", status=1)
    assert installation.current.name == old
    assert "ingen tidligere publicering" in result.output


def test_a_rollback_from_the_ui_is_the_same(corrected: Corrected) -> None:
    installation = corrected.installation.copy("rullet-tilbage-i-ui")
    old, _ = installation.releases
    with installation.in_force() as settings, use_dagster_home(settings) as instance:
        job = definitions(settings).resolve_job_def("rul_tilbage")
        assert run_here(instance, job, make_run(instance, job, {})).is_success
        assert installation.current.name == old
        assert told_in_the_ui(installation) == (old, installation.months())
        again = run_here(instance, job, make_run(instance, job, {}))
        assert not again.is_success and installation.current.name == old


def told_in_the_ui(installation: Installation) -> tuple[object, dict[str, bool | None]]:
    """The release that its asset names, and how far each month is, as its bar says."""
    with installation.in_force() as settings, use_dagster_home(settings) as instance:
        event = instance.get_latest_materialization_event(RELEASE_KEY)
        assert event and event.asset_materialization
        months = check_states(instance, dg.AssetCheckKey(STATUS_KEY, MONTH_STATUS))
        return event.asset_materialization.metadata["publicering_id"].value, months


@pytest.mark.parametrize("way", ["corrected", pytest.param("interrupted", marks=pytest.mark.long)])
def test_a_killed_load_leaves_the_release_alone(way: str, request: pytest.FixtureRequest) -> None:
    interrupted: Interrupted = request.getfixturevalue(way)
    assert interrupted.current_after_kill == interrupted.current_before
    assert len(interrupted.installation.releases) == 2
    assert not [name for name in interrupted.installation.releases if name.startswith(".")]


@pytest.mark.long
def test_a_system_that_comes_to_have_an_alias_s_name_is_that_system_in_all_months(months_first: Loaded) -> None:
    """Identity by name may change with a delivery; facts of months long past must follow."""
    installation = with_new_identity(months_first).installation
    for fact in ("fct_kald_time", "fct_kald_dag", "fct_kald_maaned"):
        lost = f"select count(*) from marts.{fact} anti join marts.dim_it_system using (it_system_id)"
        assert installation.query(lost) == [(0,)], fact
    rows = installation.query(
        """select sum(antal_kald) from marts.fct_kald_maaned
        join marts.dim_it_system using (it_system_id) where navn = 'ESDH'"""
    )
    esdh = 5 + 7 + 11 + 30 + 12
    care = 2 * sum(range(1, 25)) + 2 + 0 + 1  # the day after the long one, the late day, April's hour and month
    assert rows == [(esdh + care + 8,)]
