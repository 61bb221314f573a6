"""dbt's command line as a child of a load: it ends with its parent, and no two work in one folder.

Were only the load killed, its dbt would else go on while the writer's lock is free, in the very
folder that the next load makes anew.
"""

import fcntl
import os
from pathlib import Path

from orchestration.children import end_with


def main() -> None:
    """Run dbt in the build folder with the arguments of this process, holding the folder's lock."""
    with Path(f"{os.environ['KDI_BUILD']}.lock").open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        end_with(int(os.environ["KDI_BUILD_PARENT"]))
        os.chdir(os.environ["KDI_BUILD"])  # where dbt_project/profiles.yml has its files
        from dbt.cli.main import cli

        cli()


if __name__ == "__main__":
    main()
