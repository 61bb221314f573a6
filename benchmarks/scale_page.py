"""The straight lines through the scale study's figures, and the plan that follows from them, as docs/scale.md."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evidence.pages import write_part

PAGE = Path(__file__).resolve().parents[1] / "docs" / "scale.md"
YEAR = 10_000.0  # million rows
DAY = YEAR / 365
# Assumptions, not measurements: list prices of a large cloud, rounded. Put your own in.
CORE_HOUR, GB_MONTH = 0.05, 0.02
NIGHT_HOURS = 8
CORES = 2  # of the machine that was measured


@dataclass(frozen=True)
class Point:
    """One load: so many times the volume, on DuckDB (no workers) or on so many workers of Spark."""

    factor: int
    workers: int
    rows: int
    seconds: float
    cpu_seconds: float
    peak_mb: float

    @property
    def engine(self) -> str:
        return f"Spark, {self.workers} worker{'s' if self.workers > 1 else ''}" if self.workers else "DuckDB"


@dataclass(frozen=True)
class Line:
    """``fixed + slope * million rows``, by least squares."""

    fixed: float
    slope: float

    def at(self, millions: float) -> float:
        return self.fixed + self.slope * millions

    @classmethod
    def through(cls, points: Iterable[Point], value: Callable[[Point], float]) -> "Line":
        points = list(points)
        slope, fixed = np.polyfit([p.rows / 1e6 for p in points], [value(p) for p in points], 1)
        return cls(float(fixed), float(slope))

    def __str__(self) -> str:
        return f"{self.fixed:,.0f} + {self.slope:,.2f} · M"


def write_page(points: list[Point], days: int, bytes_a_row: tuple[float, float]) -> None:
    """Replace the two generated parts of docs/scale.md.

    Args:
        points: what was measured.
        days: of how many days the deliveries were.
        bytes_a_row: of the lake, and of a release with its state.
    """
    duckdb = [p for p in points if p.workers == 0]
    spark = [p for p in points if p.workers == 2]
    write_part(PAGE, "measured", _measured(points, duckdb, spark, days))
    write_part(PAGE, "plan", _plan(duckdb, spark, bytes_a_row))


def _measured(points: list[Point], duckdb: list[Point], spark: list[Point], days: int) -> str:
    rows = [
        f"| {p.factor}× | {p.rows / 1e6:,.2f} | {p.engine}"
        f" | {p.seconds:,.0f} | {p.cpu_seconds:,.0f} | {p.peak_mb:,.0f} |"
        for p in sorted(points, key=lambda p: (p.workers, p.factor))
    ]
    lines = [
        f"| {name} | {Line.through(chosen, lambda p: p.cpu_seconds)} | {Line.through(chosen, lambda p: p.peak_mb)} |"
        for name, chosen in (("DuckDB", duckdb), ("Spark, 2 workers", spark))
    ]
    return "\n".join(
        [
            f"{days} days.",
            "",
            "| volume | million rows | engine | seconds | CPU seconds | peak MB |",
            "|---|---:|---|---:|---:|---:|",
            *rows,
            "",
            "Lines through them by least squares, M in million rows of `marts.fct_kald_time`:",
            "",
            "| engine | CPU seconds | peak MB |",
            "|---|---|---|",
            *lines,
        ]
    )


Row = tuple[str, str, str]  # a question, the arithmetic, the answer


def _plan(duckdb: list[Point], spark: list[Point], bytes_a_row: tuple[float, float]) -> str:
    cpu = [Line.through(points, lambda p: p.cpu_seconds) for points in (duckdb, spark)]
    memory = Line.through(duckdb, lambda p: p.peak_mb)
    rows = [*_time(cpu[0], cpu[1], memory), *_storage(*bytes_a_row), *_cost(*cpu)]
    return "\n".join(
        ["| question | arithmetic | answer |", "|---|---|---:|", *(f"| {' | '.join(row)} |" for row in rows)]
    )


def _time(duckdb: Line, spark: Line, memory: Line) -> list[Row]:
    night = NIGHT_HOURS * 3600
    rows: list[Row] = [("rows a day", "10,000 M / 365", f"{DAY:,.1f} M")]
    for name, line in (("DuckDB", duckdb), ("Spark", spark)):
        said = f"({line.fixed:,.0f} + {line.slope:,.2f} × {{}}) CPU s / {CORES} cores"
        rows.append((f"a load of one day's rows, {name}", said.format(f"{DAY:,.1f}"), f"{line.at(DAY) / CORES:,.0f} s"))
        rows.append((f"a year made anew, {name}", said.format("10,000"), f"{line.at(YEAR) / CORES / 3600:,.1f} h"))
    return [
        *rows,
        (
            f"rows that DuckDB makes anew in a night of {NIGHT_HOURS} h",
            f"({CORES} × {night:,} s − {duckdb.fixed:,.0f} s) / {duckdb.slope:,.2f} s/M",
            f"{(CORES * night - duckdb.fixed) / duckdb.slope:,.0f} M",
        ),
        (
            "memory of all processes with DuckDB for a year, if it grew on as measured",
            f"{memory.fixed:,.0f} MB + {memory.slope:,.1f} MB/M × 10,000 M",
            f"{memory.at(YEAR) / 1000:,.0f} GB",
        ),
        (
            f"cores on which Spark does what DuckDB does on {CORES}, of many rows",
            f"{CORES} × {spark.slope:,.2f} / {duckdb.slope:,.2f}",
            f"{CORES * spark.slope / duckdb.slope:,.0f}",
        ),
        (
            "cores for a year made anew on Spark in a night",
            f"{spark.slope:,.2f} CPU s/M × 10,000 M / {night:,} s",
            f"{spark.slope * YEAR / night:,.1f}",
        ),
    ]


def _storage(lake: float, release: float) -> list[Row]:
    return [
        ("the lake, a year", f"{lake:,.1f} bytes/row × 10¹⁰", f"{lake * 10:,.0f} GB"),
        ("a release with its Parquet and state", f"{release:,.1f} bytes/row × 10¹⁰", f"{release * 10:,.0f} GB"),
        (
            "storage of the lake and two releases, a month",
            f"({lake * 10:,.0f} + 2 × {release * 10:,.0f}) GB × {GB_MONTH} USD",
            f"{(lake + 2 * release) * 10 * GB_MONTH:,.0f} USD",
        ),
    ]


def _cost(duckdb: Line, spark: Line) -> list[Row]:
    rows: list[Row] = []
    for name, line in (("DuckDB", duckdb), ("Spark", spark)):
        year, day = line.at(YEAR), line.at(DAY)
        rows += [
            (
                f"a year made anew, {name}",
                f"{year / 3600:,.0f} core hours × {CORE_HOUR} USD",
                f"{year / 3600 * CORE_HOUR:,.1f} USD",
            ),
            (
                f"a year of daily loads, {name}",
                f"365 × {day:,.0f} CPU s / 3600 × {CORE_HOUR} USD",
                f"{365 * day / 3600 * CORE_HOUR:,.0f} USD",
            ),
        ]
    return rows
