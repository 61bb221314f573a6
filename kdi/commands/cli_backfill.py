"""``kdi backfill``: look before months of history are taken in. Heavy imports are inside the command."""

import re
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Look before months of history are taken in.")


@app.callback()
def backfill() -> None:
    """Look before months of history are taken in."""


@app.command()
def plan(
    first: Annotated[str, typer.Argument(metavar="FIRST", help="First month, as 2021-01.")],
    last: Annotated[str, typer.Argument(metavar="LAST", help="Last month, as 2021-12.")],
) -> None:
    """Files, held-back deliveries, months that would be built, and about how long it takes. Changes nothing."""
    for text in (first, last):
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
            typer.echo(f"FEJL »{text}« er ikke en måned. Skriv den som 2021-01.", err=True)
            raise typer.Exit(2)
    if first > last:
        typer.echo(f"FEJL {first} er senere end {last}.", err=True)
        raise typer.Exit(2)
    from kdi.installation import here
    from kdi.operations.backfill import plan_backfill, plan_lines

    for line in plan_lines(plan_backfill(here().reception, first, last)):
        typer.echo(line)
