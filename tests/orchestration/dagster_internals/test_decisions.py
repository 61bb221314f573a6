"""A delivery is decided about from a form in the UI; the failed check links to it, filled in."""

from urllib.parse import parse_qs, urlsplit

import dagster as dg
import yaml
from samples.deliveries import System, call, day
from samples.installation import Installation

from kdi.installation import here
from kdi.lake.standing import active_in
from orchestration.assets.periods import DECISION_JOB, DECISION_OP
from orchestration.dagster_internals.events import check_states, last_answer
from orchestration.dagster_internals.origins import make_run, run_here
from orchestration.definitions import defs
from orchestration.keys import intake_job_name, lake_key
from orchestration.partitions import NOT_HELD_BACK, span_tags

MONDAYS = ("2022-01-03", "2022-01-10", "2022-01-17", "2022-01-24", "2022-01-31")
HELD = dg.AssetCheckKey(lake_key("stoettesystemerne"), NOT_HELD_BACK)


def decide(instance: dg.DagsterInstance, **form: str) -> dg.DagsterRun:
    job = defs.resolve_job_def(DECISION_JOB)
    return run_here(instance, job, make_run(instance, job, run_config={"ops": {DECISION_OP: {"config": form}}}))


def test_a_tenth_of_a_day_is_held_back_accepted_by_the_form_and_counts(
    instance: dg.DagsterInstance, installation: Installation
) -> None:
    for monday in MONDAYS:
        rows = [call(f"{monday}T{hour:02}:00:00+01:00", "Fredericia", System("KSD"), 7, f"Tjeneste {n}")
                for hour in range(24) for n in range(50)]  # fmt: skip
        installation.deliver(day(monday, *(rows if monday != MONDAYS[-1] else rows[:100])))
    job = defs.resolve_job_def(intake_job_name("stoettesystemerne"))
    assert run_here(instance, job, make_run(instance, job, span_tags(MONDAYS[-1], MONDAYS[-1]))).is_success
    assert run_here(instance, job, make_run(instance, job, span_tags(MONDAYS[0], MONDAYS[3]))).is_success
    assert check_states(instance, HELD)[MONDAYS[-1]] is False

    check = last_answer(instance, HELD, MONDAYS[-1])
    assert check is not None and not check.passed
    link = str(check.metadata["hvad_nu"].value).split("](")[1].split(")")[0]
    form = yaml.safe_load(parse_qs(urlsplit(link).query)["config"][0])["ops"][DECISION_OP]["config"]
    assert form["leverance"] == check.metadata["leverance"].value

    assert not decide(instance, **form).is_success, "who and why must be said"
    assert decide(instance, **{**form, "grund": "lukkedag", "af": "Kim"}).is_success
    assert check_states(instance, HELD)[MONDAYS[-1]] is True
    assert MONDAYS[-1] in {d.periode for d in active_in(here().lake.log)}
    assert not decide(instance, **{**form, "afgoerelse": "bring_tilbage", "grund": "x", "af": "Kim"}).is_success
    assert decide(instance, **{**form, "afgoerelse": "traek_tilbage", "grund": "fejl", "af": "Kim"}).is_success
    assert MONDAYS[-1] not in {d.periode for d in active_in(here().lake.log)}
