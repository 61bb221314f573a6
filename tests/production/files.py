"""The files of ``deploy/`` as an installation has them, with this machine's paths and ports in place of theirs."""

import configparser
import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kdi.settings import PROJECT_ROOT

DEPLOY = PROJECT_ROOT / "deploy"


@dataclass(frozen=True)
class Places:
    """Where things lie here, by where the documentation puts them, and the ports likewise."""

    folder: Path
    ports: Mapping[int, int]

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def etc(self) -> Path:
        return self.folder / "etc"

    def here(self, text: str) -> str:
        """A file's text with this machine's paths and ports."""
        for there, place in (
            ("/opt/kdi/.venv/bin", Path(sys.executable).parent),
            ("/opt/kdi", PROJECT_ROOT),
            ("/var/lib/kdi", self.home),
            ("/var/backups/kdi", self.folder / "backup"),
            ("/etc/kdi", self.etc),
            ("/etc/nginx", self.folder / "nginx"),
        ):
            text = text.replace(there, str(place))
        for there, port in self.ports.items():
            # An address of nginx's own would be all of the machine's.
            text = re.sub(rf"\blisten {there}\b", f"listen 127.0.0.1:{port}", text)
            text = re.sub(rf"(?<=[ :]){there}(?=[\s;/]|$)", str(port), text, flags=re.MULTILINE)
        return text

    def put(self, file: str, target: Path) -> Path:
        """Copy a file of ``deploy/`` to its place."""
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(self.here((DEPLOY / file).read_text(encoding="utf-8")), encoding="utf-8")
        return target


@dataclass(frozen=True)
class Unit:
    """What systemd would do with a service, as far as a test can do it in systemd's place."""

    name: str
    before: list[str]
    command: list[str]
    folder: str
    environment_file: Path
    restart_seconds: float
    after: frozenset[str]


def units() -> list[Path]:
    """The unit files, services and others."""
    return sorted((DEPLOY / "systemd").iterdir())


def unit(path: Path, places: Places) -> Unit:
    """A service's unit file, read as systemd.service(5) says."""
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(places.here(path.read_text(encoding="utf-8")))
    service = parser["Service"]
    assert service["Restart"] == "always", f"{path}: nothing would start it again"
    return Unit(
        path.stem,
        shlex.split(service.get("ExecStartPre", "")),
        shlex.split(service["ExecStart"]),
        service["WorkingDirectory"],
        Path(service["EnvironmentFile"]),
        float(service["RestartSec"]),
        frozenset(name.removesuffix(".service") for name in parser["Unit"]["After"].split()),
    )


def environment(file: Path) -> dict[str, str]:
    """The variables of an environment file (systemd.exec(5), EnvironmentFile)."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line.strip() and not line.startswith("#"))


def missing(*programs: str) -> list[str]:
    """Which programs are not installed here."""
    path = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
    return [program for program in programs if shutil.which(program, path=path) is None]
