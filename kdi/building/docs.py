"""dbt's documentation of the release in force: every table and column, its tests, and where it comes from."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from kdi.building.project import DBT, PROJECT_DIR
from kdi.publish.release import Releases


class NothingPublished(Exception):
    """There is no release whose tables could be described."""


def write_docs(releases: Releases, page: Path) -> Path:
    """Write one HTML page that needs no server and no network; returns its path.

    dbt reads the tables' columns from a copy, since nobody else may open a release for writing.

    Raises:
        NothingPublished: before the first release, or when its private state is gone.
        subprocess.CalledProcessError: dbt failed; its output is on the terminal.
    """
    current = releases.current()
    base = releases.base(current) if current else None
    if base is None:
        raise NothingPublished("Der er ingen publicering at beskrive: kør kdi load først.")
    page.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="kdi-docs-") as temporary:
        folder, target = Path(temporary), Path(temporary) / "target"
        for source, name in ((base.marts, "kdi.duckdb"), (base.state, "arbejde.duckdb")):
            shutil.copyfile(source, folder / name)
        arguments = ["docs", "generate", "--static", "--target-path", str(target), "--log-path", temporary]
        environment = {"DBT_PROJECT_DIR": str(PROJECT_DIR), "DBT_PROFILES_DIR": str(PROJECT_DIR)}
        subprocess.run([str(DBT), "--quiet", *arguments], cwd=folder, env=os.environ | environment, check=True)
        shutil.move(target / "static_index.html", page)
    return page
