"""Options that several ``kdi`` commands have, and what they may be."""

from typing import Annotated

import typer

from kdi.faults import Misused

PERIODS = "2022-03-31, 2022-03, 2022K1 or 2022."
Source = Annotated[str | None, typer.Option("--source", help="Only this source.")]
Progress = Annotated[
    bool | None,
    typer.Option("--progress/--no-progress", help="Show how far it is, also where there is no terminal, or never."),
]


def known_source(source: str | None) -> None:
    """See that a source exists.

    Raises:
        Misused: it does not; the message names those that do.
    """
    from expectations.profiles import profiles
    from kdi.ingest.misnamed import nearest

    if source is None or source in profiles():
        return
    meant = nearest(source, profiles())
    suggestion = f" Mente du {meant}?" if meant else ""
    raise Misused(f"--source {source}: den kilde findes ikke.{suggestion} Kilderne er {', '.join(profiles())}.")
