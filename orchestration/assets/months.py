"""Published months as partitions: which tables have them, what a build made anew, and how far each month has come."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from dagster import AssetCheckEvaluation

from expectations.profiles import call_sources
from kdi.lake.calendars import ALL_PLATFORMS
from kdi.lake.delivery import Delivery
from kdi.publish.extent import Extent
from kdi.publish.parquet import MONTHLY_TABLES
from kdi.publish.purposes import Purposes
from orchestration.assets.made import answer
from orchestration.partitions import MONTH_STATUS

STATUS_KEY = dg.AssetKey(["marts", "fct_kald_maaned"])
_MONTH = "cast(strftime(cast(maaned as date), '%Y%m') as integer)"
_FACTS = {"fct_kald_maaned": _MONTH} | {days: MONTHLY_TABLES[days] for days in ("fct_kald_time", "fct_kald_dag")}

STATUS_CHECK_TEXT = (
    "Måneden er komplet i publiceringen (marts.maaned_status, alle platforme). Gul: der ventes på leverancer, eller"
    " søen har nyere. Rød: fristen er udløbet, og nogle kom aldrig; læserne bruger måneden, som den er."
)


def has_months(schema: str, name: str, columns: Mapping[str, Any]) -> bool:
    """Whether a model is partitioned by month: the facts of calls, and the KPIs that say their month."""
    return name in _FACTS if schema == "marts" else schema == "kpi" and "maaned" in columns


def month_events(
    release: Path, extent: Extent, tables: Sequence[dg.AssetKey], purposes: Purposes
) -> dict[dg.AssetKey, list[dg.AssetMaterialization]]:
    """A materialization for each month of each table that the release in force got from this build.

    A month in which a table has no rows is there too. The data version is a fingerprint of the month's rows: the same
    again leaves what follows from it in step.
    """
    found, published = {}, {int(month.replace("-", "")) for month in published_months(release)}
    with _opened(release) as connection:
        for key in tables:
            name = ".".join(key.path)
            months = extent.months_of(name)
            month = _FACTS.get(key.path[-1], _MONTH)
            asked = published if months is None else {int(month.replace("-", "")) for month in months}
            only = "true" if months is None else f"({month}) in ({', '.join(map(str, sorted(asked))) or 'null'})"
            rows = connection.execute(
                f"select {month} as m, count(*), sum(cast(hash(t) as hugeint)) from {name} as t"
                f" where ({only}) and ({month}) is not null group by all"
            ).fetchall()
            shown = purposes.as_metadata(name)
            empty = (asked & published) - {number for number, *_ in rows}
            found[key] = [
                _event(key, number, count, fingerprint, shown)
                for number, count, fingerprint in sorted([*rows, *((number, 0, 0) for number in empty)])
            ]
    return found


def month_answers(release: Path, answered: Iterable[str]) -> list[AssetCheckEvaluation]:
    """The answer of the check on each month of the release in force: what ``marts.maaned_status`` says of it.

    Args:
        answered: months that were answered before; one that the release does not have is not in force any more.
    """
    with _opened(release) as connection:
        rows = connection.execute(
            "select strftime(maaned, '%Y-%m'), status, forventede, modtagne from marts.maaned_status"
            " where platform = ? order by all",
            [ALL_PLATFORMS],
        ).fetchall()
    error, warning = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
    gone = set(answered) - {month for month, *_ in rows}
    return [
        *(
            answer(
                STATUS_KEY,
                MONTH_STATUS,
                state == "komplet",
                f"{_WORDS[state]}: {received} af {expected} leverancer er kommet.",
                severity=error if state == "frist_udloebet" else warning,
                partition=month,
            )
            for month, state, expected, received in rows
        ),
        *(
            answer(STATUS_KEY, MONTH_STATUS, False, "Er ikke i publiceringen.", severity=warning, partition=month)
            for month in sorted(gone)
        ),
    ]


def stale_answers(release: Path, touched: Iterable[str]) -> list[AssetCheckEvaluation]:
    """The same check on months of the release that new deliveries have made stale; the next build answers again."""
    return [
        answer(
            STATUS_KEY,
            MONTH_STATUS,
            False,
            "Ikke i takt: søen har en nyere leverance end publiceringen. Næste byggeri tager den med.",
            severity=dg.AssetCheckSeverity.WARN,
            partition=month,
        )
        for month in sorted(published_months(release) & set(touched))
    ]


def published_months(release: Path) -> set[str]:
    """The months of calls in the release in force; none before the first."""
    if not release.exists():
        return set()
    with _opened(release) as connection:
        rows = connection.execute("select distinct strftime(maaned, '%Y-%m') from marts.maaned_status").fetchall()
    return {month for (month,) in rows}


def months_that_can_be_made(release: Path, active: Iterable[Delivery]) -> set[str]:
    """The months of calls in the release in force, and those that the lake has and the next build makes."""
    return published_months(release) | {d.periode[:7] for d in active if d.kilde in call_sources()}


_WORDS = {"komplet": "Komplet", "afventer": "Afventer", "frist_udloebet": "Fristen er udløbet"}


def _opened(release: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(release / "kdi.duckdb"), read_only=True)


def _event(
    key: dg.AssetKey, number: int, count: int, fingerprint: int, shown: Mapping[str, Any]
) -> dg.AssetMaterialization:
    return dg.AssetMaterialization(
        asset_key=key,
        partition=f"{number // 100}-{number % 100:02d}",
        metadata={"dagster/row_count": count, **shown},
        tags={"dagster/data_version": f"{fingerprint:x}"},
    )
