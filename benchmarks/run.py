"""The benchmarks, one command: ``make bench``. Prints ratios against bare DuckDB in the same run.

(a) the whole history from the inbox to a release, (b) one more day on top of one month and of the
whole history, (c) ten typical Power BI queries on the published file.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from evidence.measure import Measurement, measure

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
    three, bare_home = _empty(work / "three-inbox"), _empty(work / "bare")
    for source in THREE_FEEDS:
        shutil.copytree(inbox / source, three / source, copy_function=os.link)
    bare = measure([sys.executable, "-m", "benchmarks.bare_duckdb", str(three), str(bare_home)])
    print(f"(a) hele historien       bar DuckDB {bare.seconds} s, {bare.peak_mb:.0f} MB")
    print("    " + bare.output.strip().replace("\n", "\n    "))
    shutil.rmtree(bare_home)
    for name, home, deliveries in (
        ("de tre kilder", work / "three", three),
        ("alle kilder", work / "full", inbox),
    ):
        ours = load(_empty(home), deliveries)
        kpis = added_by_kpis(home / "dbt")
        print(f"    {name}: indbakke til udgivet {ours.seconds} s, {ours.peak_mb:.0f} MB (højst 3000)")
        print(f"        forhold {ours.seconds / bare.seconds:.2f} (højst 2,5)")
        print(f"        heraf KPI-laget {kpis:.1f} s (højst 20); uden det {(ours.seconds - kpis) / bare.seconds:.2f}")
    shutil.rmtree(work / "three")
    shutil.rmtree(three)


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
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
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
    seconds = {}
    for name, months in (("en måned", 1), ("hele historien", 36)):
        home, own_inbox = work / f"day-{months}", work / f"day-{months}-inbox"
        _link_inbox(inbox, _empty(own_inbox), months)
        load(_empty(home), own_inbox)
        source = inbox / "stoettesystemerne"
        os.link(source / LAST_DAY, own_inbox / "stoettesystemerne" / LAST_DAY)
        day = load(home, own_inbox)
        seconds[name] = day.seconds
        print(f"(b) en dag mere oven på {name}: {day.seconds} s (højst 45), {day.peak_mb:.0f} MB")
        shutil.rmtree(home)
        shutil.rmtree(own_inbox)
    print(f"    forhold {seconds['hele historien'] / seconds['en måned']:.2f} (højst 1,3)")


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
    text = Path(__file__).with_name("queries.sql").read_text(encoding="utf-8")
    queries = re.findall(r"-- name: (\w+)\n(.*?);", text, re.DOTALL)
    path = str(home / "published" / "current" / "kdi.duckdb")
    print("(c) forespørgsler på den udgivne fil (højst 150 ms)")
    for name, sql in queries:
        times = []
        for _ in range(5):
            with duckdb.connect(path, read_only=True) as connection:
                start = time.perf_counter()
                connection.execute(sql).fetchall()
                times.append((time.perf_counter() - start) * 1000)
        print(f"    {name:<32} {statistics.median(times):>7.1f} ms (værste {max(times):.1f})")


if __name__ == "__main__":
    main()
