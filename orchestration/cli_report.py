"""``kdi report``: makes what readers get from the release in force."""

import typer

from orchestration.cli_excel import excel

app = typer.Typer(no_args_is_help=True, help="Make what readers get from the published data.")
app.command()(excel)


@app.callback()
def report() -> None:
    """Make what readers get from the published data."""
