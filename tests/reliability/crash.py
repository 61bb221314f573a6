"""Kill loads at named steps, look at what readers see, let the next load repair it, and compare.

Which kills there are comes from the code: an unharmed load writes down every step it takes, and
each of them, and the middle of each write, can be killed.
"""

import ast
import contextlib
import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from samples.installation import Installation, Table

from kdi.settings import PROJECT_ROOT

from . import processes

KEPT = {"KDI_KEEP_RELEASES": "2"}
# After these the next load does not do again what came before.
_DONE_FOR_GOOD = ("log: verdicts recorded", "reference: in force")
# Comes after the verdicts, so it is not taken again for them; the log of the next delivery takes theirs along.
_AFTER_VERDICTS = "log: in the store"
# These commit by themselves; killed within the first, it happens again.
_DONE_ONCE = ("log: hashes written", "inbox: hashes remembered")
_SWITCHED = "release: switched"


@dataclass(frozen=True)
class Step:
    """A step that a load took; ``writes`` when half of its write can be left."""

    name: str
    writes: bool


@dataclass(frozen=True)
class Kill:
    """Where to kill: at the ``place``-th step of a load, in the middle of its write or after it."""

    place: int
    half: bool = False


@dataclass
class Outcome:
    """What a row of kills led to: the steps killed at, those never reached, and what was wrong afterwards."""

    killed: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    rows_lost: int = 0


@dataclass(frozen=True)
class Oracle:
    """What is published and kept without a crash."""

    content: dict[str, Table]
    private: dict[str, Table]
    lake: dict[str, str]
    failures: list[str]


def source_files() -> list[Path]:
    """What a load runs."""
    return sorted(path for folder in ("kdi", "orchestration") for path in (PROJECT_ROOT / folder).rglob("*.py"))


def steps_in_code() -> set[str]:
    """The names of all steps, read from the source."""
    names = set()
    for path in source_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "step":
                name = node.args[0]
                assert isinstance(name, ast.Constant), f"{path}: a step's name is a text"
                names.add(str(name.value))
    return names


RecordProperty = Callable[[str, object], None]


@dataclass(frozen=True)
class Unharmed:
    """The load to come, run to its end: the steps it took and what it made."""

    installation: Installation
    steps: list[Step]
    truth: Oracle


def rows_lost(content: dict[str, Table], expected: dict[str, Table]) -> int:
    """Rows that an undisturbed load publishes and this one does not."""
    return sum((Counter(rows) - Counter(content.get(table, []))).total() for table, rows in expected.items())


# Calls that change what is on disk, and where they need no step of their own.
_CHANGES = {
    "replace", "rename", "link", "symlink_to", "unlink", "rmtree", "copyfile", "write_text", "write_bytes", "mkdtemp",
    "rmdir", "remove", "move", "copytree", "truncate",
}  # fmt: skip
_STATEMENTS = ("insert into", "insert or", "update ", "delete from", "copy (")
_NO_STEP_NEEDED = {
    "kdi/ingest/intake.py remove_leftovers": "scratch of a killed intake; what is left of it is removed by the next",
    "kdi/ingest/csv_files.py rejected": "a table in memory",
    "kdi/ingest/batch.py _write_plain": "in the scratch folder; `receive: rows written` follows for each file",
    "kdi/ingest/audit.py _write_alone": "in the scratch folder; `receive: rows written` follows for each file",
    "kdi/lake/delivery_log.py _append": "its callers commit, and name it; a person's decision is one transaction",
    "kdi/lake/delivery_log.py forget_hashes": "one transaction; the file is hashed again when it is met",
    "kdi/ingest/quarantine.py keep_reference": "what lies in the inbox; the next load judges and copies it again",
    "kdi/lake/reference.py _write": "in a folder of its own; `reference: file written` follows for each file",
    "kdi/building/spark.py lay_out": "in the build folder, which the next build makes anew; on DuckDB not at all",
    "kdi/building/spark.py _lay_out_base": "the same",
    "kdi/building/spark_session.py _take_over": "the same",
    "kdi/building/earlier.py _write": "tables of the build folder, which the next build makes anew",
    "kdi/building/project.py prepare": "dbt's own folder in the installation, made anew when older than the project",
    "kdi/building/project.py _compile": "the same",
    "kdi/disclosure/sums_over_time.py hide_divided_otherwise": "in the build's database, which the next one makes anew",
    "kdi/disclosure/sums_together.py hide_telling_sums": "the same",
    "kdi/publish/release.py _delete": "its callers name it",
    "kdi/machine/files.py copy_verified": "its caller names it",
    "kdi/lake/depot.py fetch": "a file gets its name when it has its hash; one that is left half is written anew",
    "kdi/lake/depot.py one": "the same",
    "kdi/lake/depot.py _claim": "the store is claimed again; what it holds has its names already",
    "kdi/lake/depot.py take_over": "the log comes last: without it nothing was taken over, and it is done again",
    "orchestration/assets/dbt_build.py _dbt_build": "what dbt wrote of an earlier run, in its target folder",
    "kdi/lake/recovery.py _put_in_place": "lies in a folder of its own until it takes the place of the lost log",
    "kdi/machine/interruption.py farewell": "a list in memory",
    "kdi/commands/load.py use_dagster_home": "Dagster's own configuration",
    "kdi/publish/register.py write": "its caller names it",
    "kdi/machine/steps.py step": "the crash itself",
}
# PostgreSQL's transactions are killed in tests/pipeline/test_postgres.py; reports are made anew from the release.
_NOT_OF_A_LOAD = (
    "kdi/building/docs.py", "kdi/ingest/kitos.py", "kdi/operations/comparison.py", "kdi/publish/postgres/",
    "kdi/report/", "orchestration/dagster_internals/", "orchestration/operations/",
)  # fmt: skip


