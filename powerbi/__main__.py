"""``python -m powerbi``: make the folders of the Power BI project anew; or, into a folder given, a variant of it.

``python -m powerbi parquet FOLDER`` makes the project that reads the Parquet files of a release, and
``python -m powerbi tynd FOLDER WORKSPACE MODEL-ID`` the report alone, over a semantic model in the service.
"""

import shutil
import sys
from pathlib import Path

from kdi.settings import PROJECT_ROOT
from powerbi.catalogue import read_catalogue
from powerbi.project import thin_report, write_project

TARGET = PROJECT_ROOT / "powerbi"


def main(arguments: list[str]) -> None:
    """Write every file of the project, and remove those that are no longer made."""
    match arguments:
        case []:
            target, files = TARGET, write_project(read_catalogue())
            for folder in target.glob("*.SemanticModel"), target.glob("*.Report"):
                for path in folder:
                    shutil.rmtree(path)
        case ["parquet", folder]:
            target, files = Path(folder), write_project(read_catalogue(), "Parquet")
        case ["tynd", folder, workspace, model_id]:
            target, files = Path(folder), thin_report(read_catalogue(), workspace, model_id)
        case _:
            sys.exit(__doc__)
    for relative, text in files.items():
        path = target / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"{len(files)} filer skrevet i {target}")


if __name__ == "__main__":
    main(sys.argv[1:])
