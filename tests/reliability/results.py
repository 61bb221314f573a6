"""A pytest plugin that writes down what every test came to, for docs/reliability.md.

Used by ``make reliability``: one line of JSON per test, with the kills and lost rows it recorded.
"""

import json
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--results", type=Path, default=None, help="Append each test's outcome to this file.")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item):  # type: ignore[no-untyped-def]
    report = (yield).get_result()
    target = item.config.getoption("--results")
    if target is None or not (report.when == "call" or report.outcome != "passed"):
        return
    line = {
        "test": report.nodeid.split("[")[0],
        "outcome": report.outcome,
        "reason": report.longrepr[2] if report.skipped and isinstance(report.longrepr, tuple) else "",
        **dict(report.user_properties),
    }
    with target.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line, ensure_ascii=False) + "\n")
