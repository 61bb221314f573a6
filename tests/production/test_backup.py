"""Backup, wipe, restore, load: the same rows are published. The scripts are those of ``deploy/``."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest
from samples.deliveries import Delivery, System, call, day
from samples.installation import Installation

from .files import DEPLOY, missing

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(bool(missing("rsync", "sqlite3")), reason="rsync and sqlite3 are not both installed here"),
]
SYSTEM = System("Jobcentersystemet")
WAITING = """#!/bin/sh
touch "$KDI_HOME/kopierer"
while [ ! -e "$KDI_HOME/ind" ]; do sleep 0.1; done
exec /usr/bin/rsync "$@"
"""


def run(script: str, folder: Path, home: Path, path: str = "") -> subprocess.CompletedProcess[str]:
    search = f"{path}:/usr/local/bin:/usr/bin:/bin"
    return subprocess.run(
        [str(DEPLOY / script), str(folder)], env={"PATH": search, "KDI_HOME": str(home)}, capture_output=True, text=True
    )


def a_day(date: str, calls: int) -> Delivery:
    return day(date, call(f"{date}T08:00:00+01:00", "Fredericia", SYSTEM, calls))


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Loaded, with a correction that was held back and accepted, a refused file, and a delivery that was withdrawn."""
    installation = Installation(tmp_path / "vaert", tmp_path / "dagster")
    installation.deliver(a_day("2022-01-10", 7), a_day("2022-01-11", 9), a_day("2022-01-12", 11))
    assert installation.load().failures == []
    installation.deliver(a_day("2022-01-11", 12))
    broken = installation.inbox / "stoettesystemerne" / "stoettesystemerne_2022-01-13.csv"
    broken.write_text("ikke en leverance\n", encoding="utf-8")
    assert len(installation.load().failures) == 2
    (withdrawn,) = installation.query("select leverance_id from marts.leverance_log where periode = '2022-01-12'")[0]
    for verb, which in (("withdraw", withdrawn), ("accept", "stoettesystemerne/2022-01-11")):
        installation.kdi("delivery", verb, which, "--reason", "aftalt", "--by", "prøve")
    installation.load()
    return installation


def test_backup_wipe_restore_load_publishes_the_same(installation: Installation, tmp_path: Path) -> None:
    backup, before = tmp_path / "backup", installation.content()
    assert before["marts.fct_kald_time"]
    refused = sorted(p.name for p in (installation.home / "quarantine").iterdir())
    assert refused
    done = run("backup.sh", backup, installation.home)
    assert (done.returncode, done.stderr) == (0, "")
    shutil.rmtree(installation.home)
    shutil.rmtree(installation.dagster_home)
    shutil.rmtree(installation.inbox)  # the suppliers' files are not ours to keep
    done = run("restore.sh", backup, installation.home)
    assert (done.returncode, done.stderr) == (0, "")
    installation.load()
    assert installation.content() == before
    assert sorted(p.name for p in (installation.home / "quarantine").iterdir()) == refused
    installation.kdi("scrub")


def test_a_backup_during_a_load_names_nothing_that_it_lacks(installation: Installation, tmp_path: Path) -> None:
    """A load ends between the copy of the log and that of the files: rsync here first waits for one."""
    backup, programs = tmp_path / "backup", tmp_path / "bin"
    programs.mkdir()
    (programs / "rsync").write_text(WAITING, encoding="utf-8")
    (programs / "rsync").chmod(0o755)
    beside = subprocess.Popen(
        [str(DEPLOY / "backup.sh"), str(backup)],
        env={"PATH": f"{programs}:{os.environ['PATH']}", "KDI_HOME": str(installation.home)},
    )
    while not (installation.home / "kopierer").exists():
        assert beside.poll() is None
    installation.deliver(a_day("2022-01-14", 20))
    installation.load()
    (installation.home / "ind").touch()
    assert beside.wait(60) == 0
    with sqlite3.connect(backup / "lake" / "leverancer.sqlite") as log:
        named = [path for (path,) in log.execute("select parquet from leverancer where parquet <> ''")]
    assert len(named) == 4, "the log is that of before the load"
    assert all((backup / "lake" / path).exists() for path in named)
    assert len(list((backup / "lake").rglob("*.parquet"))) > len(named), "the newer file came along, and does no harm"


def test_a_lake_is_not_overwritten(installation: Installation, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    assert run("backup.sh", backup, installation.home).returncode == 0
    before = (installation.home / "lake" / "leverancer.sqlite").read_bytes()
    done = run("restore.sh", backup, installation.home)
    assert done.returncode == 1
    assert "already has a lake" in done.stderr
    assert (installation.home / "lake" / "leverancer.sqlite").read_bytes() == before
