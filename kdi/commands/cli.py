"""The ``kdi`` command. Heavy imports are inside the commands that need them."""

import logging
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kdi import garbage
from kdi.commands import cli_backfill, cli_report
from kdi.commands.command_group import CommandGroup
from kdi.commands.delivery_commands import app as delivery_app
from kdi.commands.finding_commands import app as finding_app
from kdi.commands.options import PERIODS, Progress, Source, known_source
from kdi.faults import Fault
from kdi.ingest.spans import span_of
from kdi.machine import progress
from kdi.machine.children import shield
from kdi.settings import get_settings

if TYPE_CHECKING:
    from kdi.commands.load import LoadResult

app = typer.Typer(cls=CommandGroup, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(delivery_app, name="delivery")
app.add_typer(finding_app, name="finding")
app.add_typer(cli_backfill.app, name="backfill")
postgres = typer.Typer(no_args_is_help=True, help="PostgreSQL: roles, and publication by itself.")
app.add_typer(postgres, name="postgres")
app.add_typer(cli_report.app, name="report")


class Scale(StrEnum):
    """How large the sample deliveries are."""

    demo = "demo"
    full = "full"


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"kdi {version('kdi-indsigt')}")
        raise typer.Exit


@app.callback()
def kdi(
    _: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """KDI Indsigt: from deliveries to published numbers."""
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    garbage.spare()


@app.command()
def generate(
    out: Annotated[Path, typer.Option(help="Folder to write the deliveries to, one subfolder per source.")],
    months: Annotated[int, typer.Option(min=1, help="How many months, ending with the last one.")] = 14,
    scale: Annotated[Scale, typer.Option(help="demo: seconds; full: the sizes of the real feeds.")] = Scale.demo,
    clock: Annotated[bool, typer.Option("--clock", help="Let today be the day after the last delivery.")] = False,
    show: Progress = None,
) -> None:
    """Make sample deliveries. The same arguments always give the same bytes."""
    from demo.sample import generate as make
    from demo.sample.clock import set_clock
    from kdi.notation import danish

    with progress.shown(show):
        made = make(out, months=months, scale=scale.value)
    for source, rows in made.items():
        typer.echo(f"{source:<20} {danish.number(rows):>12} rækker")
    if clock:
        typer.echo(f"Uret i {set_clock(get_settings())}")


@app.command()
def load(
    source: Source = None,
    first: Annotated[
        str | None,
        typer.Option("--from", help=f"From the first day of {PERIODS}"),
    ] = None,
    last: Annotated[str | None, typer.Option("--to", help=f"To the last day of {PERIODS}")] = None,
    rebuild: Annotated[bool, typer.Option(help="Make everything anew from the lake.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the output of Dagster and dbt.")] = False,
    show: Progress = None,
) -> None:
    """Take in what is new in the inbox, build, test and publish.

    Exit status 0 only when everything asked for was published; else 1, with one line per failure.
    """
    span = span_of(first, last)
    known_source(source)
    logging.getLogger("kdi").setLevel(logging.DEBUG if verbose else logging.WARNING)
    with progress.shown(False if verbose else show):
        progress.stage("Starter")
        run = _imported()
        try:
            result = run(source, span, rebuild)
        except (OSError, sqlite3.Error) as error:  # the disk is full, read-only or broken
            place = getattr(error, "filename", None) or get_settings().root
            raise Fault(f"{place}: {error}. Den gældende publicering er uændret. Se efter disken.") from error
    from kdi.commands.overview import outcome_lines
    from kdi.installation import here

    for line in outcome_lines(here().releases.link, result):
        typer.echo(line)
    for failure in result.failures:
        typer.echo(f"FEJL {failure}", err=True)
    raise typer.Exit(1 if result.failures else 0)


def _imported() -> Callable[..., "LoadResult"]:
    """``kdi.commands.load.load``, imported while what is new is hashed: each takes seconds."""
    from expectations.judge import warm_up
    from expectations.profiles import profiles
    from kdi.building import dbt_process
    from kdi.ingest import sandbox
    from kdi.ingest.intake import find_pending
    from kdi.installation import here

    def warm_up_if_pending() -> None:
        reception = here().reception
        if any(find_pending(reception, profile).files for profile in profiles().values()):
            warm_up()
            sandbox.warm_up()
            dbt_process.host()

    shield()
    with ThreadPoolExecutor(max_workers=1) as beside:
        ready = beside.submit(warm_up_if_pending)
        from kdi.commands.load import load
    ready.result()
    return load


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Deliveries or reference files.", metavar="FILE…")],
    source: Source = None,
    show: Progress = None,
) -> None:
    """Judge files as `kdi load` would, without storing anything.

    Exit status 0 only when `kdi load` would take in every row of every file; else 1, with the reasons.
    """
    from kdi.commands.check import check_file
    from kdi.installation import here

    known_source(source)
    shield()
    refused, reception = False, here().reception
    with progress.shown(show):
        progress.stage("Læser filer", len(files))
        judged = [check_file(reception, file, source) for file in progress.each(files)]
    for one in judged:
        refused |= not one.sound
        for line in one.lines:
            typer.echo(line, err=not one.sound)
    raise typer.Exit(1 if refused else 0)


