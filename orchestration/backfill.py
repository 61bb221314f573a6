"""What ``kdi backfill plan`` tells, from a form in the UI."""

import dagster as dg
from pydantic import Field

from kdi.operations.backfill import plan_backfill, plan_lines
from orchestration.keys import Resource


class Span(dg.Config):
    """A span of months."""

    fra: str = Field(description="Første måned, som 2021-01.", pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    til: str = Field(description="Sidste måned, som 2021-12.", pattern=r"^\d{4}-(0[1-9]|1[0-2])$")


@dg.op(out=dg.Out(dg.Nothing))
def laeg_plan(context: dg.OpExecutionContext, config: Span, installation: Resource) -> None:
    """Tell the plan in the run's log; nothing is started."""
    if config.fra > config.til:
        raise dg.Failure("fra er senere end til.", allow_retries=False)
    for line in plan_lines(plan_backfill(installation.reception, config.fra, config.til)):
        context.log.info(line)


@dg.job(
    description="Hvad en backfill af nogle måneder ville gøre: filer, hvad der er holdt tilbage, måneder og tid."
    " Ændrer intet. Start den bagefter på modtag_<kilde>, fanen Partitions, eller med kdi load --from --to."
)
def planlaeg_backfill() -> None:
    """Look before a backfill."""
    laeg_plan()
