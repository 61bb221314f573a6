"""Going back to the release before, from a button in the UI; and what the UI says after it, whoever did it."""

from pathlib import Path

import dagster as dg

from orchestration.asking import PRIORITY
from orchestration.assets.months import STATUS_KEY, month_answers
from orchestration.assets.publication import RELEASE_KEY
from orchestration.dagster_internals.events import about_the_newest, check_states, evaluate_partitions
from orchestration.keys import Resource
from orchestration.operations import logs
from orchestration.partitions import MONTH_STATUS

_MONTHS = dg.AssetCheckKey(STATUS_KEY, MONTH_STATUS)


def tell(instance: dg.DagsterInstance, release: Path, earlier: str) -> None:
    """Have the UI show the release that `kdi publish --rollback` switched to, and how far its months are.

    Args:
        release: the folder of the release in force, whose name is ``earlier``.
    """
    instance.report_runless_asset_event(_materialization(earlier))
    for answer in about_the_newest(instance, _answers(instance, release)):
        instance.report_runless_asset_event(answer)


def _answers(instance: dg.DagsterInstance, release: Path) -> list[dg.AssetCheckEvaluation]:
    return month_answers(release, check_states(instance, _MONTHS))


def _materialization(earlier: str) -> dg.AssetMaterialization:
    return dg.AssetMaterialization(RELEASE_KEY, description="Rullet tilbage.", metadata={"publicering_id": earlier})


@dg.op(out=dg.Out(dg.Nothing))
def skift_tilbage(context: dg.OpExecutionContext, installation: Resource) -> None:
    """Switch readers to the release before. It waits for no load, and so takes no pool."""
    earlier = installation.roll_back()
    if earlier is None:
        raise dg.Failure("Der er ingen tidligere publicering at gå tilbage til.", allow_retries=False)
    logs.write("ROLLBACK", level="WARNING", release=earlier)
    context.log_event(_materialization(earlier))
    evaluate_partitions(context, _answers(context.instance, installation.releases.link))
    if installation.settings.postgres_dsn.get_secret_value():
        from kdi.publish.postgres.connection import PostgresProblem

        try:
            installation.publish_to_postgres()
        except PostgresProblem as error:
            raise dg.Failure(f"Filerne er rullet tilbage. {error}", allow_retries=False) from None


@dg.job(
    description="Gå tilbage til publiceringen før den gældende, med det samme. Den bygges ikke igen af sig selv,"
    " før der kommer nyt.",
    tags=PRIORITY,
)
def rul_tilbage() -> None:
    """Readers get the release before."""
    skift_tilbage()
