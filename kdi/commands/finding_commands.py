"""``kdi finding``: accept a figure that looked impossible, so that it is published."""

from typing import Annotated

import typer

from kdi.commands.delivery_commands import Who

app = typer.Typer(no_args_is_help=True, help="Findings that hold a release back.")


@app.callback()
def finding() -> None:
    """Findings that hold a release back; kdi load names them with their ids."""


@app.command()
def accept(
    names: Annotated[list[str], typer.Argument(help="The finding's id, as kdi load names it.", metavar="FINDING…")],
    who: Who,
    why: Annotated[str, typer.Option("--reason", help="Why. Stands in the release's manifest: write no names.")],
) -> None:
    """Accept findings: the figures are right. Holds for just the figures that the finding names."""
    from kdi.installation import here
    from kdi.machine.lock import writer_lock
    from kdi.publish.figures import rules

    decisions = here().decisions
    with writer_lock(decisions.lake.writer_lock):
        lines = decisions.accept_findings(names, [rule.name for rule in rules()], who, why)
    for line in lines:
        typer.echo(line)
    typer.echo("Kør kdi load for at bygge og udgive.")
