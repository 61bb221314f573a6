"""dbt that is spared some of its work says and renders what it says and renders otherwise."""

import json
import subprocess
import sys

SAYS = """
import sys
from dbt_common.clients.jinja import get_template, render_template
from dbt_common.events.base_types import EventLevel
from dbt_common.events.event_manager_client import add_logger_to_manager, cleanup_event_logger
from dbt_common.events.functions import fire_event
from dbt_common.events.logger import LineFormat, LoggerConfig
from dbt_common.events.types import Formatting, Note
from dbt.adapters.events.types import SQLQueryStatus
from dbt.events.types import LogModelResult

from kdi.building import dbt_spared

if "spared" in sys.argv:
    dbt_spared.spare()
cleanup_event_logger()
level = EventLevel.DEBUG if "all" in sys.argv else EventLevel.INFO
add_logger_to_manager(LoggerConfig("", line_format=LineFormat.Json, level=level, output_stream=sys.stdout))
fire_event(Note(msg=12), level=EventLevel.WARN)
fire_event(Formatting("a line"))
fire_event(SQLQueryStatus(status="OK", elapsed=0.25, query_id=""))
fire_event(LogModelResult(description="en tabel", status="error", index=1, total=2, execution_time=0.5))
fire_event(LogModelResult(description="en tabel", status="success"), level=EventLevel.INFO)

for value in (1, 2):
    text = "{% set twice = value * 2 %}{{ twice }} of {{ value }}"
    print(render_template(get_template(text, {"value": value}), {"value": value}))
for _ in range(2):
    try:
        get_template("{{ never ended", {})
    except Exception as error:
        print(type(error).__name__, " ".join(str(error).split()))
"""
OF_THE_MOMENT = ("ts", "pid", "thread", "invocation_id")


def said(*how: str) -> list[str]:
    """The lines of a process, without what differs from one moment to the next."""
    done = subprocess.run([sys.executable, "-c", SAYS, *how], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    lines = []
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            message = json.loads(line)
            line = json.dumps({**message, "info": {k: v for k, v in message["info"].items() if k not in OF_THE_MOMENT}})
        lines.append(line)
    return lines


def test_what_is_logged_is_said_in_the_same_words_and_templates_render_the_same() -> None:
    spared = said("spared")
    assert spared == said()
    assert spared[-4:-2] == ["2 of 1", "4 of 2"] and "end of print statement" in spared[-1]


def test_where_details_are_logged_they_are_said() -> None:
    detailed = said("all", "spared")
    assert detailed == said("all")
    assert "SQLQueryStatus" in str(detailed) and "SQLQueryStatus" not in str(said("spared"))
