"""``kdi finding``: accept a figure that looked impossible, so that it is published."""

from typing import Annotated

import typer

from kdi.commands.delivery_commands import Who
from kdi.settings import get_settings

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
    from kdi.lake.verbs import accept_findings
    from kdi.machine.lock import writer_lock
    from kdi.publish.figures import rules

    settings = get_settings()
    with writer_lock(settings):
        lines = accept_findings(settings, names, [rule.name for rule in rules()], who, why)
    for line in lines:
        typer.echo(line)
    typer.echo("Kør kdi load for at bygge og udgive.")
