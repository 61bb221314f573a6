"""``python -m powerbi``: make the folders of the Power BI project anew."""

import shutil
from pathlib import Path

from orchestration.settings import PROJECT_ROOT
from powerbi.catalogue import read_catalogue
from powerbi.project import write_project

TARGET = PROJECT_ROOT / "powerbi"


def main(target: Path = TARGET) -> None:
    """Write every file of the project, and remove those that are no longer made."""
    files = write_project(read_catalogue())
    for folder in target.glob("*.SemanticModel"), target.glob("*.Report"):
        for path in folder:
            shutil.rmtree(path)
    for relative, text in files.items():
        path = target / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"{len(files)} filer skrevet i {target}")


if __name__ == "__main__":
    main()
