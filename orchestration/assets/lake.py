"""Lake assets: one per source, one partition per delivery period.

A partition is green when a delivery of that very period is in the lake, red when one was refused.
A run over a span takes in all its new deliveries at once; the bad ones fail the run after the
good ones are stored.
"""

from collections.abc import Iterable, Iterator
from typing import cast

import dagster as dg

from expectations.judge import Verdict
from expectations.suites import suite
from orchestration import partitions
from orchestration.build.start import remember_publications
from orchestration.dagster_storage import log_together
from orchestration.faults import Unreachable
from orchestration.ingest.intake import Intake, remove_leftovers, take_in
from orchestration.ingest.profiles import Profile, profiles
from orchestration.ingest.reference.intake import InvalidReference, take_in_reference
from orchestration.lake.delivery_log import Delivery, DeliveryLog
from orchestration.lake.standing import Standing
from orchestration.lock import writer_lock
from orchestration.settings import get_settings

OWNERS = ["team:dataplatform"]
WRITER_POOL = "skriver"
REFERENCE_KEY = dg.AssetKey(["lake", "reference"])
REFERENCE_CHECK = "referencefilerne_er_i_orden"
_MOST_REASONS = 50
_UNDECIDED = "uafgjort"
KITOS_KEY = dg.AssetKey(["inbox", "kitos"])


def lake_key(source: str) -> dg.AssetKey:
    """Asset key of a source in the lake."""
    return dg.AssetKey(["lake", source])


def _lake_asset(profile: Profile) -> dg.AssetsDefinition:
    key = lake_key(profile.source)
    checks = [
        dg.AssetCheckSpec(
            demand.name,
            asset=key,
            description=demand.description,
            metadata={"severity": demand.severity, "suite": "leverance"},
        )
        for demand in suite("leverance").demands
    ]

    @dg.asset(
        key=key,
        group_name="lake",
        description=f"{profile.description} Supplier: {profile.supplier}. Immutable Parquet, one file per delivery.",
        kinds={"duckdb", "parquet"},
        owners=OWNERS,
        deps=[KITOS_KEY] if profile.source == "kitos" else [],
        partitions_def=partitions.of_source(profile),
        backfill_policy=dg.BackfillPolicy.single_run(),
        output_required=False,
        check_specs=checks,
        pool=WRITER_POOL,
        metadata={"dagster/column_schema": _column_schema(profile)},
        code_version=profile.fingerprint,
    )
    def lake(context: dg.AssetExecutionContext) -> Iterator[dg.AssetCheckResult]:
        settings = get_settings()
        with writer_lock(settings):
            remove_leftovers(settings)
            remember_publications(settings)
            try:
                intake = take_in(settings, profile, set(context.partition_keys))
            except Unreachable as error:
                raise dg.RetryRequested(max_retries=3, seconds_to_wait=120) from error
        log = DeliveryLog(settings.delivery_log)
        log_together(context, [_materialization(key, d) for d in intake.deliveries if d.accepted])
        yield from _check_results(key, intake)
        wanted = set(context.partition_keys)
        refused = [d for d in log.outstanding() if d.kilde == profile.source and d.periode in wanted and not d.accepted]
        for file in intake.undecided:
            context.log.error(f"{file}\n{file.place}")
        if refused or intake.undecided:
            lines = [describe(d) for d in refused] + [str(file) for file in intake.undecided]
            # Dagster marks every period without a delivery as failed too when the run fails: say why.
            absent = sorted(wanted - {d.periode for d in log.all(profile.source)})
            if absent:
                lines.append(f"{len(absent)} perioder har ingen fil i indbakken: {', '.join(absent[:5])}")
            raise dg.Failure(
                description="\n".join(lines),
                metadata={"refused": [d.fil for d in refused], _UNDECIDED: [str(file) for file in intake.undecided]},
                allow_retries=False,
            )

    return lake


def undecided_lines(events: Iterable[dg.DagsterEvent]) -> list[str]:
    """Lines on the files that a run left in the inbox without deciding about them."""
    lines: list[str] = []
    for event in events:
        if event.is_step_failure and (failure := event.step_failure_data.user_failure_data):
            lines += cast("list[str]", failure.metadata[_UNDECIDED].value) if _UNDECIDED in failure.metadata else []
    return lines


def describe(delivery: Delivery) -> str:
    """One line on a delivery that was refused or quarantined in part: what, where, which row, what to do."""
    whole = [f for f in delivery.aarsager if f.raekke is None]
    rows = [f for f in delivery.aarsager if f.raekke is not None]
    parts = [str(f) for f in whole[:3] + rows[:1]]
    left_out = len(delivery.aarsager) - len(parts)
    others = f" Og {left_out} fund til." if left_out else ""
    outcome = "afvist" if not delivery.accepted else f"{delivery.raekker_karantaene} rækker i karantæne"
    reasons = f"quarantine/{delivery.leverance_id}/aarsag.txt"
    return f"{delivery.kilde}/{delivery.fil}: {outcome}. {' '.join(parts)}{others} Alle grunde: {reasons}"


