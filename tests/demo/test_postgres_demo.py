"""``make demo-postgres``: however it is ended, its server ends with it."""

import os
import signal
import subprocess
import sys

import psycopg
import pytest
from samples.installation import Installation

from kdi.settings import PROJECT_ROOT

OTHERS = [pytest.param(number, marks=pytest.mark.long) for number in (signal.SIGTERM, signal.SIGHUP)]


@pytest.mark.parametrize("number", [signal.SIGINT, *OTHERS])
def test_no_server_is_left_behind(demo_installation: Installation, number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "demo.postgres", "--stay"], cwd=PROJECT_ROOT,
        env=os.environ | demo_installation.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # a shell has what it starts in the background ignore Ctrl-C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert process.stdout
    shown = []
    for line in process.stdout:
        shown.append(line)
        if "Slut med Ctrl-C" in line:
            break
    address = next(line.strip() for line in shown if "host=127.0.0.1" in line)
    psycopg.connect(address).close()
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert "Traceback" not in said
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address)
