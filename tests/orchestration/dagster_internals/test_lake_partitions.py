"""What a data engineer sees of a source's days: green, red by itself, or missing, whatever span they came in."""

from collections import Counter

import dagster as dg
import pytest
from samples.deliveries import Delivery, System, call, day
from samples.installation import Installation

from kdi.installation import here
from orchestration.dagster_internals.events import check_states
from orchestration.dagster_internals.origins import make_run, run_here
from orchestration.definitions import defs
from orchestration.keys import intake_job_name, lake_key
from orchestration.partitions import ACCEPTED, DAYS, NOT_HELD_BACK, span_tags

SOURCE = "stoettesystemerne"
KEY = lake_key(SOURCE)
SPAN = [f"2022-01-{number:02}" for number in range(3, 13)]
GOOD, BAD = ["2022-01-03", "2022-01-04", "2022-01-06", "2022-01-10", "2022-01-12"], ["2022-01-05", "2022-01-11"]
ABSENT = sorted({*SPAN} - {*GOOD, *BAD})


def a_day(period: str, calls: int = 7) -> Delivery:
    """A day of one call; a negative number of them refuses it."""
    return day(period, call(f"{period}T08:00:00+01:00", "Fredericia", System("KSD"), calls))


def run(instance: dg.DagsterInstance, *periods: str) -> dg.DagsterRun:
    job = defs.resolve_job_def(intake_job_name(SOURCE))
    return run_here(instance, job, make_run(instance, job, span_tags(periods[0], periods[-1])))


def colours(instance: dg.DagsterInstance) -> dict[str, str]:
    """As the asset's page shows them."""
    found = instance.get_status_by_partition(KEY, SPAN, DAYS)
    assert found is not None
    return {period: status.value if status else "MISSING" for period, status in found.items()}


def expected(good: list[str], bad: list[str]) -> dict[str, str]:
    return {p: "MATERIALIZED" if p in good else "FAILED" if p in bad else "MISSING" for p in SPAN}


def answers(instance: dg.DagsterInstance, check: str) -> dict[str, bool | None]:
    return check_states(instance, dg.AssetCheckKey(KEY, check))


@pytest.fixture
def loaded(instance: dg.DagsterInstance, installation: Installation) -> dg.DagsterRun:
    """A span of ten days in one run: five good, two refused, three without a file."""
    installation.deliver(*map(a_day, GOOD), *(a_day(period, -3) for period in BAD))
    return run(instance, *SPAN)


def test_only_the_refused_days_are_red(instance: dg.DagsterInstance, loaded: dg.DagsterRun) -> None:
    assert loaded.is_success
    assert colours(instance) == expected(GOOD, BAD)
    assert answers(instance, ACCEPTED) == {p: p not in BAD for p in SPAN}
    assert answers(instance, NOT_HELD_BACK) == dict.fromkeys(SPAN, True)


