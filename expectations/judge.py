"""Runs a suite with Great Expectations over a small frame and writes its Data Docs.

The frame is a profile: one row per delivery or per control total, aggregated by DuckDB over all
rows. So the judge costs the same whatever the volume, and no raw value can reach Data Docs.

Great Expectations takes seconds to import. It lives in a process of its own, so that the
import goes on beside DuckDB's and Dagster's work and processes that judge nothing never pay it.
"""

from __future__ import annotations

import atexit
import importlib
import logging
import os
import sys
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

from expectations.suites import Demand, Suite
from kdi import garbage

if TYPE_CHECKING:
    import pandas as pd

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")


@dataclass(frozen=True)
class Verdict:
    """The outcome of one demand: ``failed`` holds the index values of the rows that break it."""

    demand: Demand
    failed: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.failed


_TIMEOUT_SECONDS = 300


@cache
def _own_process() -> Pool:
    # A Pool's worker is a daemon: it ends with its parent, also when that is a run that Dagster
    # started. An executor's would be waited for, and keep a finished run's process alive.
    pool = get_context("spawn").Pool(1, garbage.spare)
    atexit.register(pool.terminate)  # else it complains of what it misses when the interpreter is torn down
    return pool


def warm_up() -> None:
    """Start importing Great Expectations in its own process while this one does other work."""
    _own_process().apply_async(import_great_expectations)


@cache
def import_great_expectations() -> None:
    """Import it for frames alone.

    It would import Spark's client where that is installed; in a forked process, whose main module
    has no file, pyspark 4.3 takes itself for its own doctests and ends the process.
    """
    sys.modules.setdefault("pyspark", None)  # type: ignore[arg-type]  # makes `import pyspark` fail
    view = importlib.import_module("great_expectations.render.view.view")
    # Each Data Docs site has template environments of its own, and would compile the same templates again.
    view.Environment = partial(Environment, bytecode_cache=_Templates())  # type: ignore[attr-defined]
    # Its progress bars would share a lock among processes, of which Python complains when a load ends.
    importlib.import_module("tqdm").tqdm.set_lock(RLock())


class _Templates(BytecodeCache):
    """Templates that this process has compiled."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


def judge(frame: pd.DataFrame, suite: Suite, subject: str, data_docs: Path) -> list[Verdict]:
    """Validate ``frame`` against ``suite``.

    Args:
        frame: one row per ``suite.index`` value; null means that a demand does not apply.
        subject: what is judged (a source, ``publicering``); names the Data Docs site.
        data_docs: folder in which ``<subject>/index.html`` is written.

    Raises:
        RuntimeError: an expectation could not be evaluated; it then counts as neither passed nor failed.
        multiprocessing.TimeoutError: the judge died or does not answer.
    """
    return _own_process().apply_async(_judge, (frame, suite, subject, data_docs)).get(_TIMEOUT_SECONDS)


def _judge(frame: pd.DataFrame, suite: Suite, subject: str, data_docs: Path) -> list[Verdict]:
    import_great_expectations()
    import great_expectations as gx

    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    batch = (
        context.data_sources.add_pandas("duckdb_profil")
        .add_dataframe_asset(subject)
        .add_batch_definition_whole_dataframe("alle")
    )
    expectations = [
        {"type": d.type, "kwargs": d.kwargs, "severity": d.severity, "notes": d.description, "meta": {"name": d.name}}
        for d in suite.demands
    ]
    gx_suite = context.suites.add(gx.ExpectationSuite(name=suite.name, expectations=expectations))
    site = data_docs / subject
    context.add_data_docs_site(
        subject,
        {
            "class_name": "SiteBuilder",
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(site)},
        },
    )
    definition = context.validation_definitions.add(gx.ValidationDefinition(name=subject, data=batch, suite=gx_suite))
    checkpoint = context.checkpoints.add(
        gx.Checkpoint(
            name=subject,
            validation_definitions=[definition],
            result_format={
                "result_format": "COMPLETE",
                "unexpected_index_column_names": [suite.index],
                "include_unexpected_rows": False,
            },
        )
    )
    (outcome,) = checkpoint.run(batch_parameters={"dataframe": frame}).run_results.values()
    context.build_data_docs(site_names=[subject])
    by_name = {d.name: d for d in suite.demands}
    verdicts = []
    for result in outcome.results:
        config = result.expectation_config
        if config is None:
            raise RuntimeError(f"{suite.name}: a result without its expectation")
        if result.exception_info and result.exception_info.get("raised_exception", False):
            raise RuntimeError(f"{suite.name}: {config.type} could not be evaluated")
        failed = tuple(str(row[suite.index]) for row in result.result.get("unexpected_index_list") or ())
        if not result.success and not failed:
            raise RuntimeError(f"{suite.name}: {config.type} failed without naming rows")
        verdicts.append(Verdict(by_name[(config.meta or {})["name"]], failed))
    return verdicts