def changes_without_a_step() -> list[str]:
    """Functions of a load that change files or the log and name no step, but for those with a reason not to.

    And the reasons that no function needs any more.
    """
    found = []
    for path in source_files():
        module = str(path.relative_to(PROJECT_ROOT))
        if module.startswith(_NOT_OF_A_LOAD):
            continue
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef) and _changes_files(function) and not _names_a_step(function):
                found.append(f"{module} {function.name}")
    return sorted(set(found) ^ set(_NO_STEP_NEEDED))


def _changes_files(function: ast.FunctionDef) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            of_a_text = name == "replace" and not _is_os(node.func)
            if name in _CHANGES and not of_a_text:
                return True
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value.strip().lower()
            if text.startswith(_STATEMENTS):
                return True
    return False


def _is_os(call: ast.expr) -> bool:
    return isinstance(call, ast.Attribute) and isinstance(call.value, ast.Name) and call.value.id == "os"


def _names_a_step(function: ast.FunctionDef) -> bool:
    return any(isinstance(n, ast.Name) and n.id == "step" for n in ast.walk(function))


def steps_taken(log: Path) -> list[Step]:
    """The steps written down by a load."""
    lines = log.read_text(encoding="utf-8").splitlines()
    return [Step(name, half == "half") for name, half in (line.split("|") for line in lines)]


def kills_of(steps: Sequence[Step]) -> list[Kill]:
    """Every kill there is: after each step, and in the middle of each write."""
    return [Kill(i, half) for i, s in enumerate(steps) for half in ((True, False) if s.writes else (False,))]


def oracle(installation: Installation, failures: list[str]) -> Oracle:
    """What an installation publishes and keeps."""
    return Oracle(installation.content(), installation.private_content(), hashes_of_lake(installation), failures)


def hashes_of_lake(installation: Installation) -> dict[str, str]:
    """SHA-256 of every file of rows in the lake."""
    lake = installation.home / "lake"
    return {
        str(path.relative_to(lake)): hashlib.sha256(path.read_bytes()).hexdigest() for path in lake.rglob("*.parquet")
    }


def kill_in_a_row(installation: Installation, addresses: Iterable[str], truth: Oracle) -> Outcome:
    """Kill one load after the other, then let one run to its end.

    So the later loads begin on what is left of several crashes.
    """
    outcome = Outcome()
    before = installation.content()
    log = installation.folder / "trin-efter"
    for address in addresses:
        ended = processes.run(installation, KDI_CRASH_AT=address, KDI_STEPS_LOG=str(log), **KEPT)
        name, _, half = address.split("|")
        label = f"{name} (half written)" if half else name
        if not ended.was_killed:
            outcome.missed.append(f"{label}: ended with {ended.exit_code}, {ended.failures}")
            break
        outcome.killed.append(label)
        if _has_survivors(installation):
            outcome.faults.append(f"{label}: dbt lives on")
        outcome.faults += [f"{label}: {fault}" for fault in _seen_by_readers(installation, before, truth)]
    ended = processes.run(installation, KDI_STEPS_LOG=str(log), **KEPT)
    faults, outcome.rows_lost = _after_repair(installation, ended, truth)
    outcome.faults += [f"after {outcome.killed}: {fault}" for fault in faults]
    return outcome


