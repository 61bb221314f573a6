"""How time and memory grow with the daily volume on both engines: ``make scale`` (Java 17, 20 GB of disk).

One month at full size is delivered with each hourly row 1, 2, 4 and 8 times, each time as calls of another
service. What is measured is ``kdi load --rebuild`` as a whole process: everything but the intake, which is the
same on both engines. The figures become tables and straight lines in docs/scale.md.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import duckdb

from benchmarks.scale_page import Point, write_page
from evidence.measure import Measurement, measure
from evidence.spark import PATIENT

KDI = str(Path(sys.executable).with_name("kdi"))
MEMORY_MB = 2048  # of each worker
OPTIONS = {"spark.executor.memory": f"{MEMORY_MB}m", "spark.driver.memory": "4g", **PATIENT}


def main() -> None:
    """Measure what is asked for, keeping each figure in ``<work>/points.json``, then write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "kdi-scale")
    parser.add_argument("--factors", type=int, nargs="*", default=[1, 2, 4, 8])
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2, 4], help="of Spark, at the largest factor")
    parser.add_argument("--days", type=int, default=28, help="how many days of the month")
    parser.add_argument("--page", action="store_true", help="only write docs/scale.md from the figures that are kept")
    arguments = parser.parse_args()
    work: Path = arguments.work
    smallest, largest = min(arguments.factors), max(arguments.factors)
    if not arguments.page:
        _make_month(work / "month", arguments.days)
        for factor in arguments.factors:
            _measure_factor(work, factor, (0, 2))
        for workers in arguments.workers:
            _measure_factor(work, largest, (workers,))
    bytes_a_row = _lake_bytes_a_row(work / f"home-{smallest}"), _release_bytes_a_row(work / f"home-{largest}")
    write_page(_kept(work), arguments.days, bytes_a_row)


def _make_month(folder: Path, days: int) -> None:
    if folder.exists():
        return
    assert measure([KDI, "generate", "--out", str(folder), "--months", "1", "--scale", "full"]).exit_status == 0
    for file in sorted((folder / "stoettesystemerne").iterdir())[days:]:
        file.unlink()


def _measure_factor(work: Path, factor: int, engines: Iterable[int]) -> None:
    points = _kept(work)
    for workers in engines:
        if any((p.factor, p.workers) == (factor, workers) for p in points):
            continue
        lake = _taken_in(work, factor)
        done = _rebuild(work, lake, workers)
        rows = _rows(lake)
        points.append(Point(factor, workers, rows, done.seconds, done.cpu_seconds, done.peak_mb))
        print(points[-1], flush=True)
        (work / "points.json").write_text(json.dumps([asdict(p) for p in points], indent=1), encoding="utf-8")


def _taken_in(work: Path, factor: int) -> Path:
    """The home in which the deliveries were taken in and built once."""
    home, inbox = work / f"home-{factor}", work / f"inbox-{factor}"
    if (home / "published" / "current").exists():
        return home
    _multiply(work / "month", inbox, factor)
    _load(home, inbox, 0)
    shutil.rmtree(inbox)
    return home


def _multiply(source: Path, target: Path, factor: int) -> None:
    shutil.copytree(source, target, copy_function=os.link)
    with duckdb.connect() as connection:
        for file in sorted((target / "stoettesystemerne").iterdir()):
            rows = f"read_csv('{file}', delim = ';', header = true, all_varchar = true)"
            connection.execute(
                f"""create or replace temp table rows as
                select rows.* replace (service || case when copy > 1 then ' ' || copy else '' end as service)
                from {rows} as rows cross join range(1, {factor + 1}) as copies (copy)"""
            )
            file.unlink()
            connection.execute(f"copy rows to '{file}' (format csv, delimiter ';', header true)")


def _rebuild(work: Path, home: Path, workers: int) -> Measurement:
    if not workers:
        return _load(home, work / "empty", 0, "--rebuild")
    other = work / "spark"
    shutil.rmtree(other, ignore_errors=True)
    shutil.copytree(home / "lake", other / "lake")
    done = _load(other, work / "empty", workers)
    shutil.rmtree(other)
    return done


def _load(home: Path, inbox: Path, workers: int, *arguments: str) -> Measurement:
    inbox.mkdir(exist_ok=True)
    environment = {
        "KDI_HOME": str(home),
        "KDI_INBOX": str(inbox),
        "DAGSTER_HOME": str(home / "dagster"),
        "KDI_SETTLE_SECONDS": "0",
        "KDI_AS_OF": "2023-03-15",
        "KDI_ENGINE": "spark" if workers else "duckdb",
        "KDI_SPARK_MASTER": f"local-cluster[{workers},1,{MEMORY_MB}]",
        "KDI_SPARK_OPTIONS": json.dumps(OPTIONS),
    }
    done = measure([KDI, "load", *arguments], environment)
    if done.exit_status:
        sys.exit(f"kdi load failed:\n{done.output}")
    return done


def _rows(home: Path) -> int:
    with duckdb.connect(str(home / "published" / "current" / "kdi.duckdb"), read_only=True) as connection:
        return connection.execute("select count(*) from marts.fct_kald_time").fetchall()[0][0]


def _lake_bytes_a_row(home: Path) -> float:
    """Of the lake's Parquet. Of rows that were delivered once: the same row several times hardly takes more."""
    return sum(p.stat().st_size for p in (home / "lake").rglob("stoettesystemerne/**/*.parquet")) / _rows(home)


def _release_bytes_a_row(home: Path) -> float:
    """Of a release's database and Parquet, and of its private state. Of many rows: most tables are small."""
    release = (home / "published" / "current").resolve()
    kept = [*(p for p in release.rglob("*") if p.is_file()), home / "state" / f"{release.name}.duckdb"]
    return sum(p.stat().st_size for p in kept) / _rows(home)


def _kept(work: Path) -> list[Point]:
    file = work / "points.json"
    return [Point(**p) for p in json.loads(file.read_text(encoding="utf-8"))] if file.exists() else []


if __name__ == "__main__":
    main()
