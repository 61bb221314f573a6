"""``make spark``: the same lake on DuckDB and on Spark, compared cell by cell; real worker processes, a real Dagster.

First everything, then a corrected day and one more, then everything anew: of two months of the demo, or of one month
at full size with ``make spark-full``.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pages
import pytest
from dagster import DagsterEventType, DagsterInstance, RunsFilter

from evidence.pages import write_part
from orchestration.jobs import BUILD_JOB

from .engines import LARGE, PAGE, SMALL, Engines
from .equality import Compared, as_markdown, as_text, in_a_line

pytestmark = pytest.mark.long

SCALE = os.environ.get("KDI_SPARK_SCALE", "demo")
MONTHS, OPTIONS = {"demo": (2, SMALL), "full": (1, LARGE)}[SCALE]
CORRECTED = "stoettesystemerne_2023-02-10.csv"
LAST = "stoettesystemerne_2023-02-28.csv"


@pytest.fixture(scope="module")
def engines(spark_can_run: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    engines = Engines(tmp_path_factory.mktemp("engines"), {"KDI_SPARK_OPTIONS": json.dumps(OPTIONS)})
    engines.generate(MONTHS, SCALE)
    late = engines.folder / LAST
    (engines.inbox / "stoettesystemerne" / LAST).rename(late)
    yield engines


def _agree(engines: Engines, title: str) -> list[Compared]:
    compared = engines.compare()
    print(f"\n{title}\n{as_text(compared)}")
    assert [c for c in compared if c.differing] == []
    assert sum(c.rows for c in compared) > 0
    return compared


def _write(step: str, text: str) -> None:
    if pages.renew:
        write_part(PAGE, f"{SCALE}-{step}", text)


def test_everything_is_the_same(engines: Engines) -> None:
    for engine in ("duckdb", "spark"):
        engines.load(engine)
    compared = _agree(engines, "everything")
    _write("all", as_markdown(compared))


def test_dagster_saw_the_same_tables_and_checks(engines: Engines) -> None:
    assert _seen(engines.home("spark")) == _seen(engines.home("duckdb"))


def test_a_corrected_day_and_one_more_are_the_same(engines: Engines) -> None:
    inbox = engines.inbox / "stoettesystemerne"
    (engines.folder / LAST).rename(inbox / LAST)
    head, first, *rows = (inbox / CORRECTED).read_text(encoding="utf-8").splitlines()
    (inbox / CORRECTED).write_text("\n".join([head, *rows, ""]), encoding="utf-8")  # a row less
    for engine in ("duckdb", "spark"):
        engines.load(engine)
        assert not _was_full(engines.home(engine)), engine
    compared = _agree(engines, "a corrected day and one more")
    _write("day", in_a_line(compared))


def test_made_anew_it_is_the_same(engines: Engines) -> None:
    engines.load("spark", "--rebuild")
    compared = _agree(engines, "made anew on Spark, against increments on DuckDB")
    _write("rebuilt", in_a_line(compared))


def _set(patch: pytest.MonkeyPatch, home: Path) -> str:
    patch.setenv("DAGSTER_HOME", str(home / "dagster"))
    return str(home / "dagster")


def _events(home: Path) -> list:
    with pytest.MonkeyPatch.context() as patch, DagsterInstance.from_config(_set(patch, home)) as instance:
        (run,) = instance.get_runs(RunsFilter(job_name=BUILD_JOB.name), limit=1)
        return [entry.dagster_event for entry in instance.all_logs(run.run_id) if entry.dagster_event]


def _seen(home: Path) -> set[tuple[str, ...]]:
    """Tables with their rows and checks with their outcome, of the last build."""
    seen: set[tuple[str, ...]] = set()
    for event in _events(home):
        if event.event_type == DagsterEventType.ASSET_CHECK_EVALUATION:
            check = event.event_specific_data
            seen.add((check.asset_key.to_user_string(), check.check_name, str(check.passed)))
        if event.event_type == DagsterEventType.ASSET_MATERIALIZATION:
            made = event.event_specific_data.materialization
            rows = made.metadata.get("dagster/row_count")
            seen.add((made.asset_key.to_user_string(), str(rows.value if rows else None)))
    return seen


def _was_full(home: Path) -> bool:
    return json.loads((home / "build" / "plan.json").read_text(encoding="utf-8"))["plan"]["full"]