def test_the_checks_first_page_says_which_day_failed_and_what_to_do(
    instance: dg.DagsterInstance, loaded: dg.DagsterRun
) -> None:
    logged = instance.all_logs(loaded.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    said = [e.dagster_event.asset_check_evaluation_data for e in logged if e.dagster_event]
    (answer,) = (a for a in said if a.check_name == ACCEPTED and a.partition is None)
    assert BAD[0] in str(answer.description) and "Perioder ud over den: 1" in str(answer.description)
    assert "Godkend den" in str(answer.metadata["hvad_nu"].value)


def test_a_refused_day_has_a_failed_run_of_its_own_with_the_reason(
    instance: dg.DagsterInstance, loaded: dg.DagsterRun
) -> None:
    failed = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE]))
    assert sorted(r.tags["dagster/partition"] for r in failed) == BAD
    assert {r.job_name for r in failed} == {"modtag_stoettesystemerne"}
    (ended,) = instance.all_logs(failed[0].run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    assert "Antallet er negativt." in ended.message
    assert {r.tags["dagster/will_retry"] for r in failed} == {"false"}, "the file is as it was"
    assert failed[0].remote_job_origin and failed[0].job_code_origin, "it can be run again from its page"


def test_the_same_span_again_changes_no_colour_and_says_unchanged(
    instance: dg.DagsterInstance, loaded: dg.DagsterRun
) -> None:
    again = run(instance, *SPAN)
    assert again.is_success
    assert colours(instance) == expected(GOOD, BAD)
    told = [
        e.dagster_event.step_materialization_data.materialization
        for e in instance.all_logs(again.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        if e.dagster_event
    ]
    assert {m.partition for m in told} == set(GOOD)
    assert all(m.metadata["aendret"].value is False and m.description.startswith("Uændret") for m in told)
    statuses = Counter(r.status.value for r in instance.get_runs())
    assert statuses == {"SUCCESS": 2, "FAILURE": 2}, "a refusal is told once, not at every try"


def test_a_run_that_never_began_leaves_no_loaded_day_red(instance: dg.DagsterInstance, loaded: dg.DagsterRun) -> None:
    """The code server did not answer in time; nothing is new afterwards, so no run over these days follows."""
    job = defs.resolve_job_def(intake_job_name(SOURCE))
    dead = make_run(instance, job, span_tags(SPAN[0], SPAN[-1]))
    instance.report_run_failed(dead)
    assert set(colours(instance).values()) == {"FAILED"}
    assert run(instance, "2022-02-01").is_success, "a run over another day"
    assert {p: c for p, c in colours(instance).items() if p in GOOD} == dict.fromkeys(GOOD, "MATERIALIZED")
    assert {p: c for p, c in colours(instance).items() if p in BAD} == dict.fromkeys(BAD, "FAILED")


def test_a_single_day_turns_red_and_green_by_itself(
    instance: dg.DagsterInstance, loaded: dg.DagsterRun, installation: Installation
) -> None:
    assert not run(instance, BAD[0]).is_success
    assert run(instance, ABSENT[0]).is_success, "no file is no failure"
    assert colours(instance) == expected(GOOD, BAD)
    installation.deliver(a_day(BAD[0]))
    assert run(instance, BAD[0]).is_success
    assert colours(instance) == expected([*GOOD, BAD[0]], BAD[1:])
    assert answers(instance, ACCEPTED)[BAD[0]] is True


def test_a_refused_correction_makes_its_own_day_red_alone(
    instance: dg.DagsterInstance, loaded: dg.DagsterRun, installation: Installation
) -> None:
    installation.deliver(a_day(GOOD[0], -1), a_day("2022-01-08"))
    assert run(instance, *SPAN).is_success
    assert colours(instance) == expected([*GOOD[1:], "2022-01-08"], [GOOD[0], *BAD])


def test_a_day_that_is_held_back_shows_and_is_green_when_it_is_accepted(
    instance: dg.DagsterInstance, installation: Installation
) -> None:
    hours = [call(f"2022-01-03T{h:02}:00:00+01:00", "Fredericia", System("KSD"), 7, f"Tjeneste {n}")
             for h in range(24) for n in range(50)]  # fmt: skip
    mondays = ["2022-01-03", "2022-01-10", "2022-01-17", "2022-01-24", "2022-01-31"]
    for monday in mondays:
        rows = [{**row, "tidspunkt": row["tidspunkt"].replace("2022-01-03", monday)} for row in hours]
        installation.deliver(day(monday, *(rows if monday != mondays[-1] else rows[:100])))
    assert run(instance, mondays[0], mondays[-1]).is_success
    assert {p for p, passed in answers(instance, NOT_HELD_BACK).items() if not passed} == {mondays[-1]}
    assert mondays[-1] in instance.get_materialized_partitions(KEY)
    here().decisions.accept([f"{SOURCE}/{mondays[-1]}"], "Kim", "lukkedag")
    assert run(instance, mondays[0]).is_success, "a run over another day corrects it"
    assert all(answers(instance, NOT_HELD_BACK).values())


def test_only_checks_that_are_partitioned_are_planned_per_partition() -> None:
    from orchestration.partitions import PARTITIONED_CHECKS

    graph = defs.resolve_asset_graph()
    found = {key.name for key in graph.asset_check_keys if graph.get(key).partitions_def}
    assert found == PARTITIONED_CHECKS