def addresses(steps: Sequence[Step], kills: Iterable[Kill]) -> list[str]:
    """Where the loads of a row are killed, each at a later step than the one before.

    A kill behind the switch of the release ends the row: there is nothing more to do then.
    """
    found, last = [], -1
    for kill in kills:
        found.append(_address(steps, kill, last))
        last = kill.place
        if place_of(steps, _SWITCHED) <= last:
            break
    return found


def place_of(steps: Sequence[Step], name: str) -> int:
    return next(i for i, s in enumerate(steps) if s.name == name)


def _address(steps: Sequence[Step], kill: Kill, last: int) -> str:
    """``<name>|<which time>|half`` in a load that follows one killed at ``last``."""
    begins = max((i + 1 for i in range(last + 1) if steps[i].name in _DONE_FOR_GOOD), default=0)
    if begins <= kill.place and steps[begins].name == _AFTER_VERDICTS:
        begins += 1
    name = steps[kill.place].name
    again = last if last >= 0 and steps[last].name == _DONE_ONCE[0] else -1
    nth = sum(
        steps[i].name == name and not (name in _DONE_ONCE and i <= last and i != again)
        for i in range(begins, kill.place + 1)
    )
    return f"{name}|{nth}|{'half' if kill.half else ''}"


def _has_survivors(installation: Installation) -> bool:
    """Whether a dbt of the killed load is still at work after a moment."""
    build = (installation.home / "build").resolve()
    for _ in range(40):
        if build not in _folders_of_processes():
            return False
        time.sleep(0.05)
    return True


def _folders_of_processes() -> Iterator[Path]:
    for path in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            yield path.readlink()


def _seen_by_readers(installation: Installation, before: dict[str, Table], truth: Oracle) -> list[str]:
    """What is wrong with what consumers can open at this moment: it must be all old or all new."""
    faults = [f"{path} is not what the manifest says" for path in damaged_files(installation)]
    now = installation.content()
    if now not in (before, truth.content):
        faults.append("a reader sees neither the release before nor the one after")
    return faults


def damaged_files(installation: Installation) -> list[str]:
    """Files of the release in force that do not have the hash of its manifest."""
    manifest = json.loads((installation.current / "manifest.json").read_text(encoding="utf-8"))
    return [
        path
        for path, digest in manifest["filer"].items()
        if hashlib.sha256((installation.current / path).read_bytes()).hexdigest() != digest
    ]


def _after_repair(installation: Installation, ended: processes.Ended, truth: Oracle) -> tuple[list[str], int]:
    faults = []
    if ended.failures != truth.failures:
        faults.append(f"the load after it says {ended.failures}")
    content = installation.content()
    faults += [f"{table} differs" for table in truth.content if content.get(table) != truth.content[table]]
    if installation.private_content() != truth.private:
        faults.append("the private tables differ")
    if (lake := hashes_of_lake(installation)) != truth.lake:
        faults.append(f"the lake's files differ: {sorted(set(lake.items()) ^ set(truth.lake.items()))}")
    faults += damaged_files(installation) + left_over(installation)
    return faults, rows_lost(content, truth.content)


def left_over(installation: Installation) -> list[str]:
    """Files and folders that nothing refers to."""
    home = installation.home
    releases = set(installation.releases)
    found = [p for p in (home / "published").iterdir() if p.name in (".current", "paa_vej", "rullet_tilbage")]
    found += [p for p in (home / "published" / "releases").iterdir() if p.name.startswith(".")]
    found += [p for p in (home / "state").iterdir() if p.stem not in releases]
    found += [p for p in (home / "lake").rglob("*") if p.name.startswith(".") or p.name.endswith(".del")]
    chain, kept = [], installation.current.name
    while kept in releases:
        chain.append(kept)
        manifest = home / "published" / "releases" / kept / "manifest.json"
        kept = json.loads(manifest.read_text(encoding="utf-8"))["forgaenger"]
    found += [home / "published" / "releases" / r for r in releases - set(chain)]
    return [f"left over: {path.relative_to(home)}" for path in found]
