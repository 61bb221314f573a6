"""dbt's command line as a child of a load: it ends with its parent, and no two work in one folder.

Were only the load killed, its dbt would else go on while the writer's lock is free, in the very
folder that the next load makes anew.
"""

import fcntl
import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from kdi.machine.children import end_with


def main() -> None:
    """Run dbt in the build folder with the arguments of this process, holding the folder's lock."""
    with Path(f"{os.environ['KDI_BUILD']}.lock").open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        end_with(int(os.environ["KDI_BUILD_PARENT"]))
        os.chdir(os.environ["KDI_BUILD"])  # where dbt_project/profiles.yml has its files
        with _engine():
            from dbt.cli.main import cli

            cli()


def _engine() -> AbstractContextManager[object]:
    """What dbt needs running: nothing for DuckDB, which is a library and waits for none of these imports."""
    if os.environ["KDI_BUILD_ENGINE"] == "duckdb":
        return nullcontext()
    from kdi.building.spark_session import spark_session, translate_what_dbt_compiles
    from kdi.settings import get_settings

    settings = get_settings()
    translate_what_dbt_compiles()
    return spark_session(Path(os.environ["KDI_BUILD"]), settings.spark_master, settings.spark_options)


if __name__ == "__main__":
    main()
