"""Small counts of cases in real loads: extracts that come out of order, and a release that shows too much."""

import shutil
from collections.abc import Iterator

import dagster as dg
import pytest
from samples.deliveries import System, cases, extract
from samples.installation import Installation
from samples.ways import Folders

from kdi.building.workspace import Workspace
from kdi.installation import here
from kdi.machine import lock
from orchestration.assets.disclosure import attack_build

SAG = System("Sagssystemet")
# The same count is 3, 6 and 8; the other is there to be added up.
MARCH, JUNE, SEPTEMBER = (
    extract(day, cases("Aalborg", SAG, "00.01.00", count), cases("Aalborg", SAG, "00.01.10", 40))
    for day, count in (("2022-03-31", 3), ("2022-06-30", 6), ("2022-09-30", 8))
)
COUNTS = [("03", None, "primaer"), ("06", None, "sekundaer"), ("09", 8, None)]
TOTALS = [("03", 40, 1), ("06", 40, 1), ("09", 48, 0)]


def counts(installation: Installation) -> list[tuple]:
    return installation.query(
        "select strftime(udtraeksdato, '%m'), antal_sager, diskretion_aarsag from marts.fct_kle_sager"
        " join marts.dim_kle using (kle_id) where kle_nummer = '00.01.00' order by all"
    )


def totals(installation: Installation) -> list[tuple]:
    return installation.query(
        "select strftime(udtraeksdato, '%m'), antal_sager, skjulte_celler from kpi.kle_sager"
        " where kle_niveau = 'alle' and geo_niveau = 'land' and it_system = 'Alle it-systemer' order by all"
    )


@pytest.fixture(scope="module")
def installation(folders: Folders) -> Installation:
    """The three extracts, delivered at once."""
    installation = folders.new("udtraek")
    installation.deliver(MARCH, JUNE, SEPTEMBER)
    assert installation.load().failures == []
    return installation


def test_a_count_is_hidden_where_its_neighbours_would_tell_it(installation: Installation) -> None:
    assert counts(installation) == COUNTS
    assert totals(installation) == TOTALS


@pytest.mark.long
def test_a_late_extract_takes_its_neighbours_with_it(folders: Folders) -> None:
    """June comes late. It stands between the other two, so September is judged anew."""
    installation = folders.new("udtraek-sent")
    installation.deliver(MARCH, SEPTEMBER)
    assert installation.load().failures == []
    assert counts(installation) == [("03", None, "primaer"), ("09", None, "sekundaer")]
    assert totals(installation) == [("03", 40, 1), ("09", 40, 1)]
    installation.deliver(JUNE)
    assert installation.load().failures == []
    assert counts(installation) == COUNTS
    assert totals(installation) == TOTALS


@pytest.mark.long
def test_a_rebuild_hides_the_same(installation: Installation) -> None:
    before = installation.content()
    assert installation.load(rebuild=True).failures == []
    after = installation.content()
    assert {t: after[t] for t in ("marts.fct_kle_sager", "kpi.kle_sager")} == {
        t: before[t] for t in ("marts.fct_kle_sager", "kpi.kle_sager")
    }


@pytest.fixture
def build(installation: Installation) -> Iterator[Workspace]:
    """The build folder as it was just before the release was published."""
    release = installation.current.name
    with installation.in_force():
        workspace = here().site.workspace
        shutil.copyfile(installation.current / "kdi.duckdb", workspace.marts)
        shutil.copyfile(installation.home / "state" / f"{release}.duckdb", workspace.private)
        workspace.marts.chmod(0o644)
        lock.acquire(here().lake.writer_lock)
        yield workspace
        lock.release(here().lake.writer_lock)


def gate() -> dg.AssetCheckEvaluation:
    manifest = here().releases.current()
    assert manifest is not None
    (evaluation,) = attack_build(here().site, manifest).checks
    return evaluation


def test_the_gate_lets_the_release_through(build: Workspace) -> None:
    assert gate().passed


def test_the_gate_holds_a_true_total_back_and_says_what_it_betrays(build: Workspace) -> None:
    with build.connect() as connection:
        connection.execute(
            "update kdi.kpi.kle_sager set antal_sager = 46 where udtraeksdato = '2022-06-30' and kle_niveau = 'alle'"
            " and geo_niveau = 'land' and it_system = 'Alle it-systemer'"
        )
    evaluation = gate()
    assert not evaluation.passed
    assert evaluation.blocking
    assert evaluation.severity is dg.AssetCheckSeverity.ERROR
    assert evaluation.description is not None
    assert "2022-06-30 Aalborg, Sagssystemet, 00.01.00 (sekundaer)" in evaluation.description
    assert "46" not in evaluation.description
