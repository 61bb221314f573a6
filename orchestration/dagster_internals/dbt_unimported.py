"""What is used of dagster-dbt, imported without dbt: that runs in its own process (:mod:`kdi.building.dbt_process`).

dagster-dbt needs no dbt-core to read a manifest, yet imports it where it is installed: a third of what it takes to
import the code location.
"""

import sys
from importlib.metadata import version

from dagster_shared.libraries import DagsterLibraryRegistry

_hidden = "dbt" not in sys.modules
if _hidden:
    sys.modules["dbt"] = None  # type: ignore[assignment]  # makes `import dbt` fail
try:
    from dagster_dbt import (
        DagsterDbtTranslator,
        DagsterDbtTranslatorSettings,
        DbtCliInvocation,
        DbtProject,
        dbt_assets,
    )
    from dagster_dbt.dbt_manifest import validate_manifest
finally:
    if _hidden:
        del sys.modules["dbt"]

if DagsterLibraryRegistry._libraries.pop("dbt-fusion", None):  # which it takes to be there, and tells the UI
    DagsterLibraryRegistry.register("dbt-core", version("dbt-core"), is_dagster_package=False)

__all__ = [
    "DagsterDbtTranslator",
    "DagsterDbtTranslatorSettings",
    "DbtCliInvocation",
    "DbtProject",
    "dbt_assets",
    "validate_manifest",
]
