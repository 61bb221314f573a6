"""The ways in which the world's deliveries arrive. Every one must end in the same release."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from typer.testing import Result

from kdi.commands.load import LoadResult
from kdi.settings import PROJECT_ROOT

from . import world
from .deliveries import call, calls_in_month, day, month
from .installation import Installation, Table


@dataclass(frozen=True)
class Folders:
    """Where installations lie, and where Dagster keeps its storage of each."""

    installations: Path
    dagster: Path

    def new(self, name: str) -> Installation:
        """An empty installation with the world's reference data."""
        installation = Installation(self.installations / name, self.dagster / name)
        installation.replace_reference("folketal", world.population())
        installation.replace_reference("system_alias", world.ALIASES)
        return installation


@dataclass(frozen=True)
class Loaded:
    """An installation and what its last load said."""

    installation: Installation
    result: LoadResult

    @property
    def release(self) -> str:
        """The release that the load made; a later one may be in force."""
        assert self.result.release is not None, self.result.failures
        return self.result.release.publicering_id


@dataclass(frozen=True)
class Interrupted(Loaded):
    """An installation whose load was killed, and what a reader saw then."""

    current_before: Path
    current_after_kill: Path


@dataclass(frozen=True)
class Corrected(Interrupted):
    """An installation after a late day and a correction, and what it was before."""

    before: dict[str, Table]
    inodes_before: dict[str, int]
    read_by_open_reader: Table


@dataclass(frozen=True)
class OneBadDay:
    """Sixty days, one of which has a negative number of calls in its second row, and what the load said."""

    installation: Installation
    outcome: Result


BAD_DAY = "2022-02-10"
SIXTY_DAYS = [(date(2022, 1, 10) + timedelta(days=n)).isoformat() for n in range(60)]


def sixty_days(folders: Folders) -> OneBadDay:
    installation = folders.new("tres-dage")
    for period in SIXTY_DAYS:
        rows = [call(f"{period}T{hour:02}:00:00+01:00", "Fredericia", world.JOB, 10 + hour) for hour in (8, 9)]
        if period == BAD_DAY:
            rows[1]["antal_kald"] = "-3"
        installation.deliver(day(period, *rows))
    return OneBadDay(installation, installation.kdi("load", status=1))


def at_once(folders: Folders) -> Loaded:
    """Everything in one load into a fresh home: what every other way must end in."""
    installation = folders.new("paa-en-gang")
    installation.deliver(*world.ALL)
    installation.settings["KDI_STEPS_LOG"] = str(installation.folder / "trin")
    result = installation.load()
    del installation.settings["KDI_STEPS_LOG"]
    return Loaded(installation, result)


def corrected(folders: Folders) -> Corrected:
    """First everything but March's late day and correction, newest first; then these two, by a load that is killed in
    the middle of writing a table of the release, and another.
    """
    installation = folders.new("rettet")
    installation.deliver(*reversed([d for d in world.IN_FORCE if d not in (world.LATE_DAY, world.CORRECTION)]))
    installation.deliver(world.ORIGINAL)
    installation.load()
    before = installation.content()
    inodes, current = installation.inodes(), installation.current
    reader = installation.reader()
    installation.deliver(world.CORRECTION, world.LATE_DAY)
    installation.settings["KDI_CRASH_AT"] = "release: table written as Parquet|3|half"
    installation.process("load", status=-signal.SIGKILL)
    del installation.settings["KDI_CRASH_AT"]
    after_kill = installation.current
    result = installation.load()
    read = reader.execute("select * from marts.fct_kald_time order by all").fetchall()
    reader.close()
    return Corrected(installation, result, current, after_kill, before, inodes, read)


def months_first(folders: Folders) -> Loaded:
    """Serviceplatformen's months and the extract first, the days thereafter in no order."""
    installation = folders.new("maaneder-foerst")
    installation.deliver(*world.MONTHS, world.EXTRACT, world.SECOND_STATUS, world.SECOND_USE, world.SAPA_MONTHS[1])
    installation.load()
    installation.deliver(
        *[d for d in world.REGISTERS if d not in (world.SECOND_STATUS, world.SECOND_USE, world.SAPA_MONTHS[1])],
        world.APRIL_DAY, world.ORIGINAL, world.LONG_DAY, world.LATE_DAY, world.CORRECTION, world.AFTER_LONG_DAY,
        world.SHORT_DAY,
    )  # fmt: skip
    return Loaded(installation, installation.load())


def interrupted(folders: Folders) -> Interrupted:
    """Oldest first, so that a renamed system comes last; the second load is killed while dbt runs, then repeated."""
    installation = folders.new("afbrudt")
    old = [d for d in world.ALL if d.period < "2022-03-27" and d is not world.CORRECTION]
    installation.deliver(*old)
    installation.load()
    before = installation.current
    installation.deliver(*[d for d in world.ALL if d not in old])
    kill_while_dbt_runs(installation)
    after_kill = installation.current
    return Interrupted(installation, installation.load(), before, after_kill)


def with_new_identity(earlier: Loaded) -> Loaded:
    """A month more, in which a system long known comes under a name that the alias file says is another's."""
    renamed = world.CARE.named("Esdh vest")
    earlier.installation.deliver(month("2022-05", calls_in_month("2022-05", "Samsø", renamed, "SagIndeks", 8)))
    return Loaded(earlier.installation, earlier.installation.load())


def kill_while_dbt_runs(installation: Installation, table: str = "marts.fct_kald_time") -> None:
    """Start ``kdi load`` in a process of its own and kill it and its children once dbt has begun ``table``."""
    log = installation.home / "dbt" / "dbt.log"
    seen = log.stat().st_size
    process = subprocess.Popen(
        [sys.executable, "-m", "kdi.commands.cli", "load"],
        cwd=PROJECT_ROOT,
        env=os.environ | installation.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and process.poll() is None:
            with log.open("rb") as stream:
                stream.seek(seen if log.stat().st_size >= seen else 0)  # dbt begins a new log at 10 MB
                if re.search(rf"START sql \w+ model \S*{re.escape(table)} ".encode(), stream.read()):
                    return
            time.sleep(0.02)
        raise AssertionError(f"dbt never began {table}")
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
