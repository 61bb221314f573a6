"""What Dagster is told of a source's periods: which are in the lake, which were refused, which wait for somebody.

It is told from the delivery log, for every period that a run was asked for, whether the run found anything new or
not. So a partition is green when its delivery is in the lake, red when its newest delivery was refused, and missing
when no file has come; and doing it again changes no colour.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from dagster import AssetCheckEvaluation

from expectations.profiles import profiles
from kdi.ingest.undecided import Undecided
from kdi.installation import Installation
from kdi.lake.delivery import Delivery
from kdi.lake.standing import Standing, standings_in
from orchestration.dagster_internals.events import (
    Context,
    check_states,
    evaluate_partitions,
    log_together,
    red_partitions,
)
from orchestration.dagster_internals.failed_runs import keep_red, make_failed_run
from orchestration.dagster_internals.launchpad import launchpad
from orchestration.keys import lake_key
from orchestration.partitions import ACCEPTED, NOT_HELD_BACK, of_source

# A run with this tag failed because a delivery was refused; its value names the reading of it.
REFUSED_TAG = "kdi/afvist"
# A run with this tag left files in the inbox that it could not decide about; its value says why.
UNDECIDED_TAG = "kdi/uafgjort"
DECISION_JOB, DECISION_OP = "afgoer_leverance", "afgoer"
_MOST_OF_REASONS = 4000


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


@dataclass(frozen=True)
class PeriodState:
    """A period of a source: its delivery in the lake, its newest one if refused, and one that waits for somebody."""

    period: str
    loaded: Delivery | None = None
    refused: Standing | None = None
    waits: Standing | None = None

    @property
    def materialized(self) -> Delivery | None:
        """What makes the partition green; a refused newer file goes first."""
        return None if self.refused else self.loaded

    @property
    def is_held_back(self) -> bool:
        return self.waits is not None and self.waits.state == "tilbageholdt"


def states_of(standings: Iterable[Standing], source: str) -> dict[str, PeriodState]:
    """The state of every period of the source that ever had a delivery."""
    found: dict[str, PeriodState] = {}
    for standing in (s for s in standings if s.delivery.kilde == source):
        period = standing.delivery.periode
        state = found.get(period, PeriodState(period))
        loaded, refused, waits = state.loaded, state.refused, state.waits
        if standing.state == "gaelder" or (standing.state == "tilbageholdt" and loaded is None):
            loaded = standing.delivery
        if standing.needs_somebody and standing.state == "afvist":
            refused = standing
        elif standing.needs_somebody:
            waits = standing
        found[period] = PeriodState(period, loaded, refused, waits)
    return found


class PeriodReport:
    """Tells Dagster of a source's periods from within a run of its lake asset."""

    def __init__(self, context: Context, key: dg.AssetKey, states: dict[str, PeriodState], quarantine: Path) -> None:
        self._context = context
        self._key = key
        self._states = states
        self._quarantine = quarantine

    def tell(self, wanted: Sequence[str], new: Sequence[Delivery]) -> list[PeriodState]:
        """Record the wanted periods and what changed in others; returns those that were refused.

        Args:
            wanted: the run's partitions.
            new: the deliveries that the run decided.
        """
        ids = {d.leverance_id for d in new}
        states = [self._states.get(period, PeriodState(period)) for period in wanted]
        loaded = [d for s in states if (d := s.materialized)]
        log_together(self._context, [self._materialization(d, d.leverance_id in ids) for d in loaded])
        for name in (ACCEPTED, NOT_HELD_BACK):
            evaluate_partitions(self._context, [self.evaluation(name, s) for s in states])
        self.correct(set(wanted))
        return [s for s in states if s.refused]

    def correct(self, told: Collection[str] = ()) -> None:
        """Say anew what is no longer so: a check after a decision, or after a day that holds back later ones.

        And the colour of what is in the lake, where a later run was killed, or never began.
        """
        loaded = {s.period: s.materialized for s in self._states.values() if s.materialized and s.period not in told}
        definition = of_source(profiles()[self._key.path[-1]])
        red = red_partitions(self._context.instance, self._key, list(loaded), definition)
        log_together(self._context, [self._materialization(loaded[period], False) for period in sorted(red)])
        for name in (ACCEPTED, NOT_HELD_BACK):
            evaluate_partitions(self._context, self._corrections(name, told))

    def evaluation(self, name: str, state: PeriodState) -> AssetCheckEvaluation:
        """The answer of one of the two checks for a period."""
        problem = state.refused if name == ACCEPTED else state.waits
        is_warning = problem is not None and problem.state == "gaelder"  # loaded, but for the faulty rows
        return AssetCheckEvaluation(
            asset_key=self._key,
            check_name=name,
            passed=problem is None,
            partition=state.period,
            severity=dg.AssetCheckSeverity.WARN if is_warning else dg.AssetCheckSeverity.ERROR,
            description=describe_standing(problem) if problem else _all_is_well(name, state),
            metadata=_what_to_do(problem, self._quarantine) if problem else {},
        )

    def summary(self, name: str, wanted: Sequence[str], told: str) -> dg.AssetCheckResult:
        """The answer that Dagster demands of the step itself: for a span, whether any of its periods failed."""
        answers = [self.evaluation(name, self._states.get(period, PeriodState(period))) for period in wanted]
        failed = [answer for answer in answers if not answer.passed]
        worst = next((a for a in failed if a.severity is dg.AssetCheckSeverity.ERROR), failed[0] if failed else None)
        if not worst and len(answers) == 1:
            told = answers[0].description or told
        others = f" Perioder ud over den: {len(failed) - 1}, se fanen Partitions." if len(failed) > 1 else ""
        return dg.AssetCheckResult(
            asset_key=self._key,
            check_name=name,
            passed=not failed,
            severity=worst.severity if worst else dg.AssetCheckSeverity.WARN,
            description=f"{worst.description}{others}" if worst else told,
            metadata=worst.metadata if worst else {},
        )

    def make_red(self, job: dg.JobDefinition, refused: Sequence[PeriodState]) -> None:
        """Give each refused delivery a failed run of the job, once: its partition is red, and can be run again."""
        for state in refused:
            assert state.refused
            tag = {REFUSED_TAG: reading_of(state.refused.delivery)}
            self._make_red(job, state, describe(state.refused.delivery), tag)

    def tell_undecided(
        self, job: dg.JobDefinition, wanted: Sequence[str], files: Mapping[str | None, Undecided]
    ) -> None:
        """Say which files could not be decided about: their periods are red, by failed runs of their own.

        Raises:
            dagster.Failure: there is no other period in the run.
        """
        lines = [str(file) for file in files.values()]
        self._context.instance.add_run_tags(self._context.run_id, {UNDECIDED_TAG: "\n".join(lines)})
        for file in files.values():
            self._context.log.error(f"{file}\n{file.place}")
        if len(wanted) == 1:
            raise dg.Failure("\n".join(lines), allow_retries=False)
        for period, file in files.items():
            if period in wanted:
                tag = {UNDECIDED_TAG: str(file)}
                self._make_red(job, self._states.get(str(period), PeriodState(str(period))), str(file), tag)

    def _make_red(self, job: dg.JobDefinition, state: PeriodState, reason: str, tag: dict[str, str]) -> None:
        instance = self._context.instance
        earlier = instance.get_runs(dg.RunsFilter(tags=tag, statuses=[dg.DagsterRunStatus.FAILURE]), limit=1)
        if earlier:
            keep_red(instance, earlier[0], self._key, state.period)
        else:
            answers = [self.evaluation(name, state) for name in (ACCEPTED, NOT_HELD_BACK)]
            make_failed_run(instance, job, state.period, reason, answers, tag)

    def _materialization(self, delivery: Delivery, is_new: bool) -> dg.AssetMaterialization:
        return dg.AssetMaterialization(
            asset_key=self._key,
            partition=delivery.periode,
            description="Indlæst." if is_new else "Uændret: det er den leverance, der lå i søen.",
            metadata={
                "dagster/row_count": delivery.raekker_indlaest,
                "raekker_karantaene": delivery.raekker_karantaene,
                "aendret": is_new,
                "fil": delivery.fil,
                "leverance_id": delivery.leverance_id,
                **({} if profiles()[delivery.kilde].hides_counts else {"sha256": delivery.sha256}),
                **_notes(delivery),
            },
            tags={"dagster/data_version": f"{delivery.leverance_id.rsplit('_', 1)[1]}-{delivery.profil}"},
        )

    def _corrections(self, name: str, told: Collection[str]) -> list[AssetCheckEvaluation]:
        last = check_states(self._context.instance, dg.AssetCheckKey(self._key, name))
        true = {s.period: not (s.refused if name == ACCEPTED else s.waits) for s in self._states.values()}
        return [
            self.evaluation(name, self._states[period])
            for period, passed in true.items()
            if period not in told and passed != last.get(period, passed if passed else None)
        ]


