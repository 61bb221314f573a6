"""``kdi delivery``: see what became of deliveries, and decide about one."""

from collections.abc import Callable
from typing import Annotated

import typer

from orchestration.settings import Settings, get_settings

app = typer.Typer(no_args_is_help=True, help="Se leverancer, og afgør, hvilken der gælder.")

Names = Annotated[
    list[str],
    typer.Argument(help="Leverancens id, eller <kilde>/<periode> for periodens nyeste.", metavar="LEVERANCE…"),
]
Who = Annotated[str, typer.Option("--by", help="Hvem der afgør det.")]
Why = Annotated[str, typer.Option("--reason", help="Hvorfor. Offentliggøres i marts.leverance_log: skriv ingen navne.")]


@app.command("list")
def list_deliveries(
    source: Annotated[str | None, typer.Option(help="Kun denne kilde.")] = None,
    period: Annotated[str | None, typer.Option(help="Kun denne periode, som i filnavnet.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Også de leverancer, der gælder uden videre.")] = False,
) -> None:
    """Vis leverancer, deres tilstand, og hvem der har afgjort hvad."""
    from orchestration.status import delivery_lines

    for line in delivery_lines(get_settings(), source, period, every or period is not None):
        typer.echo(line)


@app.command()
def accept(names: Names, who: Who, why: Why) -> None:
    """Godkend leverancer, der er holdt tilbage, indlæst delvist eller afvist for for mange fejl."""
    from orchestration.lake import verbs

    _decide(verbs.accept, names, who, why)


@app.command()
def withdraw(names: Names, who: Who, why: Why) -> None:
    """Træk leverancer tilbage, så de ikke tæller med. Perioden er tom, til en anden kommer."""
    from orchestration.lake import verbs

    _decide(verbs.withdraw, names, who, why)


@app.command()
def restore(names: Names, who: Who, why: Why) -> None:
    """Bring tidligere leverancer tilbage, som var de kommet sidst."""
    from orchestration.lake import verbs

    _decide(verbs.restore, names, who, why)


def _decide(verb: Callable[[Settings, list[str], str, str], list[str]], names: list[str], who: str, why: str) -> None:
    from orchestration.lake.verbs import NotPossible
    from orchestration.lock import writer_lock

    settings = get_settings()
    try:
        with writer_lock(settings):
            lines = verb(settings, names, who, why)
    except NotPossible as error:
        typer.echo(f"FEJL {error}", err=True)
        raise typer.Exit(1) from None
    for line in lines:
        typer.echo(line)
    typer.echo("Kør kdi load for at bygge og udgive det, der er berørt.")
