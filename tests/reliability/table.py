"""The tables of docs/reliability.md, from what the tests came to: ``python -m reliability.table RESULTS``."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

TESTS = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Case:
    """A fault with the tests that prove what becomes of it, or why there are none here."""

    number: int
    fault: str
    tests: tuple[str, ...] = ()
    reason: str = ""
    note: str = ""


Result = dict[str, Any]

# Tests that write down kinds of values or structures, how many of each they tried and what became of the others.
KINDS = (
    "tests/poison/test_poison.py::test_every_other_row_is_published_unchanged",
    "tests/ingest/test_workbook_structure.py::test_what_is_accepted_is_what_a_plain_walk_over_the_cells_finds",
    "tests/ingest/test_reference_fuzz.py::test_what_is_taken_is_what_was_meant",
)


def cases() -> list[Case]:
    text = (Path(__file__).parent / "fault_cases.yml").read_text(encoding="utf-8")
    return [Case(**{**c, "tests": tuple(f"tests/{t}" for t in c.get("tests", ()))}) for c in yaml.safe_load(text)]


def page(results: list[Result]) -> Iterator[str]:
    """The page, line by line."""
    kills = [kill for r in results for kill in r.get("kills", ())]
    yield "# Reliability"
    yield ""
    yield f"Written by `make reliability` on {date.today()} from what the tests came to; nothing is typed by hand."
    yield "Times tried is the number of test runs: one per example of a test. Rows lost is counted where a test"
    yield "compares all published rows with those of an undisturbed load; a dash means that it looks at another thing."
    wanted = {test for case in cases() for test in case.tests}
    run = {r["test"] for r in results if r["outcome"] != "skipped"} & wanted
    if run != wanted:
        yield ""
        yield f"**This run was not whole: {len(run)} of {len(wanted)} tests were run.**"
    yield ""
    yield "## Faults"
    yield ""
    yield "| # | fault | times tried | outcome | rows lost |"
    yield "|---|---|---|---|---|"
    for case in cases():
        yield _line(case, [r for r in results if r["test"] in case.tests])
    yield ""
    yield from _kinds(results)
    yield ""
    yield "## Kills"
    yield ""
    yield f"Loads were killed (`kill -9`) {len(kills)} times, several in a row, each at a later step. Then a load ran"
    yield "to its end and was compared with one that was never harmed: every published table, the private tables, the"
    yield "bytes of every file in the lake, and nothing left over. After each kill the release that readers see was"
    yield "compared with its hashes, and its tables with those before and after the load."
    yield ""
    yield "| step | kills |"
    yield "|---|---|"
    for step, number in sorted(Counter(kills).items()):
        yield f"| {step} | {number} |"


def _kinds(results: list[Result]) -> Iterator[str]:
    yield "## Values and structures"
    yield ""
    yield "Poisonous values were put into the columns of every source, and workbooks and reference files were built at"
    yield "random. Silently wrong is counted where anything but the value's own row, or"
    yield "the file's own reading by an independent one, came out otherwise than without it and nothing was said;"
    yield "blocking where anything else was kept from being published or made."
    yield ""
    yield "| kind | tried | silently wrong | blocking |"
    yield "|---|---|---|---|"
    kinds: dict[str, Counter[str]] = {}
    for result in results:
        for kind, found in result.get("kinds", {}).items():
            kinds.setdefault(kind, Counter()).update(found)
    for kind, found in sorted(kinds.items()):
        yield f"| {kind} | {found['tried']} | {found['wrong']} | {found['blocking']} |"
    for test in sorted({r["test"] for r in results if r["outcome"] == "failed"} & set(KINDS)):
        yield f"| FAILED: {test.split('::')[1]} | | | |"


def _line(case: Case, results: list[Result]) -> str:
    lost = [r["rows_lost"] for r in results if "rows_lost" in r]
    start = f"| {case.number} | {case.fault}"
    if case.reason:
        return f"{start} | – | not tried: {case.reason} | – |"
    ran = [r for r in results if r["outcome"] != "skipped"]
    tried = sum(len(r.get("kills", ())) for r in ran) or sum(r.get("tries", 1) for r in ran)
    failed = [r["test"].split("::")[1] for r in results if r["outcome"] == "failed"]
    skipped = [r["reason"] for r in results if r["outcome"] == "skipped"]
    unrun = set(case.tests) - {r["test"] for r in results}
    parts = [f"FAILED: {', '.join(failed)}"] if failed else ["as expected"] if tried else []
    parts += [f"skipped: {skipped[0]}"] if skipped else []
    parts += [f"{len(unrun)} tests not run"] if unrun else []
    parts += [case.note] if case.note else []
    return f"{start} | {tried} | {'; '.join(parts)} | {sum(lost) if lost else '–'} |"


def _place(test: str) -> tuple[str, int]:
    """File and line: some files tell one story, in order."""
    path, name = test.split("::")
    return path, (TESTS.parent / path).read_text(encoding="utf-8").index(f"def {name}(")


if __name__ == "__main__":
    if sys.argv[1] == "--tests":
        wanted = {test for case in cases() for test in case.tests} | set(KINDS)
        print("\n".join(sorted(wanted, key=_place)))
    else:
        lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
        print("\n".join(page([json.loads(line) for line in lines])))
