"""Dagster's processes do without dbt, which has one of its own, and say the truth about it."""

import subprocess
import sys
from importlib.metadata import version

LOADED = """
import json, sys
from orchestration.dagster_internals import dbt_unimported
from dagster_shared.libraries import DagsterLibraryRegistry
print(json.dumps(sorted(library for library in DagsterLibraryRegistry.get().items() if "dbt" in library[0])))
print([name for name in sys.modules if name.split(".")[0] == "dbt"])
import dbt.version  # who asks for it can have it
"""


def test_dbt_is_not_imported_and_the_ui_shows_its_version() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    libraries, modules = done.stdout.splitlines()
    assert f'["dbt-core", "{version("dbt-core")}"]' in libraries and "fusion" not in libraries
    assert modules == "[]"
