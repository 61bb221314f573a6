"""docs/production.md names what is there, and its commands put every file of ``deploy/`` where another looks for it."""

import re
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from kdi.commands.cli import app
from kdi.settings import PROJECT_ROOT

from .documented import TEXT, blocks, run
from .files import DEPLOY, missing

ALL = "\n".join(block for found in blocks().values() for block in found)


def test_every_command_of_ours_is_one() -> None:
    known = set(get_command(app).commands)  # type: ignore[attr-defined]
    used = set(re.findall(r"\bkdi (\w+)$", ALL, re.MULTILINE))
    assert used >= {"load", "restore", "scrub", "status"}
    assert used <= known


def test_every_file_that_is_named_is_there() -> None:
    named = set(re.findall(r"\bdeploy/[\w./*-]+", TEXT))
    assert named
    for name in named:
        assert list(PROJECT_ROOT.glob(name.rstrip(".*"))) or list(PROJECT_ROOT.glob(name)), name


@pytest.mark.skipif(bool(missing("git")), reason="git is not installed here")
def test_its_commands_install_every_file_where_the_others_look_for_it(tmp_path: Path) -> None:
    places = {
        "/etc/systemd/system": tmp_path / "systemd", "/etc/kdi": tmp_path / "etc-kdi", "/etc/nginx": tmp_path / "nginx",
        "/opt/kdi": tmp_path / "opt-kdi", "/var/lib/kdi": tmp_path / "home", "/var/backups/kdi": tmp_path / "backup",
    }  # fmt: skip
    project = places["/opt/kdi"]
    for folder in (places["/etc/systemd/system"], places["/etc/nginx"] / "conf.d", places["/etc/nginx"] / "snippets"):
        folder.mkdir(parents=True)  # packages make them
    (project / "deploy").parent.mkdir()
    subprocess.run(["cp", "-r", str(DEPLOY), str(project / "deploy")], check=True)
    found = blocks()
    wanted = [
        found["Packages, user and folders"][0], found["Dagster's database"][0], found["Settings"][0],
        found["Services"][0], found["Proxy and login"][0],
    ]  # fmt: skip
    for block in wanted:
        run(block, tmp_path, project, places)
    installed = {p.name: p for folder in places.values() if folder != project for p in folder.rglob("*") if p.is_file()}
    elsewhere = ("container", "spark")  # other ways to run it, with instructions of their own
    ours = {p.name for p in DEPLOY.rglob("*") if p.parent.name not in elsewhere and p.suffix != ".sh" and p.is_file()}
    assert set(installed) == ours
    assert (project / ".env").resolve() == installed["kdi.env"].resolve()
    # Whatever a unit or the proxy refers to has been made by one of the commands, or is one of the login files.
    for file in installed.values():
        in_force = re.sub(r"^#.*$", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for path in re.findall(r"/(?:etc|var)/[\w./-]*kdi[\w./-]*", in_force):
            there = next(base for base in places if path.startswith(base))
            made = Path(path.replace(there, str(places[there]), 1))
            assert made.exists() or made.suffix in (".htpasswd", ".pem", ".key") or path in TEXT, f"{file}: {path}"


def test_logins_and_certificate_are_made_where_the_proxy_reads_them() -> None:
    read = re.findall(r"(/etc/nginx/kdi/[\w.]+);", (DEPLOY / "nginx" / "kdi.conf").read_text(encoding="utf-8"))
    read += re.findall(r"(/etc/nginx/kdi/[\w.]+);", (DEPLOY / "nginx" / "kdi-proxy.conf").read_text(encoding="utf-8"))
    assert len(read) == 4
    assert [path for path in read if path not in TEXT] == []
