"""``kdi report``: makes what readers get from the release in force. Heavy imports are inside the commands."""

import os
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from kdi.commands.cli_excel import excel
from kdi.commands.options import Progress
from kdi.machine import progress
from kdi.settings import get_settings

app = typer.Typer(no_args_is_help=True, help="Make PDF, Excel, newsletter and web pages from the published data.")
app.command()(excel)


@app.callback()
def report(context: typer.Context, show: Progress = None) -> None:
    """Make PDF, Excel, newsletter and web pages from the published data."""
    context.with_resource(progress.shown(show))


Kvartal = Annotated[str | None, typer.Option(help="Quarter as 2022K4; the newest whole one unless given.")]
Maaned = Annotated[str | None, typer.Option(help="Month as 2022-12; the newest one unless given.")]
Kommune = Annotated[str | None, typer.Option(help="Only this municipality: name or CVR number.")]


@app.command()
def potentiale(kvartal: Kvartal = None, kommune: Kommune = None) -> None:
    """Potentialeanalyse as PDF, one per municipality."""
    _make("potentiale", _quarter(kvartal), kommune)


@app.command()
def k98(kvartal: Kvartal = None) -> None:
    """Potentialeanalyse for all 98 as PDF."""
    _make("k98", _quarter(kvartal))


@app.command()
def tilslutning(
    kvartal: Kvartal = None, system: Annotated[str | None, typer.Option(help="Only this system: name or UUID.")] = None
) -> None:
    """Tilslutningsrapport as PDF, one per IT system."""
    _make("tilslutning", _quarter(kvartal), system)


@app.command()
def sapa(maaned: Maaned = None, kommune: Kommune = None) -> None:
    """SAPA report as PDF: one for all, and one per municipality."""
    _make("sapa", _month(maaned), kommune)


@app.command()
def kditl(maaned: Maaned = None) -> None:
    """KDI i tal master report as PDF."""
    _make("kditl", _month(maaned))


@app.command()
def nyhedsbrev(
    maaned: Maaned = None,
    send: Annotated[
        str | None, typer.Option("--send", help="Send it to this address through SMTP. Else only files.")
    ] = None,
) -> None:
    """Newsletter as HTML and text, for a look before it is sent."""
    _make("nyhedsbrev", _month(maaned))
    _tell_newsletter_remarks(_month(maaned))
    if send:
        from kdi.installation import here
        from kdi.report import mail

        try:
            typer.echo(f"Sendt til {mail.send_newest(here().press, get_settings().mail_server, _month(maaned), send)}.")
        except mail.NotSent as error:
            typer.echo(f"FEJL {error}", err=True)
            raise typer.Exit(1) from None


@app.command()
def web(maaned: Maaned = None, kommune: Kommune = None) -> None:
    """Static web pages: the public edition and one per municipality."""
    _make("web", _month(maaned), kommune)


@app.command()
def screening(
    system: Annotated[str, typer.Option(help="The system's name or UUID.")],
    kommune: Annotated[str, typer.Option(help="The municipality's name or CVR number.")],
    kvartal: Kvartal = None,
) -> None:
    """Arkitekturscreening of a system as Word, with facts beside principles 4, 5 and 7."""
    from kdi.installation import here
    from kdi.report.edition import NotPublished
    from kdi.report.make import make_screening
    from kdi.report.screening import NoSuchSystem

    try:
        typer.echo(f"Arkitekturscreening: {make_screening(here().press, system, kommune, _quarter(kvartal))}")
    except (NoSuchSystem, NotPublished) as error:
        typer.echo(f"FEJL {error}", err=True)
        raise typer.Exit(1) from None


@app.command(name="all")
def everything(kvartal: Kvartal = None, maaned: Maaned = None) -> None:
    """Everything in the catalogue, for all municipalities."""
    from kdi.report.catalogue import products

    chosen = {"kvartal": _quarter(kvartal), "maaned": _month(maaned)}
    made = [_made(product.id, chosen[product.rytme]) for product in products().values()]
    _tell_newsletter_remarks(chosen["maaned"])
    _tell_names_not_shown()
    if not all(made):
        raise typer.Exit(1)


def _make(product: str, month: date | None, only: str | None = None) -> None:
    made = _made(product, month, only)
    _tell_names_not_shown()
    if not made:
        raise typer.Exit(1)


def _made(product: str, month: date | None, only: str | None = None) -> bool:
    """Make a product and say how many files came of it; False when some of it, or all, could not be made."""
    from kdi.installation import here
    from kdi.report.catalogue import products
    from kdi.report.edition import NotPublished
    from kdi.report.make import ReportsFailed, make

    written: list[Path] = []
    failed = []
    progress.stage(f"Laver {products()[product].titel}")
    try:
        for path in progress.each(make(here().press, product, month, only)):
            written.append(path)
    except NotPublished as error:
        typer.echo(f"FEJL {error}", err=True)
        return False
    except ReportsFailed as error:
        failed = error.lines
    where = _where(written) if written else "ingenting at lave"
    typer.echo(f"{products()[product].titel}: {len(written)} i {where}")
    for line in failed:
        typer.echo(f"FEJL {line}", err=True)
    return not failed


def _where(written: list[Path]) -> Path:
    """The file, or the folder above all of them."""
    return written[0] if len(written) == 1 else Path(os.path.commonpath([path.parent for path in written]))


def _tell_names_not_shown() -> None:
    from kdi.installation import here
    from kdi.report.make import names_not_shown

    for line in names_not_shown(here().press):
        typer.echo(f"ADVARSEL {line}")


def _tell_newsletter_remarks(month: date | None) -> None:
    from kdi.installation import here
    from kdi.report.make import newsletter_remarks

    for line in newsletter_remarks(here().press, month):
        typer.echo(f"Bemærk: {line}")


def _quarter(text: str | None) -> date | None:
    from kdi.report.edition import NotPublished, last_month_of

    try:
        return last_month_of(text) if text else None
    except NotPublished as error:
        raise typer.BadParameter(str(error)) from None


def _month(text: str | None) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01") if text else None
    except ValueError:
        raise typer.BadParameter(f"»{text}« er ikke en måned. Skriv den som 2022-12.") from None
