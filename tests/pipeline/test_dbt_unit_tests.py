"""dbt's unit tests: every definition, told with a few rows worked out by hand. They stand beside the models."""

import json
import shutil
from collections.abc import Mapping

import pytest
import yaml
from samples.dbt import dbt
from samples.ways import Loaded

from kdi.building.project import PROJECT_DIR

Results = Mapping[str, tuple[str, str]]


def declared() -> list[str]:
    """Names of the unit tests that stand in the project."""
    return [
        test["name"]
        for path in sorted((PROJECT_DIR / "models").rglob("*.yml"))
        for test in yaml.safe_load(path.read_text(encoding="utf-8")).get("unit_tests", ())
    ]


@pytest.fixture(scope="module")
def results(at_once: Loaded) -> Results:
    """Status and message of every unit test, run in the build folder of a load, filled again with what it published.

    dbt looks the types of the mocked columns up in the tables that the load has made.
    """
    installation = at_once.installation
    workspace, target = installation.home / "build", installation.home / "dbt"
    shutil.copyfile(installation.current / "kdi.duckdb", workspace / "kdi.duckdb")
    shutil.copyfile(installation.home / "state" / f"{at_once.release}.duckdb", workspace / "arbejde.duckdb")
    report = target / "run_results.json"
    report.unlink()
    arguments = ("--quiet", "test", "--select", "test_type:unit", "--target-path", str(target))
    # 1: a test has failed; which, is told below
    said = dbt(workspace, *arguments, among=(0, 1), environment=installation.environment)
    assert report.exists(), said
    return {
        result["unique_id"].rsplit(".", 1)[1]: (result["status"], result["message"] or "")
        for result in json.loads(report.read_text(encoding="utf-8"))["results"]
    }


def test_all_that_are_declared_have_run(results: Results) -> None:
    assert sorted(results) == sorted(declared())
    assert len(results) >= 29


@pytest.mark.parametrize("name", declared())
def test_rule(name: str, results: Results) -> None:
    status, message = results[name]
    assert status == "pass", message
