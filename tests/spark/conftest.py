"""Spark needs Java and the extra spark; what needs it says so when it is skipped."""

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest


def _missing() -> str:
    if importlib.util.find_spec("pyspark") is None or importlib.util.find_spec("dbt.adapters.spark") is None:
        return "dbt-spark and pyspark are not installed (the extra spark)"
    java = Path(os.environ["JAVA_HOME"], "bin", "java") if os.environ.get("JAVA_HOME") else shutil.which("java")
    return "" if java and Path(java).exists() else "there is no Java (JAVA_HOME)"


@pytest.fixture(scope="session")
def spark_can_run() -> None:
    if _missing():
        pytest.skip(f"no Spark here: {_missing()}; make spark runs it")


@pytest.fixture(scope="session")
def session(spark_can_run: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """The session of a load without sources, in this process's JVM."""
    from kdi.building.spark import BASE, PARTITIONED
    from kdi.building.spark_session import spark_session

    from .engines import SMALL

    build = tmp_path_factory.mktemp("build")
    (build / BASE).mkdir(parents=True)
    (build / BASE / PARTITIONED).write_text("{}")
    with spark_session(build, "local[1]", SMALL) as started:
        yield started
