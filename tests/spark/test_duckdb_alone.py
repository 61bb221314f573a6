"""A load on DuckDB waits for nothing of Spark's."""

import subprocess
import sys


def test_nothing_of_spark_is_imported() -> None:
    code = (
        "import sys, kdi.commands.load, orchestration.assets.transformations, kdi.building.dbt_process\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('pyspark', 'py4j')"
        " or m in ('kdi.building.spark_sql', 'kdi.building.spark_session')])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
