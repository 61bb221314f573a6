"""A check per source: has everything come that its calendar expects by today?

It reads the delivery log alone, so it can be run on a day on which nothing came and nothing is built.
"""

from collections.abc import Iterator

import dagster as dg

from expectations.profiles import profiles
from kdi.building.status import Status
from kdi.lake.calendars import Period
from orchestration.keys import Resource, lake_key

IN_TIME = "leveret_til_tiden"
_MOST_SHOWN = 50

_SPECS = [
    dg.AssetCheckSpec(
        IN_TIME,
        asset=lake_key(source),
        description="Intet, som kildens kalender venter, mangler. Gul: inden for fristen. Rød: spørg leverandøren.",
    )
    for source in profiles()
]
PUNCTUALITY_CHECKS = [spec.key for spec in _SPECS]


@dg.multi_asset_check(name="punktlighed", specs=_SPECS, can_subset=True)
def punctuality(context: dg.AssetCheckExecutionContext, installation: Resource) -> Iterator[dg.AssetCheckResult]:
    """Compare the calendars with the log as of the status date."""
    status = installation.status()
    for spec in _SPECS:
        if spec.key in context.selected_asset_check_keys:
            yield _in_time(spec, status)


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
