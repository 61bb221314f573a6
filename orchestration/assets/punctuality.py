"""Two checks per source: has everything come that its calendar expects by today, and does a delivery wait for somebody?

They read the delivery log alone, so they can be run on a day on which nothing came and nothing is built.
"""

from collections.abc import Iterator

import dagster as dg

from orchestration.assets.lake import describe_standing, lake_key
from orchestration.build.status import Status, status_of
from orchestration.ingest.profiles import profiles
from orchestration.lake.calendars import Period
from orchestration.settings import get_settings

IN_TIME = "leveret_til_tiden"
NOTHING_WAITS = "intet_venter_paa_nogen"
_MOST_SHOWN = 50

_SPECS = [
    spec
    for source in profiles()
    for spec in (
        dg.AssetCheckSpec(
            IN_TIME,
            asset=lake_key(source),
            description="Nothing that the source's calendar expects is missing. Within the time of grace: a warning.",
        ),
        dg.AssetCheckSpec(
            NOTHING_WAITS,
            asset=lake_key(source),
            description="No delivery was refused, held back or loaded in part without anybody having acted on it.",
        ),
    )
]
PUNCTUALITY_CHECKS = [spec.key for spec in _SPECS]


@dg.multi_asset_check(name="punktlighed", specs=_SPECS, can_subset=True)
def punctuality(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
    """Compare the calendars with the log as of the settings' status date."""
    status = status_of(get_settings())
    for spec in _SPECS:
        if spec.key in context.selected_asset_check_keys:
            yield _in_time(spec, status) if spec.name == IN_TIME else _nothing_waits(spec, status)


def _in_time(spec: dg.AssetCheckSpec, status: Status) -> dg.AssetCheckResult:
    late = [p for p in status.periods[spec.asset_key.path[-1]] if p.age]
    missing = [p for p in late if p.limit and status.on > p.limit]
    return dg.AssetCheckResult(
        asset_key=spec.asset_key,
        check_name=spec.name,
        passed=not late,
        severity=dg.AssetCheckSeverity.ERROR if missing else dg.AssetCheckSeverity.WARN,
        description=f"{len(missing)} mangler, {len(late) - len(missing)} er forsinket pr. {status.on:%d-%m-%Y}.",
        metadata={
            "statusdato": status.on.isoformat(),
            "mangler": len(missing),
            "forsinket": len(late) - len(missing),
            "aeldste_alder_dage": max((p.age for p in late), default=0),
            "perioder": _table(late),
        },
    )


def _nothing_waits(spec: dg.AssetCheckSpec, status: Status) -> dg.AssetCheckResult:
    waiting = [s for s in status.of_source(spec.asset_key.path[-1]) if s.needs_somebody]
    return dg.AssetCheckResult(
        asset_key=spec.asset_key,
        check_name=spec.name,
        passed=not waiting,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{len(waiting)} leverancer venter på, at nogen gør noget.",
        metadata={"antal": len(waiting), "leverancer": [describe_standing(s) for s in waiting[:_MOST_SHOWN]]},
    )


def _table(late: list[Period]) -> dg.TableMetadataValue:
    """The newest of them: what somebody can still do something about."""
    columns = [
        dg.TableColumn("periode"),
        dg.TableColumn("forventet"),
        dg.TableColumn("alder_dage", "int"),
        dg.TableColumn("status"),
    ]
    records = [
        dg.TableRecord({"periode": p.name or "næste", "forventet": str(p.due), "alder_dage": p.age, "status": p.state})
        for p in late[-_MOST_SHOWN:]
    ]
    return dg.MetadataValue.table(records, dg.TableSchema(columns))
