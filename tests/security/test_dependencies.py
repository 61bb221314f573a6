"""What is installed is what was locked, byte for byte, and nothing that is known to be broken."""

import csv
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from kdi.settings import PROJECT_ROOT

LOCKS = {
    name: (PROJECT_ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "requirements-dev.lock")
}
PROJECT = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def entries(lock: str) -> list[str]:
    return [entry.replace("\\\n", " ") for entry in re.split(r"\n(?=[a-zA-Z0-9])", lock.strip())]


def requirement(entry: str) -> Requirement:
    return Requirement(entry.split("--hash")[0].strip())


def advisories() -> list[dict[str, str]]:
    path = Path(__file__).with_name("advisories.csv")
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines(), delimiter=";"))


@pytest.mark.parametrize("lock", LOCKS.values(), ids=LOCKS)
def test_every_dependency_is_pinned_with_hashes(lock: str) -> None:
    assert len(entries(lock)) > 100
    for entry in entries(lock):
        assert [s.operator for s in requirement(entry).specifier] == ["=="], entry
        assert requirement(entry).url is None, entry
        assert re.findall(r"--hash=sha256:[0-9a-f]{64}(?= |$)", entry), entry
    assert not re.search(r"https?://|--index-url|--extra-index-url|--find-links|--trusted-host", lock)


def test_what_pip_installs_is_what_uv_locked() -> None:
    """``make lock`` was run after the last change, and its exports are committed."""
    said = subprocess.run(["make", "-n", "lock"], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True).stdout
    commands = re.findall(r"/uv export (.*) --output-file (\S+)$", said, re.M)
    assert len(commands) == 3
    for options, name in commands:
        done = subprocess.run(
            [sys.executable, "-m", "uv", "export", *options.split(), "--offline"],
            cwd=PROJECT_ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip() == (PROJECT_ROOT / name).read_text(encoding="utf-8").strip(), name


def test_installation_checks_the_hashes() -> None:
    makefile = (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8")
    assert "uv sync --quiet --frozen" in makefile
    installs = [line for line in makefile.splitlines() if re.search(r"-r requirements\S*\.lock", line)]
    assert installs and all("--require-hashes" in line and "$(PIP_SYNC)" in line for line in installs)


def test_production_installs_no_tests_and_no_linters() -> None:
    production = {requirement(entry).name for entry in entries(LOCKS["requirements.lock"])}
    assert not production & {"pytest", "ruff", "mypy", "moto", "playwright", "sqlfluff", "hypothesis"}
    asked = {Requirement(text).name for text in PROJECT["project"]["dependencies"]}
    assert asked <= production


@pytest.mark.parametrize("advisory", advisories(), ids=lambda row: str(row["package"]))
def test_no_pin_has_a_vulnerability_that_we_know_of(advisory: dict[str, str]) -> None:
    """A short list kept by hand; the whole look-up is ``make audit``."""
    for entry in entries(LOCKS["requirements-dev.lock"]):
        if canonicalize_name(requirement(entry).name) != advisory["package"]:
            continue
        (pin,) = requirement(entry).specifier
        assert pin.version not in SpecifierSet(advisory["affected"]), advisory["advisory"]
