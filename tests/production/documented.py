"""The commands of docs/production.md, by heading, and a shell in which anybody can run those that install files."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from kdi.settings import PROJECT_ROOT

TEXT = (PROJECT_ROOT / "docs" / "production.md").read_text(encoding="utf-8")

# What only an administrator of a machine can do is left out; `install` keeps who owns a file to itself.
_STUBS = {
    "sudo": 'while [ "$1" = -u ]; do shift 2; done\nexec "$@"',
    "install": """set -- "$@" --end
while [ "$1" != --end ]; do
    case $1 in -o|-g) shift 2;; *) set -- "$@" "$1"; shift;; esac
done
shift
exec /usr/bin/install "$@\"""",
    **dict.fromkeys(
        ("systemctl", "apt-get", "useradd", "chown", "sudoedit", "createuser", "createdb", "htpasswd", "nginx"),
        "exit 0",
    ),
}


def blocks() -> dict[str, list[str]]:
    """The shell blocks under each heading."""
    found: dict[str, list[str]] = {}
    for section in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]:
        heading = section.split("\n", 1)[0]
        found[heading] = re.findall(r"^```sh\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return found


def run(block: str, root: Path, folder: Path, places: Mapping[str, Path]) -> None:
    """Run a block as it stands, but for the paths; it must not fail.

    Args:
        root: where the stubs are made.
        folder: the current folder.
        places: a folder of ours for each of the documentation's.
    """
    programs = root / "programs"
    programs.mkdir(exist_ok=True)
    for name, body in _STUBS.items():
        (programs / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    for there, place in places.items():
        block = re.sub(rf"(?<![\w/]){re.escape(there)}\b", str(place), block)
    done = subprocess.run(
        ["sh", "-eu", "-c", block],
        cwd=folder,
        env={"PATH": f"{programs}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{block}\n{done.stderr}"
