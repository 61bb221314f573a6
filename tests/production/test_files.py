"""The files of ``deploy/`` before they are used: what can be judged without starting anything."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator

from kdi.settings import PROJECT_ROOT, Settings

from .files import DEPLOY, Places, environment, units

# https://github.com/compose-spec/compose-spec, schema/compose-spec.json of 2026-06-23 (Apache 2.0).
SCHEMA = Path(__file__).parent / "schemas" / "compose-spec.json"
COMPOSE = yaml.safe_load((DEPLOY / "container" / "compose.yaml").read_text(encoding="utf-8"))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    places = Places(tmp_path, {})
    for path in units():
        places.put(f"systemd/{path.name}", tmp_path / "units" / path.name)
    places.put("kdi.env", places.etc / "kdi.env")
    made = sorted(str(path) for path in (tmp_path / "units").iterdir())
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *made], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


def test_a_unit_that_systemd_does_not_know_would_be_found(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed here")
    unit = tmp_path / "kdi-web.service"
    text = (DEPLOY / "systemd" / "kdi-web.service").read_text(encoding="utf-8")
    unit.write_text(Places(tmp_path, {}).here(text).replace("ProtectClock=", "ProtectClocks="), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True)
    assert "ProtectClocks" in done.stderr


def test_the_compose_file_is_what_its_schema_says() -> None:
    validator = Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert [error.message for error in validator.iter_errors(COMPOSE)] == []
    broken = {**COMPOSE, "services": {"web": {"comand": []}}}
    assert [error.message for error in validator.iter_errors(broken)]


def test_containers_start_what_the_units_start() -> None:
    """Word by word, but for the address: inside a container the other containers are 'elsewhere'."""
    services = {name: " ".join(s["command"]) for name, s in COMPOSE["services"].items() if "command" in s}
    for path in units():
        if not (line := re.search(r"^ExecStart=/opt/kdi/(.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)):
            continue
        wanted = line.group(1).replace("--host 127.0.0.1", "--host 0.0.0.0")
        assert path.stem == "kdi-backup" or wanted in services[path.stem.removeprefix("kdi-")], path.name


def test_the_files_that_compose_puts_in_containers_are_there() -> None:
    folder = DEPLOY / "container"
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert not source.startswith(".") or (folder / source).resolve().exists(), source
        if "build" in service:
            context = (folder / service["build"]["context"]).resolve()
            assert context == PROJECT_ROOT
            assert (context / service["build"]["dockerfile"]).exists()


def test_every_setting_of_the_example_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (DEPLOY / "kdi.env").read_text(encoding="utf-8")
    named = set(re.findall(r"^(?:# )?(KDI_\w+)=", text, re.MULTILINE))
    assert named <= {f"KDI_{name.upper()}" for name in Settings.model_fields}
    for name, value in environment(DEPLOY / "kdi.env").items():
        monkeypatch.setenv(name, value)
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    assert settings.lake == Path("/var/lib/kdi/lake")
    assert settings.dagster_home == Path(environment(DEPLOY / "kdi.env")["DAGSTER_HOME"])
