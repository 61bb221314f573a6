"""The code server forks its runs from a process that has imported the code location."""

import subprocess
import sys

from kdi.settings import PROJECT_ROOT

# As the code server begins: Dagster's server first, then the code location.
_SERVER = """
import sys, time
import dagster._grpc.server as server
import orchestration.definitions
from dagster_internals.test_warm_runs import tell
if __name__ == "__main__":
    context = server.DagsterApiServer._mp_ctx.fget(None)
    answers = context.Queue()
    run = context.Process(target=tell, args=(answers,))
    run.start()
    print(*answers.get(timeout=120))
    run.join()
"""


def tell(answers: object) -> None:
    """What a run finds when it begins."""
    from kdi.settings import get_settings

    answers.put(("orchestration.definitions" in sys.modules, get_settings.cache_info().currsize))  # type: ignore[attr-defined]


def test_a_run_finds_all_imported_and_reads_the_settings_for_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SERVER],
        cwd=PROJECT_ROOT / "tests" / "orchestration",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["True", "0"]
