"""From the plan to the publication in one step, whatever was selected.

A release is published whole or not at all, so no table can be made by itself: a selection of one table, a month of it,
a check or everything is the same build, which makes anew what differs between lake and release and the months that
were asked for. What is the same already says "unchanged", and nothing is rewritten. Tables turn green when readers
have them.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import dagster as dg
from dagster import AssetCheckEvaluation

from kdi.building.plan import Plan
from kdi.building.start import LaidOut, Site
from kdi.building.status import Status
from kdi.ingest.reference.intake import InvalidReference
from kdi.installation import Installation
from kdi.lake.standing import active_in
from kdi.machine import lock
from kdi.publish.extent import Extent
from kdi.publish.purposes import Purposes
from orchestration.assets import dbt_build, disclosure, figures, months, plan, publication, purposes, transformations
from orchestration.assets.made import Made
from orchestration.assets.periods import tell_of_periods
from orchestration.dagster_internals.backfills import selected_with, take_out
from orchestration.dagster_internals.events import check_states, evaluate_partitions, last_answer, log_together
from orchestration.keys import WRITER_POOL, Resource
from orchestration.partitions import MONTH_STATUS, MONTHS

STEP = "byg"
_PUBLISHED = sorted(s.key for s in transformations.SPECS if s.key.path[0] in ("marts", "kpi", "intermediate"))
_SPECS = [
    plan.SPEC,
    *transformations.SPECS,
    publication.control_spec(_PUBLISHED),
    disclosure.SPEC,
    purposes.spec(_PUBLISHED),
    figures.spec(_PUBLISHED),
    publication.RELEASE_SPEC,
]
_BY_MONTH = {spec.key for spec in transformations.SPECS if spec.partitions_def}
# Dagster takes results of one step in this order only.
_UPSTREAM_FIRST = {
    key: place
    for place, key in enumerate(
        TopologicalSorter({spec.key: {dep.asset_key for dep in spec.deps} for spec in _SPECS}).static_order()
    )
}
ONCE_A_BUILD = [spec.key for spec in _SPECS if spec.key not in _BY_MONTH]
_STATUS = dg.AssetCheckSpec(
    MONTH_STATUS, asset=months.STATUS_KEY, description=months.STATUS_CHECK_TEXT, partitions_def=MONTHS
)

Told = dg.MaterializeResult | dg.AssetCheckResult


class BuildConfig(dg.Config):
    """Options of a build."""

    rebuild: bool = False  # make everything anew from the lake, whatever the current release holds


@dg.multi_asset(
    name=STEP,
    specs=[spec.replace_attributes(skippable=True) for spec in _SPECS],
    check_specs=[
        *transformations.CHECK_SPECS,
        *publication.CONTROL_CHECKS,
        disclosure.CHECK_SPEC,
        *purposes.CHECK_SPECS,
        *figures.CHECK_SPECS,
        _STATUS,
    ],
    can_subset=True,
    backfill_policy=dg.BackfillPolicy.single_run(),
    pool=WRITER_POOL,
)
def byg(context: dg.AssetExecutionContext, config: BuildConfig, installation: Resource) -> Iterator[Told]:
    """Compare lake and release, make anew what differs, judge it, and switch readers to it."""
    site = installation.site
    spanned = context.has_partition_key or context.has_partition_key_range
    beside = selected_with(context)
    is_everything = plan.SPEC.key in beside
    # of everything, months are no wish of their own: what differs is made, as in a load
    asked = list(context.partition_keys) if spanned and not is_everything else []
    lock.acquire(site.lake.writer_lock)
    try:
        status = _status(installation)
        planned = site.plan(status, config.rebuild, asked)
        if reason := _nothing_to_do(site, status, planned, config.rebuild or bool(asked)):
            context.log.info(reason)
            answers = list(_unchanged(context, reason))
            if spanned:
                _tell_months(context, site, context.selected_asset_keys, context.partition_keys)
        else:
            made, events = _build(context, installation, planned, config.rebuild, asked)
            answers = [*_told(context, made), *_told_by_month(context, site.releases.link, events)]
        if is_everything and plan.SPEC.key in context.selected_asset_keys:
            _tell_beside(context, site, beside)
        take_out(context, _BY_MONTH, _is_absent(site))
    finally:
        lock.release(site.lake.writer_lock)
    tell_of_periods(context, installation)
    yield from answers


def _is_absent(site: Site) -> Callable[[dg.AssetKey, str], bool]:
    """Whether neither the release nor the lake has a month; looked up when it is asked for, which is in a backfill."""
    there = cache(lambda: months.months_that_can_be_made(site.releases.link, active_in(site.lake.log)))
    return lambda _, month: month not in there()


def _status(installation: Installation) -> Status:
    try:
        installation.reference()
    except InvalidReference as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    return installation.status()


def _nothing_to_do(site: Site, status: Status, planned: Plan, is_asked_for: bool) -> str:
    """Why nothing is built, in Danish; empty when something is."""
    current = site.releases.current()
    if planned.is_empty and current:
        return f"Uændret: publiceringen {current.publicering_id} er, hvad der ligger i søen."
    if not is_asked_for and site.releases.is_held_back(site.state(status)):
        return (
            "Uændret: publiceringen er rullet tilbage. Der bygges igen, når der kommer nyt, eller med rebuild: true i"
            " kørslens konfiguration."
        )
    return ""


def _build(
    context: dg.AssetExecutionContext,
    installation: Installation,
    planned: Plan,
    rebuild: bool,
    asked: list[str],
) -> tuple[list[Made], dict[dg.AssetKey, list[dg.AssetMaterialization]]]:
    """Lay out, build, judge and publish; what was made, and the months of it."""
    site, data_docs = installation.site, installation.settings.data_docs
    context.log.info(f"Planen: {planned.reason}. {len(planned.months)} måneder, {len(planned.days)} dage.")

    def lay_out(anew: bool, without: frozenset[str]) -> LaidOut:
        return plan.lay_out(site, installation.status(without=without), rebuild or anew, asked)

    built = dbt_build.run_dbt(context, site, lay_out)
    manifest, tables = built.manifest, built.made
    context.log.info("Portene: kontroltotaler, diskretion, formål, rimelighed.")
    for table, rows in disclosure.hide_over_time(site).items():
        context.log.info(f"{table}: {rows} rækker vises kun for KOMBIT; sammen med andre tal ville de røbe en.")
    purposes_in_force = Purposes.read(site.lake.reference_folder(manifest.inputs["reference"]))
    gates = [
        publication.judge_control_totals(site, manifest, data_docs),
        disclosure.attack_build(site, manifest),
        purposes.judge_purposes(site.workspace, purposes_in_force),
        figures.judge_figures(site, manifest),
    ]
    laid_out = plan.made(built.planned, manifest, built.extent)
    _demand(context, [laid_out, *tables], gates)
    context.log.info("Udgiver.")
    released = publication.publish(site, built.planned, manifest, built.extent, purposes_in_force)
    by_month = sorted(made.key for made in tables if made.key in _BY_MONTH)
    return [laid_out, *tables, *gates, released], months.month_events(
        site.releases.link, built.extent, by_month, purposes_in_force
    )


def _demand(context: dg.AssetExecutionContext, before: Iterable[Made], gates: list[Made]) -> None:
    """Stop before the publication when a gate says no; its answers stand in the run."""
    if all(gate.is_in_order for gate in gates):
        return
    _log_answers(context, [answer for made in (*before, *gates) for answer in made.checks])
    failed = [a for gate in gates for a in gate.checks if not a.passed and a.severity is dg.AssetCheckSeverity.ERROR]
    lines = [f"{a.asset_key.to_user_string()}: {a.check_name} holder ikke. {a.description or ''}" for a in failed]
    raise dg.Failure("\n".join(lines), allow_retries=False)


def _told(context: dg.AssetExecutionContext, made: Iterable[Made]) -> Iterator[Told]:
    """What was selected as results, the rest as events: readers have all of it."""
    checks: list[AssetCheckEvaluation] = []
    for one in sorted(made, key=lambda m: _UPSTREAM_FIRST[m.key]):
        if one.key not in _BY_MONTH and one.key in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=one.key, metadata=one.metadata)
        elif one.key not in _BY_MONTH:
            context.log_event(dg.AssetMaterialization(one.key, metadata=one.metadata))
        checks += one.checks
    for check in checks:
        if check.asset_check_key in context.selected_asset_check_keys:
            yield _as_result(check)
    _log_answers(context, [c for c in checks if c.asset_check_key not in context.selected_asset_check_keys])


def _told_by_month(
    context: dg.AssetExecutionContext, release: Path, events: dict[dg.AssetKey, list[dg.AssetMaterialization]]
) -> Iterator[Told]:
    for of_table in events.values():
        log_together(context, of_table)
    answers = months.month_answers(release, check_states(context.instance, _STATUS.key))
    evaluate_partitions(context, answers)
    if _STATUS.key in context.selected_asset_check_keys:
        yield _summary(answers, context.partition_keys)


def _summary(answers: list[AssetCheckEvaluation], asked: Iterable[str]) -> dg.AssetCheckResult:
    wanted = [a for a in answers if a.partition in set(asked)]
    failed = [a for a in wanted if not a.passed]
    is_error = any(a.severity is dg.AssetCheckSeverity.ERROR for a in failed)
    return dg.AssetCheckResult(
        asset_key=months.STATUS_KEY,
        check_name=MONTH_STATUS,
        passed=not failed,
        severity=dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN,
        description=f"{len(wanted) - len(failed)} af {len(wanted)} måneder er komplette.",
    )


def _unchanged(context: dg.AssetExecutionContext, reason: str) -> Iterator[Told]:
    """The selected assets as they are: green, with the figures of the build that made them."""
    last = _last_metadata(context, context.selected_asset_keys)
    for key in sorted(context.selected_asset_keys - _BY_MONTH, key=_UPSTREAM_FIRST.__getitem__):
        yield dg.MaterializeResult(asset_key=key, metadata={**last.get(key, {}), "uaendret": reason})
    for check in sorted(context.selected_asset_check_keys, key=str):
        last_said = last_answer(context.instance, check)
        if last_said and (last_said.passed or last_said.severity is dg.AssetCheckSeverity.WARN):
            yield _as_result(last_said)
        else:  # readers have what passed it
            yield dg.AssetCheckResult(asset_key=check.asset_key, check_name=check.name, passed=True, description=reason)


def _last_metadata(
    context: dg.AssetExecutionContext, keys: Collection[dg.AssetKey]
) -> dict[dg.AssetKey, Mapping[str, dg.MetadataValue]]:
    """What was last said of each table."""
    found = {}
    for record in context.instance.get_asset_records(list(keys)):
        event = record.asset_entry.last_materialization
        if event and event.asset_materialization:
            found[record.asset_entry.asset_key] = event.asset_materialization.metadata
    return found


def _tell_beside(context: dg.AssetExecutionContext, site: Site, beside: frozenset[dg.AssetKey]) -> None:
    """The other tables of a backfill of everything: readers have them too, and nine runs need not follow to say so.

    Tables by month and others follow from each other in turn, and no run of Dagster's has both.
    """
    others = {spec.key for spec in _SPECS} & beside - context.selected_asset_keys
    last = _last_metadata(context, others - _BY_MONTH)
    for key in sorted(others - _BY_MONTH, key=_UPSTREAM_FIRST.__getitem__):
        context.log_event(dg.AssetMaterialization(key, metadata=last.get(key)))
    _tell_months(context, site, others, months.published_months(site.releases.link))


def _tell_months(
    context: dg.AssetExecutionContext, site: Site, keys: Collection[dg.AssetKey], asked: Iterable[str]
) -> None:
    """Months of the release in force, as the build that made them told them."""
    current = site.releases.current()
    if current:
        in_force = Purposes.read(site.lake.reference_folder(current.inputs["reference"]))
        extent = Extent(frozenset(asked), frozenset(asked))
        tables = sorted(_BY_MONTH.intersection(keys))
        for events in months.month_events(site.releases.link, extent, tables, in_force).values():
            log_together(context, events)


def _as_result(check: AssetCheckEvaluation) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=check.asset_key,
        check_name=check.check_name,
        passed=check.passed,
        severity=check.severity,
        description=check.description,
        metadata=check.metadata,
    )


def _log_answers(context: dg.AssetExecutionContext, answers: list[AssetCheckEvaluation]) -> None:
    by_asset: dict[dg.AssetKey, list[AssetCheckEvaluation]] = {}
    for answer in answers:
        by_asset.setdefault(answer.asset_key, []).append(answer)
    for of_asset in by_asset.values():
        log_together(context, of_asset)
