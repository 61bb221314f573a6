"""A sensor asks once for a state of the world, and again when the try did not get through."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from orchestration.asking import AGAIN_TAG, DELAYS, ask

JOB, STATE = "byg_og_udgiv", "f1b2:77aa"


@pytest.fixture
def instance() -> dg.DagsterInstance:
    return dg.DagsterInstance.ephemeral()


def started(instance: dg.DagsterInstance, request: object) -> dg.DagsterRun:
    """As the daemon does with a request."""
    assert isinstance(request, dg.RunRequest)
    return instance.create_run_for_job(_job(), tags=request.tags)


def _job() -> dg.JobDefinition:
    @dg.op
    def intet() -> None: ...

    @dg.job(name=JOB)
    def made() -> None:
        intet()

    return made


def asked(instance: dg.DagsterInstance, after: int = 0, state: str = STATE) -> dg.RunRequest | dg.SkipReason:
    return ask(instance, JOB, state, {}, datetime.now(UTC) + timedelta(seconds=after))


def test_a_state_is_asked_for_once(instance: dg.DagsterInstance) -> None:
    run = started(instance, asked(instance))
    assert "i gang" in str(asked(instance))
    instance.report_run_failed(run, "en port sagde nej")
    _say_that_a_step_failed(instance, run)
    assert "fejlede for netop dette" in str(asked(instance, 10**6))
    assert isinstance(asked(instance, state="noget nyt"), dg.RunRequest)


def test_what_somebody_ended_is_asked_for_again(instance: dg.DagsterInstance) -> None:
    first = asked(instance)
    instance.report_run_canceled(started(instance, first))
    assert "blev afbrudt; forsøg 2 er" in str(asked(instance, DELAYS[0] - 60))
    again = asked(instance, DELAYS[0] + 60)
    assert isinstance(first, dg.RunRequest) and isinstance(again, dg.RunRequest)
    assert again.run_key != first.run_key, "the daemon starts nothing twice for one key"


def test_what_was_not_reached_is_given_up_at_last(instance: dg.DagsterInstance) -> None:
    for number in range(len(DELAYS) + 1):
        run = started(instance, asked(instance, 10**6))
        instance.add_run_tags(run.run_id, {AGAIN_TAG: "ja"})
        _say_that_a_step_failed(instance, run)
        instance.report_run_failed(run, f"forsøg {number + 1}")
    assert f"Opgivet efter {len(DELAYS) + 1} forsøg" in str(asked(instance, 10**6))


def test_a_run_whose_process_was_killed_is_asked_for_again(instance: dg.DagsterInstance) -> None:
    instance.report_run_failed(started(instance, asked(instance)), "processen findes ikke længere")
    assert isinstance(asked(instance, DELAYS[0] + 60), dg.RunRequest)


def _say_that_a_step_failed(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    from dagster._core.events import DagsterEvent, DagsterEventType, StepFailureData

    event = DagsterEvent(
        DagsterEventType.STEP_FAILURE.value,
        JOB,
        event_specific_data=StepFailureData(error=None, user_failure_data=None),
    )
    instance.report_dagster_event(event, run.run_id)
