"""``kdi report excel``: the workbooks. Heavy imports are inside the command."""

from typing import Annotated

import typer

from kdi.machine import progress


def excel(
    kommune: Annotated[str | None, typer.Option(help="Only this one: a name, a CVR number or KOMBIT.")] = None,
) -> None:
    """Excel workbooks with pivot tables: KOMBIT's, and one per municipality with what it may see."""
    from kdi.excel.make import NothingToShow, make_workbooks
    from kdi.excel.sheets import TooManyRows
    from kdi.installation import here
    from kdi.report.edition import NotPublished

    count, last = 0, None
    progress.stage("Laver Excel")
    try:
        for path in progress.each(make_workbooks(here().press, kommune)):
            count, last = count + 1, path
    except (NothingToShow, NotPublished, TooManyRows) as error:
        typer.echo(f"FEJL {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"Excel: {count} i {last.parent if last else 'ingenting at lave'}")
