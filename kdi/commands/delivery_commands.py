"""``kdi delivery``: see what became of deliveries, and decide about one."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from kdi.commands.options import PERIODS, Source, known_source
from kdi.ingest.spans import span_of

if TYPE_CHECKING:
    from kdi.lake.verbs import Decisions

app = typer.Typer(no_args_is_help=True, help="See deliveries, and decide which of them count.")

Names = Annotated[
    list[str],
    typer.Argument(help="The delivery's id, or <source>/<period> for the newest of its period.", metavar="DELIVERY…"),
]
Who = Annotated[str, typer.Option("--by", help="Who decides it.")]
Why = Annotated[str, typer.Option("--reason", help="Why. Published in marts.leverance_log: write no names.")]


@app.command("list")
def list_deliveries(
    source: Source = None,
    period: Annotated[str | None, typer.Option(help=f"Only periods of {PERIODS}")] = None,
    every: Annotated[bool, typer.Option("--all", help="Those too that simply count.")] = False,
) -> None:
    """Show deliveries, how they stand, and who decided what."""
    from kdi.commands.status import delivery_lines
    from kdi.installation import here

    known_source(source)
    for line in delivery_lines(here().lake.log, source, span_of(period, period), every or period is not None):
        typer.echo(line)


@app.command()
def accept(names: Names, who: Who, why: Why) -> None:
    """Accept deliveries that are held back, loaded in part, or refused for too many faulty rows."""
    from kdi.lake.verbs import Decisions

    _decide(Decisions.accept, names, who, why)


@app.command()
def withdraw(names: Names, who: Who, why: Why) -> None:
    """Let deliveries count no more. The period is empty until another one comes."""
    from kdi.lake.verbs import Decisions

    _decide(Decisions.withdraw, names, who, why)


@app.command()
def restore(names: Names, who: Who, why: Why) -> None:
    """Bring earlier deliveries back, as if they had come last."""
    from kdi.lake.verbs import Decisions

    _decide(Decisions.restore, names, who, why)


def _decide(
    verb: "Callable[[Decisions, list[str], str, str], list[str]]", names: list[str], who: str, why: str
) -> None:
    from kdi.installation import here
    from kdi.machine.lock import writer_lock

    decisions = here().decisions
    with writer_lock(decisions.lake.writer_lock):
        lines = verb(decisions, names, who, why)
    for line in lines:
        typer.echo(line)
    typer.echo("Kør kdi load for at bygge og udgive det, der er berørt.")