@app.command()
def restore(
    log: Annotated[bool, typer.Option("--log", help="Make the delivery log anew from this machine's lake.")] = False,
    show: Progress = None,
) -> None:
    """Fetch the lake from KDI_LAKE to a new machine, which takes it over; then `kdi load` builds and publishes."""
    from kdi.installation import here
    from kdi.lake import recovery
    from kdi.machine.lock import writer_lock
    from kdi.notation import danish

    lake = here().lake
    if not (log or get_settings().lake_url):
        raise Fault("KDI_LAKE er ikke sat: der er intet lager at hente søen fra. --log danner loggen af søen her.")
    with progress.shown(show), writer_lock(lake.writer_lock):
        if log:
            lines = recovery.restore_log(lake, here().releases.link)
        else:
            lines = [f"{danish.number(lake.depot.take_over())} leverancer hentet."]
    for line in lines:
        typer.echo(line)
    typer.echo("Kør kdi load, som bygger og udgiver.")


@app.command()
def prepare() -> None:
    """Make a new installation's inbox, Dagster's home and dbt's manifest, which `make ui` needs."""
    from kdi.commands.load import use_dagster_home
    from kdi.installation import here

    here().inbox.make_own()
    use_dagster_home(get_settings())


@app.command()
def status() -> None:
    """Show what is loaded, missing, late and quarantined."""
    from kdi.commands.status import status_lines
    from kdi.installation import here

    for line in status_lines(here()):
        typer.echo(line)


@app.command()
def kitos(
    full: Annotated[bool, typer.Option(help="Ask for everything, not only for what has changed.")] = False,
) -> None:
    """Fetch the use of IT systems from KITOS into the inbox; `kdi load` takes it from there."""
    from kdi.installation import here
    from orchestration.assets.inbox import KitosError, fetch_kitos

    try:
        typer.echo(f"Hentet fra KITOS: {fetch_kitos(here(), full)}")
    except KitosError as error:
        typer.echo(f"FEJL {error}", err=True)
        raise typer.Exit(1) from None


@app.command()
def identity(
    lines: Annotated[
        bool, typer.Option("--lines", help="Only the best suggestions, as rows of system_alias.csv.")
    ] = False,
) -> None:
    """List the IT systems that only registers know, with suggestions for system_alias.csv."""
    from kdi.commands.overview import alias_lines, unresolved_lines
    from kdi.installation import here

    current = here().releases.link
    for line in alias_lines(here().inbox, current) if lines else unresolved_lines(current):
        typer.echo(line)


@app.command()
def docs() -> None:
    """Write dbt's documentation of the release in force: tables, columns, tests and lineage, as one HTML page."""
    from kdi.building.docs import NothingPublished, write_docs
    from kdi.installation import here

    try:
        page = write_docs(here().releases, get_settings().root / "dbt_docs" / "index.html")
        typer.echo(f"Dokumentation: {page}")
    except NothingPublished as error:
        typer.echo(f"FEJL {error}", err=True)
        raise typer.Exit(1) from None


