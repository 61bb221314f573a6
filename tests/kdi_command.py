"""``kdi`` as the tests type it: a status or a word on stderr that the test has not foreseen fails it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from typer.testing import CliRunner, Result

from kdi.commands.cli import app
from kdi.settings import PROJECT_ROOT


def invoke(*arguments: str, status: int = 0) -> Result:
    """Run the command in this process.

    Args:
        status: the exit status that is expected. With 0 nothing may stand on stderr, else something must.
    """
    result = CliRunner().invoke(app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    _check(arguments, status, result.exit_code, result.stdout, result.stderr)
    return result


def run(
    *arguments: str, environment: Mapping[str, str], status: int = 0, **options: Any
) -> subprocess.CompletedProcess[str]:
    """The same as whoever types it does: to the end of its process, where Python may still complain.

    Args:
        environment: settings beside those of this process.
        options: more for ``subprocess.run``.
    """
    done = subprocess.run(
        [sys.executable, "-m", "kdi.commands.cli", *arguments],
        **{"cwd": PROJECT_ROOT, "env": os.environ | environment, "text": True, "check": False, **options},
        capture_output=True,
    )
    _check(arguments, status, done.returncode, done.stdout, done.stderr)
    return done


def _check(arguments: tuple[str, ...], status: int, found: int, stdout: str, stderr: str) -> None:
    told = f"kdi {' '.join(arguments)} ended with {found}, not {status}\n{stdout}{stderr}"
    assert found == status, told
    assert bool(stderr) == bool(status), told
    assert "Traceback" not in stderr, told
