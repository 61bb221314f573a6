"""The benchmarks of loads, a part of ``make bench``: ratios against bare DuckDB in the same run.

(a) the whole history from the inbox to a release, (b) one more day on top of one month and of the
whole history, (c) ten typical Power BI queries on the published file.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.figures import Figures, queries
from evidence.measure import Measurement, measure
from kdi.building.project import MANIFEST

KDI = str(Path(sys.executable).with_name("kdi"))
THREE_FEEDS = ("stoettesystemerne", "serviceplatformen", "kle")
LAST_DAY = "stoettesystemerne_2023-02-28.csv"


def main() -> None:
    """Make the deliveries if they are missing, then measure (a), (b) and (c)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "kdi-bench")
    parser.add_argument("--only", choices=["a", "b", "c"], help="c needs the release that a leaves")
    arguments = parser.parse_args()
    work: Path = arguments.work
    inbox = work / "inbox"
    if not (inbox / "kle").exists():
        measure([KDI, "generate", "--out", str(inbox), "--months", "36", "--scale", "full"])
    if arguments.only in (None, "a"):
        full_history(work, inbox)
    if arguments.only in (None, "b"):
        one_more_day(work, inbox)
    if arguments.only in (None, "c"):
        power_bi_queries(work / "full")


def full_history(work: Path, inbox: Path) -> None:
    """(a) The whole history into an empty home, against bare DuckDB over the same files.

    First the three feeds, which are what bare DuckDB reads, then all sources.
    """
    figures = Figures("history")
    three, bare_home = _empty(work / "three-inbox"), _empty(work / "bare")
    for source in THREE_FEEDS:
        shutil.copytree(inbox / source, three / source, copy_function=os.link)
    bare = measure([sys.executable, "-m", "benchmarks.bare_duckdb", str(three), str(bare_home)])
    print(bare.output)
    figures.add("bare DuckDB, three feeds", _cost(bare))
    shutil.rmtree(bare_home)
    for name, home, deliveries, ratio in (
        ("three feeds", work / "three", three, "≤ 2.0"),
        ("all sources", work / "full", inbox, "≤ 2.2"),
    ):
        ours = load(_empty(home), deliveries)
        kpis = added_by_kpis(home / "dbt")
        figures.add(f"{name}, from inbox to release", _cost(ours), "≤ 2,000 MB")
        figures.add(f"{name}, to bare DuckDB", f"{ours.seconds / bare.seconds:.2f}", ratio)
        figures.add(f"{name}, of which the KPI layer", f"{kpis:.1f} s")
    shutil.rmtree(work / "three")
    shutil.rmtree(three)
    figures.write()


def _cost(measured: Measurement) -> str:
    return f"{measured.seconds:.1f} s, {measured.cpu_seconds:.1f} CPU s, {measured.peak_mb:,.0f} MB"


def _empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def added_by_kpis(target: Path) -> float:
    """Seconds that the KPI layer with its tests added to dbt's last run.

    Without it dbt would have gone on, after the last model of the star, with the star's tests that were
    left, one on each thread; what it took beyond that is the KPIs'.

    Args:
        target: dbt's folder of results.
    """
    nodes = json.loads(MANIFEST.read_text(encoding="utf-8"))["nodes"]
    star_done = datetime.min.replace(tzinfo=UTC)
    spans: list[tuple[bool, datetime, datetime]] = []
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    for result in results:
        (span,) = [t for t in result["timing"] if t["name"] == "execute"]
        began, ended = (datetime.fromisoformat(span[key]) for key in ("started_at", "completed_at"))
        about = [result["unique_id"], *_models_under_test(nodes.get(result["unique_id"]))]
        of_kpis = any(nodes[name]["fqn"][1] == "kpi" for name in about if name in nodes)
        if result["unique_id"].startswith("model.") and not of_kpis:
            star_done = max(star_done, ended)
        spans.append((of_kpis, began, ended))
    left = [ended - max(began, star_done) for of_kpis, began, ended in spans if not of_kpis and ended > star_done]
    threads = len({result["thread_id"] for result in results})
    added = max(ended for _, _, ended in spans) - star_done - sum(left, timedelta()) / threads
    return added.total_seconds()


def _models_under_test(node: dict[str, Any] | None) -> list[str]:
    return node["depends_on"]["nodes"] if node and node["resource_type"] == "test" else []


def one_more_day(work: Path, inbox: Path) -> None:
    """(b) The last day, delivered when one month and when the whole history before it is published."""
    figures, seconds = Figures("day"), []
    for name, months, goal in (("one month", 1, "≤ 15 s, ≤ 16 CPU s"), ("the whole history", 36, "")):
        home, own_inbox = work / f"day-{months}", work / f"day-{months}-inbox"
        _link_inbox(inbox, _empty(own_inbox), months)
        load(_empty(home), own_inbox)
        source = inbox / "stoettesystemerne"
        os.link(source / LAST_DAY, own_inbox / "stoettesystemerne" / LAST_DAY)
        day = load(home, own_inbox)
        seconds.append(day.seconds)
        figures.add(f"one more day on {name}", _cost(day), goal)
        shutil.rmtree(home)
        shutil.rmtree(own_inbox)
    figures.add("the second to the first", f"{seconds[1] / seconds[0]:.2f}", "≤ 1.15")
    figures.write()


def _link_inbox(source: Path, target: Path, months: int) -> None:
    for folder in ("stoettesystemerne", "serviceplatformen"):
        (target / folder).mkdir(parents=True)
        for file in sorted((source / folder).iterdir()):
            wanted = months == 36 or "2023-02" in file.name
            if wanted and file.name != LAST_DAY:
                os.link(file, target / folder / file.name)


def load(home: Path, inbox: Path) -> Measurement:
    """``kdi load`` as a whole process, Dagster and dbt included."""
    environment = {"KDI_HOME": str(home), "KDI_INBOX": str(inbox), "DAGSTER_HOME": str(home / "dagster")}
    measured = measure([KDI, "load"], environment)
    if measured.exit_status:
        sys.exit(f"kdi load failed:\n{measured.output}")
    return measured


def power_bi_queries(home: Path) -> None:
    """(c) Each query in a fresh read-only connection, the median of five runs."""
    figures = Figures("queries", ("query", "median of five (worst)", "goal"))
    path = str(home / "published" / "current" / "kdi.duckdb")
    for name, sql in queries().items():
        times = []
        for _ in range(5):
            with duckdb.connect(path, read_only=True) as connection:
                start = time.perf_counter()
                connection.execute(sql).fetchall()
                times.append((time.perf_counter() - start) * 1000)
        figures.add(name, f"{statistics.median(times):.1f} ms ({max(times):.1f})", "≤ 50 ms")
    figures.write()


if __name__ == "__main__":
    main()
