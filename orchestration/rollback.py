"""What ``kdi publish --rollback`` does, from a button in the UI."""

import dagster as dg

from kdi.machine.lock import writer_lock
from orchestration.asking import PRIORITY
from orchestration.assets.months import month_answers
from orchestration.assets.publication import RELEASE_KEY
from orchestration.dagster_internals.events import evaluate_partitions
from orchestration.keys import Resource
from orchestration.operations import logs


@dg.op(out=dg.Out(dg.Nothing))
def skift_tilbage(context: dg.OpExecutionContext, installation: Resource) -> None:
    """Switch readers to the release before. It waits for no load, and so takes no pool."""
    earlier = installation.releases.roll_back(installation.site.state(installation.status()))
    if earlier is None:
        raise dg.Failure("Der er ingen tidligere publicering at gå tilbage til.", allow_retries=False)
    logs.write("ROLLBACK", level="WARNING", release=earlier)
    context.log_event(
        dg.AssetMaterialization(RELEASE_KEY, description="Rullet tilbage.", metadata={"publicering_id": earlier})
    )
    evaluate_partitions(context, month_answers(installation.releases.link))
    if installation.settings.postgres_dsn.get_secret_value():
        from kdi.publish.postgres.connection import PostgresProblem

        try:
            with writer_lock(installation.lake.writer_lock):
                installation.publication.publish()
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
