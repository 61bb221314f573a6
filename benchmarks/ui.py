"""What Dagster's UI costs on an installation: ``python -m benchmarks.ui HOME``, best the demo's on an idle machine.

It starts web server and daemon, waits until nothing more is loaded, and prints the seconds of a core that importing the
code location takes, the processes' memory, what they cost in two minutes in which nothing happens, and how long the
run list and the first screen take with as many runs as there are and with a thousand more.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from kdi.settings import PROJECT_ROOT

PORT = 3977
IDLE_SECONDS = 120
MORE_RUNS = 1000
RUN_LIST = "{runsOrError(limit: 25) {... on Runs {results {id status jobName startTime endTime tags {key value}}}}}"
FIRST_SCREEN = (
    "{repositoriesOrError {... on RepositoryConnection"
    " {nodes {jobs {name runs(limit: 30) {id status startTime endTime}}}}}}"
)


@contextmanager
def started(home: Path) -> Iterator[list[int]]:
    """Web server and daemon of an installation; the sessions that they lead."""
    environment = os.environ | {
        "KDI_HOME": str(home), "DAGSTER_HOME": str(home / "dagster"), "DAGSTER_DISABLE_TELEMETRY": "1",
    }  # fmt: skip
    programs = (["dagster-webserver", "--host", "127.0.0.1", "--port", str(PORT)], ["dagster-daemon", "run"])
    processes = [
        subprocess.Popen(
            [str(Path(sys.executable).with_name(name)), *options, "-w", "workspace.yaml"], cwd=PROJECT_ROOT,
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )
        for name, *options in programs
    ]  # fmt: skip
    try:
        yield [process.pid for process in processes]
    finally:
        for process in processes:
            os.killpg(process.pid, 9)
            process.wait()


def processes_of(sessions: list[int]) -> dict[int, list[str]]:
    """The fields of ``/proc/<pid>/stat`` after the name, of every process of the sessions."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) in sessions:
            found[int(path.parent.name)] = fields
    return found


def cpu_seconds(sessions: list[int]) -> float:
    ticks = sum(int(f[11]) + int(f[12]) for f in processes_of(sessions).values())
    return ticks / os.sysconf("SC_CLK_TCK")


def megabytes(sessions: list[int]) -> float:
    """Their memory, what they share counted once."""
    total = 0
    for pid in processes_of(sessions):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
        total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def ask(query: str) -> float:
    """Seconds that the web server takes to answer."""
    request = Request(
        f"http://127.0.0.1:{PORT}/graphql", json.dumps({"query": query}).encode(), {"Content-Type": "application/json"}
    )
    began = time.monotonic()
    with urlopen(request, timeout=120) as answer:
        assert "errors" not in json.load(answer)
    return time.monotonic() - began


def wait_until_loaded(sessions: list[int]) -> None:
    deadline, before = time.monotonic() + 600, -1.0
    while time.monotonic() < deadline:
        time.sleep(10)
        now = cpu_seconds(sessions)
        if now - before < 2:
            return
        before = now


def make_runs(home: Path, number: int) -> None:
    """Runs that found nothing to do, as the intake's are on a quiet day."""
    import dagster as dg

    os.environ |= {"KDI_HOME": str(home), "DAGSTER_HOME": str(home / "dagster")}
    from orchestration.dagster_internals.origins import make_run
    from orchestration.definitions import defs

    job = defs.resolve_job_def("oprydning")
    with dg.DagsterInstance.get() as instance:
        for _ in range(number):
            run = make_run(instance, job)
            instance.report_run_canceled(run, message="benchmark")


def main() -> None:
    """Measure, and print a table."""
    home = Path(sys.argv[1]).resolve()
    began = time.process_time()
    __import__("orchestration.definitions")
    print(f"| the definitions alone | {time.process_time() - began:.1f} s of a core |")
    with started(home) as sessions:
        wait_until_loaded(sessions)
        ask(RUN_LIST), ask(FIRST_SCREEN)
        print(f"| run list, first screen | {ask(RUN_LIST):.2f} s, {ask(FIRST_SCREEN):.2f} s |")
        before = cpu_seconds(sessions)
        time.sleep(IDLE_SECONDS)
        print(f"| idle | {100 * (cpu_seconds(sessions) - before) / IDLE_SECONDS:.1f} % of a core |")
        print(f"| memory | {megabytes(sessions):.0f} MB in {len(processes_of(sessions))} processes |")
        make_runs(home, MORE_RUNS)
        ask(RUN_LIST), ask(FIRST_SCREEN)
        print(f"| the same with {MORE_RUNS} runs more | {ask(RUN_LIST):.2f} s, {ask(FIRST_SCREEN):.2f} s |")


if __name__ == "__main__":
    main()
