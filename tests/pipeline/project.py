"""The platform's code in a folder of its own, where it may be changed."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from samples.installation import Installation

from kdi.settings import PROJECT_ROOT

# A file of dbt_project, what stands in it, and what is to stand there instead.
Edit = tuple[str, str, str]
_FOLDERS = ("kdi", "demo", "orchestration", "expectations", "dbt_project", "reference", "reports", "powerbi")


@dataclass(frozen=True)
class Project:
    """A copy of the code, and the commands run by it."""

    folder: Path

    @classmethod
    def copy(cls, folder: Path) -> "Project":
        for name in _FOLDERS:
            shutil.copytree(PROJECT_ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        return cls(folder)

    def edit(self, *edits: Edit) -> None:
        for name, old, new in edits:
            path = self.folder / "dbt_project" / name
            text = path.read_text(encoding="utf-8")
            assert old in text, (name, old)
            path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def codes(self) -> dict[str, str]:
        """The fingerprint of each model's code."""
        code = "import json; from kdi.building import project; print(json.dumps(project.codes()))"
        return dict(json.loads(_in_order(self._python("-c", code, environment={}))))

    def load(self, installation: Installation) -> str:
        """What ``kdi load`` by this code says when all is well."""
        return _in_order(self.run(installation, "load"))

    def run(self, installation: Installation, *command: str) -> "subprocess.CompletedProcess[str]":
        """A ``kdi`` command by this code, however it ends."""
        return self._python("-m", "kdi.commands.cli", *command, environment=installation.environment)

    def _python(self, *arguments: str, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(self.folder)} | environment,
            capture_output=True,
            text=True,
            check=False,
        )


def _in_order(run: "subprocess.CompletedProcess[str]") -> str:
    assert (run.returncode, run.stderr) == (0, ""), run.stdout + run.stderr
    return run.stdout
