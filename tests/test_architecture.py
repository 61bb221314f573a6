"""The floor plan: the contracts hold, docs/architecture.md shows them, and the files it walks through are there."""

import ast
import re
import sys
import tomllib
from importlib import import_module
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pages
import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from kdi.settings import PROJECT_ROOT, Settings

PAGE = pages.DOCS / "architecture.md"
PROJECT = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LAYERS = [
    [room.strip() for room in layer.split("|")]
    for contract in PROJECT["tool"]["importlinter"]["contracts"]
    for layer in contract.get("layers", ())
]


def test_what_stands_higher_uses_what_stands_lower_and_dagster_is_orchestrations_alone() -> None:
    assert lint_imports(str(PROJECT_ROOT / "pyproject.toml"), no_cache=True) == EXIT_STATUS_SUCCESS


def test_every_module_has_its_place() -> None:
    rooms = [room for layer in LAYERS for room in layer]
    modules = {
        ".".join(path.relative_to(PROJECT_ROOT).with_suffix("").parts).removesuffix(".__init__")
        for package in PROJECT["tool"]["importlinter"]["root_packages"]
        for path in (PROJECT_ROOT / package).rglob("*.py")
    }
    without = [m for m in sorted(modules) if not any(f"{m}.".startswith(f"{room}.") for room in rooms)]
    assert without == ["demo", "kdi"]  # they hold a docstring, and nothing else


@pytest.mark.parametrize(
    "name",
    [
        "orchestration.definitions.defs",  # runs in Dagster's storage, and the units of deploy/systemd
        "orchestration.dagster_internals.launcher.LocalRunLauncher",  # a dagster.yaml that its operator keeps
        "orchestration.dagster_internals.storage.ChosenStorage",
        "orchestration.operations.logs.JsonLines",
    ],
)
def test_what_installations_have_written_down_is_found_after_an_upgrade(name: str) -> None:
    module, _, attribute = name.rpartition(".")
    assert hasattr(import_module(module), attribute)


def test_the_page_shows_the_layers() -> None:
    lines = [[f"`{_path(room)}`", _first_sentence(room)] for layer in LAYERS for room in layer]
    pages.assert_says(PAGE, "layers", pages.table(["room", "what is in it"], lines))


# Whose signatures say Settings, and why they are about many of them.
_ABOUT_SETTINGS = {
    "kdi/installation.py __init__": "makes the parts",
    "kdi/ingest/remote.py __init__": "nine say where the inbox is, how to log in there, and what of it is looked at",
    "kdi/machine/object_storage.py of": "the three of a store, for the inbox and for the lake",
    "kdi/report/imprint.py of": "the six that readers see",
    "kdi/commands/load.py use_dagster_home": "Dagster's home is needed before there is any part",
    "orchestration/definitions.py definitions": "a door",
    "orchestration/operations/alerts.py send": "addresses, links, and every secret that must not be sent",
    "demo/sample/clock.py set_clock": "puts a demo's settings in its home",
}
# Where a process begins, or Dagster asks for what is one per process: partitions, its storage, its log.
_DOORS = (
    "kdi/commands/", "kdi/installation.py", "kdi/building/dbt_process.py", "demo/", "orchestration/definitions.py",
    "orchestration/partitions.py", "orchestration/assets/reports.py", "orchestration/operations/logs.py",
    "orchestration/dagster_internals/storage.py",
)  # fmt: skip


def test_settings_become_parts_at_the_doors() -> None:
    take, ask = set(), set()
    for package in ("kdi", "orchestration", "expectations", "demo"):
        for path in (PROJECT_ROOT / package).rglob("*.py"):
            name = path.relative_to(PROJECT_ROOT).as_posix()
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef):
                    said = [ast.unparse(a.annotation) for a in (*node.args.args, *node.args.kwonlyargs) if a.annotation]
                    take |= {f"{name} {node.name}" for text in said if re.search(r"\bSettings\b", text)}
                if isinstance(node, ast.Call) and ast.unparse(node.func) in ("get_settings", "here"):
                    ask.add(name)
    assert take == set(_ABOUT_SETTINGS)
    assert [name for name in sorted(ask) if not name.startswith(_DOORS)] == []


def _path(room: str) -> str:
    folder = room.replace(".", "/")
    return folder if (PROJECT_ROOT / folder).is_dir() else f"{folder}.py"


def _first_sentence(module: str) -> str:
    sentence, *_ = re.split(r"(?<=[.])\s", str(import_module(module).__doc__).strip(), maxsplit=1)
    return " ".join(sentence.split()).replace("``", "`")


@pytest.mark.parametrize("page", sorted([*pages.DOCS.glob("*.md"), PROJECT_ROOT / "README.md"]), ids=lambda p: p.stem)
def test_files_that_a_page_names_are_there(page: Path) -> None:
    named = re.findall(
        r"`([a-z_]+/[\w./-]+\.(?:py|sql|yml|yaml|csv|typ|j2|md|sh|js))`", page.read_text(encoding="utf-8")
    )
    assert [name for name in named if not (PROJECT_ROOT / name).exists()] == []


def test_every_package_that_is_imported_is_declared() -> None:
    """Else it is there by another's grace, and goes when that one changes."""
    project = PROJECT["project"]
    declared = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    declared += PROJECT["dependency-groups"]["demo"]
    names = {canonicalize_name(Requirement(line).name) for line in declared}
    names |= {"dagster-shared", "dbt-common"}  # halves of dagster and of dbt-core
    own = {"kdi", "orchestration", "expectations", "demo"}
    of_module = packages_distributions()
    missing = {
        module
        for folder in own
        for path in (PROJECT_ROOT / folder).rglob("*.py")
        for module in _imported(path) - sys.stdlib_module_names - own - {"pyspark"}  # an extra, and not installed here
        if not {canonicalize_name(name) for name in of_module.get(module, [])} & names
    }
    assert missing == set()


def _imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_readme_names_every_setting() -> None:
    table = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8").split("## Settings")[1].split("\n## ")[0]
    named = [
        name
        for line in table.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(KDI_\w+)`", line.split("|")[1])
    ]
    assert sorted(named) == sorted(
        str(field.validation_alias or f"KDI_{name}").upper() for name, field in Settings.model_fields.items()
    )
