"""What is installed is what was locked, byte for byte, and nothing that is known to be broken."""

import csv
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from orchestration.settings import PROJECT_ROOT

LOCK = (PROJECT_ROOT / "requirements.lock").read_text(encoding="utf-8")
ENTRIES = [entry.replace("\\\n", " ") for entry in re.split(r"\n(?=[a-zA-Z0-9])", LOCK.strip())]
PINNED = {canonicalize_name(Requirement(entry.split("--hash")[0].strip()).name): entry for entry in ENTRIES}


def advisories() -> list[dict[str, str]]:
    path = Path(__file__).with_name("advisories.csv")
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines(), delimiter=";"))


def test_every_dependency_is_pinned_with_hashes() -> None:
    assert len(ENTRIES) > 100
    for entry in ENTRIES:
        requirement = Requirement(entry.split("--hash")[0].strip())
        assert [s.operator for s in requirement.specifier] == ["=="], entry
        assert requirement.url is None, entry
        assert re.findall(r"--hash=sha256:[0-9a-f]{64}(?= |$)", entry), entry


def test_the_lock_names_no_place_to_fetch_from() -> None:
    assert not re.search(r"https?://|--index-url|--extra-index-url|--find-links|--trusted-host", LOCK)


def test_installation_checks_the_hashes() -> None:
    makefile = (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8")
    (line,) = [line for line in makefile.splitlines() if "-r requirements.lock" in line]
    assert "--require-hashes" in line and "--no-deps" in line


def test_everything_that_the_project_asks_for_is_locked() -> None:
    import tomllib

    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for text in [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]:
        wanted = Requirement(text)
        entry = PINNED[canonicalize_name(wanted.name)]
        (pin,) = Requirement(entry.split("--hash")[0].strip()).specifier
        assert pin.version in wanted.specifier, text


def test_the_packages_of_spark_are_pinned_with_hashes_too() -> None:
    import tomllib

    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {r.name: r for r in map(Requirement, project["project"]["optional-dependencies"]["spark"])}
    text = (PROJECT_ROOT / "requirements-spark.lock").read_text(encoding="utf-8")
    entries = [entry.replace("\\\n", " ") for entry in re.split(r"\n(?=[a-zA-Z0-9])", text.strip())[1:]]
    found = {r.name: r for r in (Requirement(entry.split("--hash")[0].strip()) for entry in entries)}
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in entries)
    assert not found.keys() & PINNED.keys()
    for name, requirement in wanted.items():
        (pin,) = found[name].specifier
        assert pin.operator == "==" and pin.version in requirement.specifier


@pytest.mark.parametrize("advisory", advisories(), ids=lambda row: str(row["package"]))
def test_no_pin_has_a_vulnerability_that_we_know_of(advisory: dict[str, str]) -> None:
    """A short list kept by hand; the whole look-up is ``make audit``."""
    entries = [e for e in ENTRIES if canonicalize_name(Requirement(e.split("--hash")[0]).name) == advisory["package"]]
    for entry in entries:
        (pin,) = Requirement(entry.split("--hash")[0].strip()).specifier
        assert pin.version not in SpecifierSet(advisory["affected"]), advisory["advisory"]