def tell_of_periods(context: Context, installation: Installation) -> None:
    """What people or a build decided since the sources' own runs shows in the checks of their periods."""
    standings = standings_in(installation.lake.log)
    for source in profiles():
        states = states_of(standings, source)
        PeriodReport(context, lake_key(source), states, installation.settings.quarantine).correct()


def _what_to_do(standing: Standing, quarantine: Path) -> dict[str, dg.MetadataValue]:
    """The delivery, its reasons in full, and the form in which somebody decides."""
    delivery = standing.delivery
    form = {
        "leverance": delivery.leverance_id, "afgoerelse": "godkend", "grund": "", "af": "",
    }  # fmt: skip
    link = launchpad(DECISION_JOB, {"ops": {DECISION_OP: {"config": form}}})
    found: dict[str, dg.MetadataValue] = {
        "leverance": dg.MetadataValue.text(delivery.leverance_id),
        "fil": dg.MetadataValue.text(delivery.fil),
        "hvad_nu": dg.MetadataValue.md(f"[Godkend den, eller træk den tilbage]({link}); ellers send en rettet fil."),
    }
    reasons = quarantine / delivery.leverance_id / "aarsag.txt"
    if reasons.is_file():
        text = reasons.read_text(encoding="utf-8")[:_MOST_OF_REASONS]
        found |= {"grunde": dg.MetadataValue.md(f"```\n{text}\n```"), "grunde_fil": dg.MetadataValue.path(str(reasons))}
    return found


def _notes(delivery: Delivery) -> dict[str, dg.MetadataValue]:
    """What the delivery holds and nobody reads."""
    return {"noter": dg.MetadataValue.md("\n".join(f"- {note}" for note in delivery.noter))} if delivery.noter else {}


def reading_of(delivery: Delivery) -> str:
    """Names one judgement of a delivery: the same file may be refused again by another profile."""
    return f"{delivery.leverance_id}-{delivery.raekkefoelge}"


def _all_is_well(name: str, state: PeriodState) -> str:
    if state.loaded is None and not state.refused and not state.waits:
        return "Ingen fil: intet at bedømme."
    if name == NOT_HELD_BACK:
        return "Intet er holdt tilbage eller sat i karantæne."
    return f"{state.loaded.fil} er accepteret." if state.loaded else "Ingen afvist fil venter."