def describe_standing(standing: Standing) -> str:
    """One line on a delivery that waits for somebody; also for one that is held back."""
    delivery = standing.delivery
    if standing.state != "tilbageholdt":
        return describe(delivery)
    return (
        f"{delivery.kilde}/{delivery.fil}: holdt tilbage. {standing.reason} Er den rigtig, så godkend den:"
        f" kdi delivery accept {delivery.leverance_id} --reason … --by …  Ellers send den rigtige fil, eller træk"
        " den tilbage med kdi delivery withdraw."
    )


def _materialization(key: dg.AssetKey, delivery: Delivery) -> dg.AssetMaterialization:
    return dg.AssetMaterialization(
        asset_key=key,
        partition=delivery.periode,
        metadata={
            "dagster/row_count": delivery.raekker_indlaest,
            "raekker_karantaene": delivery.raekker_karantaene,
            "kontrolsum": delivery.sum_indlaest,
            "fil": delivery.fil,
            "leverance_id": delivery.leverance_id,
            "sha256": delivery.sha256,
            **(
                {"noter": dg.MetadataValue.md("\n".join(f"- {note}" for note in delivery.noter))}
                if delivery.noter
                else {}
            ),
        },
    )


def _check_results(key: dg.AssetKey, intake: Intake) -> Iterator[dg.AssetCheckResult]:
    verdicts: dict[str, Verdict] = {v.demand.name: v for v in intake.verdicts}
    for demand in suite("leverance").demands:
        verdict = verdicts.get(demand.name)
        failed = verdict.failed if verdict else ()
        critical = demand.severity == "critical"
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=demand.name,
            passed=not failed,
            severity=dg.AssetCheckSeverity.ERROR if critical else dg.AssetCheckSeverity.WARN,
            description=_told(verdict, len(intake.deliveries)),
            metadata={"antal": len(failed)},
        )


def _told(verdict: Verdict | None, deliveries: int) -> str:
    if verdict is None:
        return "Ingen nye leverancer at bedømme."
    some = ", ".join(verdict.failed[:5]) + (" …" if len(verdict.failed) > 5 else "")
    return f"{len(verdict.failed)} af {deliveries} leverancer{': ' + some if some else '.'}"


def _column_schema(profile: Profile) -> dg.TableSchema:
    types = {"antal": "bigint", "antal_maskeret": "bigint", "tidspunkt": "timestamp (UTC)"}
    return dg.TableSchema([dg.TableColumn(c.name, types.get(c.type, "varchar")) for c in profile.columns])


@dg.asset(
    key=REFERENCE_KEY,
    group_name="lake",
    description="Reference data: the built-in CSV files, each replaced by its namesake in <inbox>/reference/.",
    kinds={"csv", "parquet"},
    owners=OWNERS,
    pool=WRITER_POOL,
    output_required=False,
    check_specs=[
        dg.AssetCheckSpec(
            REFERENCE_CHECK,
            asset=REFERENCE_KEY,
            description="Every file that lies in the inbox is sound and in force; else the set before stays.",
        )
    ],
)
def reference(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Put the reference files in force that lie in the inbox and the project now."""
    settings = get_settings()
    with writer_lock(settings):
        try:
            taken = take_in_reference(settings)
        except InvalidReference as error:
            reasons = {name: [str(f) for f in faults[:_MOST_REASONS]] for name, faults in error.faults.items()}
            yield dg.AssetCheckResult(
                check_name=REFERENCE_CHECK,
                asset_key=REFERENCE_KEY,
                passed=False,
                description=str(error),
                metadata={f"{name}.csv": lines for name, lines in reasons.items()},
            )
            raise dg.Failure(str(error), allow_retries=False) from error
        except Unreachable as error:
            raise dg.RetryRequested(max_retries=3, seconds_to_wait=120) from error
    yield dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(taken.rows.values()),
            "fingeraftryk": taken.fingerprint,
            "aendret": taken.changed,
            "erstattede_filer": list(taken.replaced),
            "raekker": taken.rows,
            "ulaest": list(taken.notes),
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=REFERENCE_CHECK,
                passed=True,
                description=f"{len(taken.rows)} filer, {len(taken.replaced)} af dem egne.",
            )
        ],
    )


SOURCE_ASSETS = [_lake_asset(profile) for profile in profiles().values()]
