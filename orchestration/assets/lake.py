"""Lake assets: one per source, one partition per delivery period.

A partition is green when a delivery of that very period is in the lake, red when its newest one was refused. A run
over a span takes in all its new deliveries at once; a refused one gets a failed run of its own.
"""

from collections.abc import Iterator, Mapping

import dagster as dg

from expectations.profiles import Profile, call_sources, profiles
from kdi.building.start import remember_publications
from kdi.faults import Unreachable
from kdi.ingest.intake import Intake, remove_leftovers, take_in
from kdi.ingest.reference.intake import InvalidReference, take_in_reference
from kdi.lake.standing import standings_in
from kdi.machine.lock import writer_lock
from orchestration import partitions
from orchestration.asking import can_be_tried_again
from orchestration.assets.months import stale_answers
from orchestration.assets.periods import REFUSED_TAG, PeriodReport, PeriodState, describe, reading_of, states_of
from orchestration.dagster_internals.backfills import selected_with, take_out
from orchestration.dagster_internals.events import evaluate_partitions
from orchestration.dagster_internals.origins import job_named
from orchestration.keys import KITOS_KEY, OWNERS, REFERENCE_KEY, WRITER_POOL, Resource, intake_job_name, lake_key
from orchestration.partitions import ACCEPTED, NOT_HELD_BACK

REFERENCE_CHECK = "referencefilerne_er_i_orden"
_MOST_REASONS = 50

_CHECKS = {
    ACCEPTED: "Periodens nyeste fil er gået gennem porten (expectations/suites/leverance.yml). Rød: læs grundene, og"
    " bed leverandøren om en ny fil; når den er kommet, bliver perioden grøn af sig selv.",
    NOT_HELD_BACK: "Periodens leverance udgives hel. Rød: den holdes tilbage, til nogen godkender den eller trækker den"
    " tilbage. Gul: nogle af dens rækker er i karantæne.",
}


_RHYTHMS = {"dag": "en fil pr. dag", "maaned": "en fil pr. måned", "udtraek": "et udtræk ad gangen"}


def _lake_asset(profile: Profile) -> dg.AssetsDefinition:
    key = lake_key(profile.source)
    definition = partitions.of_source(profile)

    @dg.asset(
        key=key,
        group_name="lake",
        description=f"Leverancer fra {profile.supplier}, {_RHYTHMS[profile.rhythm]}, som uforanderlig Parquet."
        " En periode er grøn, når dens fil er i søen, rød, når den er afvist (dens egen kørsel siger hvorfor), og grå,"
        " når ingen fil er kommet.",
        kinds={"duckdb", "parquet"},
        owners=OWNERS,
        deps=[KITOS_KEY] if profile.source == "kitos" else [],
        partitions_def=definition,
        backfill_policy=dg.BackfillPolicy.single_run(),
        output_required=False,
        check_specs=[
            dg.AssetCheckSpec(name, asset=key, description=text, partitions_def=definition)
            for name, text in _CHECKS.items()
        ],
        pool=WRITER_POOL,
        metadata={"dagster/column_schema": _column_schema(profile)},
        code_version=profile.fingerprint,
    )
    def lake(context: dg.AssetExecutionContext, installation: Resource) -> Iterator[dg.AssetCheckResult]:
        reception, releases = installation.reception, installation.releases
        wanted = list(context.partition_keys)
        with writer_lock(reception.lake.writer_lock):
            remove_leftovers(reception.lake)
            remember_publications(reception.lake.log, releases)
            try:
                intake = take_in(reception, profile, set(wanted))
            except Unreachable as error:
                can_be_tried_again(context)
                raise dg.Failure(str(error), allow_retries=False) from error
        states = states_of(standings_in(reception.lake.log), profile.source)
        report = PeriodReport(context, key, states, reception.quarantine)
        refused = report.tell(wanted, intake.deliveries)
        if profile.source in call_sources():
            evaluate_partitions(context, stale_answers(releases.link, _touched_months(intake, states)))
        if intake.undecided:  # the files stay in the inbox, and are tried again
            can_be_tried_again(context)
            report.tell_undecided(
                job_named(intake_job_name(profile.source)),
                wanted,
                {profile.period_of(f.file): f for f in intake.undecided},
            )
        if len(wanted) == 1 and (waiting := refused[0].refused if refused else None):
            context.instance.add_run_tags(context.run_id, {REFUSED_TAG: reading_of(waiting.delivery)})
            raise dg.Failure(describe(waiting.delivery), allow_retries=False)
        report.make_red(job_named(intake_job_name(profile.source)), refused)
        # a refused period is red by itself; it holds up nothing that the same backfill makes of the others
        follows = any(selected.path[0] != key.path[0] for selected in selected_with(context))
        undecided = {profile.period_of(file.file) for file in intake.undecided}
        left_out = {p for p in wanted if (s := states.get(p)) is None or (s.refused and follows)} - undecided
        take_out(context, [key], lambda _, period: period in left_out)
        told = _told(intake, wanted, states)
        context.log.info(told)
        for name in _CHECKS:
            yield report.summary(name, wanted, told)

    return lake


def _touched_months(intake: Intake, states: Mapping[str, PeriodState]) -> set[str]:
    """Months in which a new delivery counts."""
    new = {d.leverance_id for d in intake.deliveries}
    return {s.period[:7] for s in states.values() if s.loaded and s.loaded.leverance_id in new and not s.is_held_back}


def _told(intake: Intake, wanted: list[str], states: Mapping[str, PeriodState]) -> str:
    """What became of a run's periods, in one line."""
    loaded = sum(1 for period in wanted if period in states and states[period].materialized)
    refused = sum(1 for period in wanted if period in states and states[period].refused)
    new = sum(1 for d in intake.deliveries if d.accepted)
    parts = [f"{loaded} af {len(wanted)} perioder er i søen ({new} nye, {loaded - new} uændrede)"]
    parts += [f"{refused} afvist"] if refused else []
    parts += [f"{absent} uden fil"] if (absent := len(wanted) - loaded - refused) else []
    return ", ".join(parts) + "."


def _column_schema(profile: Profile) -> dg.TableSchema:
    types = {"antal": "bigint", "antal_maskeret": "bigint", "tidspunkt": "timestamp (UTC)"}
    return dg.TableSchema([dg.TableColumn(c.name, types.get(c.type, "varchar")) for c in profile.columns])


@dg.asset(
    key=REFERENCE_KEY,
    group_name="lake",
    description="Referencedata: de indbyggede CSV-filer; en af samme navn i indbakkens mappe reference går forud.",
    kinds={"csv", "parquet"},
    owners=OWNERS,
    pool=WRITER_POOL,
    output_required=False,
    check_specs=[
        dg.AssetCheckSpec(
            REFERENCE_CHECK,
            asset=REFERENCE_KEY,
            description="Hver fil i indbakken er i orden og i kraft. Rød: ret filen; det tidligere sæt gælder imens.",
        )
    ],
)
def reference(
    context: dg.AssetExecutionContext, installation: Resource
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Put the reference files in force that lie in the inbox and the project now."""
    with writer_lock(installation.lake.writer_lock):
        try:
            taken = take_in_reference(installation.reception)
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
            can_be_tried_again(context)
            raise dg.Failure(str(error), allow_retries=False) from error
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