@app.command()
def alert() -> None:
    """Send a test alert to the addresses in KDI_ALERT_URLS."""
    from orchestration.operations.alerts import deliver

    addresses = get_settings().alert_urls.get_secret_value().split()
    if not addresses:
        typer.echo("FEJL KDI_ALERT_URLS er ikke sat: ingen får besked, når noget fejler.", err=True)
        raise typer.Exit(1)
    failed = 0
    for number, address in enumerate(addresses, start=1):
        taken = deliver(address, "KDI Indsigt: prøve", "Dette er en prøve. Alarmer fra KDI Indsigt når frem hertil.")
        failed += not taken
        kind = address.split(":", 1)[0]
        typer.echo(f"{'sendt' if taken else 'FEJL ikke sendt'}: adresse {number} ({kind})", err=not taken)
    raise typer.Exit(1 if failed else 0)


@app.command()
def scrub(show: Progress = None) -> None:
    """Compare every stored file with its hash, mend what the inbox still holds, and remove what holds a CPR number.

    Also removes from Dagster's old events what an earlier version wrote there of sums with hidden counts.
    Exit status 0 only when all is whole afterwards; else 1, with one line per file that is not.
    """
    from kdi.commands.load import use_dagster_home
    from kdi.installation import here
    from kdi.notation import danish
    from kdi.operations.scrub import scrub as run
    from orchestration.assets.integrity import forget_hidden_sums

    with progress.shown(show):
        outcome = run(here().reception, here().releases)
    with use_dagster_home(get_settings()) as instance:
        outcome.removed += forget_hidden_sums(instance)
    typer.echo(f"{danish.number(outcome.files)} filer læst, {danish.number(outcome.bytes / 1e6)} MB.")
    for line in outcome.removed:
        typer.echo(f"Fjernet {line}")
    for line in outcome.mended:
        typer.echo(f"Genskabt {line}")
    for line in outcome.damaged:
        typer.echo(f"FEJL {line}", err=True)
    raise typer.Exit(1 if outcome.damaged else 0)


@app.command()
def publish(
    rollback: Annotated[bool, typer.Option("--rollback", help="Switch back to the release before the current one.")],
) -> None:
    """Switch the release that consumers read."""
    from kdi.installation import here
    from orchestration.operations import logs

    installation = here()
    earlier = installation.roll_back() if rollback else None
    if earlier is None:
        typer.echo("Der er ingen tidligere publicering at gå tilbage til.", err=True)
        raise typer.Exit(1)
    logs.write("ROLLBACK", level="WARNING", release=earlier)
    typer.echo(f"Gældende publicering er nu {earlier}.")
    try:
        if get_settings().postgres_dsn.get_secret_value():
            _publish_to_postgres()
    finally:  # takes seconds, so it comes when readers have been served
        from kdi.commands.load import use_dagster_home
        from orchestration.rollback import tell

        with use_dagster_home(get_settings()) as instance:
            tell(instance, installation.releases.link, earlier)


@postgres.command("publish")
def postgres_publish() -> None:
    """Publish the release in force, and the agreements in force, to PostgreSQL; `kdi load` does so by itself."""
    _publish_to_postgres()


@postgres.command("roles")
def postgres_roles() -> None:
    """Print the SQL with which an administrator makes roles and rights in the database."""
    from kdi.installation import here
    from kdi.publish.postgres.roles import authorities, script

    typer.echo(script(authorities(here().releases.link)))


def _publish_to_postgres() -> None:
    from kdi.installation import here
    from kdi.notation import danish
    from kdi.publish.postgres.connection import PostgresProblem

    try:
        published = here().publish_to_postgres()
    except PostgresProblem as error:
        typer.echo(f"FEJL {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(
        f"PostgreSQL viser nu {published.publicering_id}: {danish.number(published.tables)} tabeller,"
        f" {danish.number(published.rows_written)} rækker skrevet."
    )


if __name__ == "__main__":
    app()
