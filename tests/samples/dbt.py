"""dbt on a folder, as a load runs it: a fork of a process that has it in memory."""

import os
from collections.abc import Mapping
from pathlib import Path

from kdi.building import dbt_process


def dbt(folder: Path, *arguments: str, among: tuple[int, ...] = (0,), environment: Mapping[str, str] = {}) -> str:
    """Run dbt in ``folder``, which holds its databases; any other exit status than those is an error of the test's.

    Returns:
        The end of what it said.
    """
    # Its log, which holds every statement, takes longer than the tests.
    quiet = ("--log-level-file", "none", "--log-path", str(folder))
    run = dbt_process.host().run([*quiet, *arguments], os.environ | dict(environment), folder, "duckdb")
    said = run.stdout.read().decode()
    assert run.wait() in among, said[-4000:]
    return said[-4000:]
