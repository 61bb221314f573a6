"""The ``kdi`` command. Heavy imports are inside the commands that need them."""

import gc
import logging
import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orchestration import cli_report
from orchestration.delivery_commands import app as delivery_app
from orchestration.settings import get_settings
from orchestration.unreachable import Unreachable

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(delivery_app, name="delivery")
postgres = typer.Typer(no_args_is_help=True, help="PostgreSQL: roles, and publication by itself.")
app.add_typer(postgres, name="postgres")
app.add_typer(cli_report.app, name="report")


@contextmanager
def _told() -> Iterator[None]:
    """End with one line when something outside, such as a remote inbox, cannot be reached."""
    try:
        yield
    except Unreachable as error:
        typer.echo(f"FEJL {error}", err=True)
        raise typer.Exit(1) from None


class Scale(StrEnum):
    """How large the sample deliveries are."""

    demo = "demo"
    full = "full"


@app.callback()
def kdi() -> None:
    """KDI Indsigt: from deliveries to published numbers."""
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")


@app.command()
def generate(
    out: Annotated[Path, typer.Option(help="Folder to write the deliveries to, one subfolder per source.")],
    months: Annotated[int, typer.Option(min=1, help="How many months, ending with the last one.")] = 14,
    scale: Annotated[Scale, typer.Option(help="demo: seconds; full: the sizes of the real feeds.")] = Scale.demo,
) -> None:
    """Make sample deliveries. The same arguments always give the same bytes."""
    from orchestration.report import danish
    from orchestration.sample import generate as make

    for source, rows in make(out, months=months, scale=scale.value).items():
        typer.echo(f"{source:<20} {danish.number(rows):>12} rækker")


@app.command()
@_told()
def load(
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="First period, as in the file names.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last period, as in the file names.")] = None,
    rebuild: Annotated[bool, typer.Option(help="Make everything anew from the lake.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the output of Dagster and dbt.")] = False,
) -> None:
    """Take in what is new in the inbox, build, test and publish.

    Exit status 0 only when everything asked for was published; else 1, with one line per failure.
    """
    settings = get_settings()
    from expectations.judge import warm_up
    from orchestration.ingest import sandbox
    from orchestration.ingest.intake import find_pending
    from orchestration.ingest.profiles import profiles

    def warm_up_if_pending() -> None:
        if any(find_pending(settings, profile).files for profile in profiles().values()):
            warm_up()
            sandbox.warm_up()

    # Hashing what is new and importing Dagster take seconds each, and need not wait for each other.
    gc.disable()  # what is imported stays: to look for garbage among it would take a fifth of that time
    with ThreadPoolExecutor(max_workers=1) as beside:
        ready = beside.submit(warm_up_if_pending)
        from orchestration.load import load as run
    gc.enable()
    ready.result()
    from orchestration.overview import main_figures
    from orchestration.report import danish

    logging.getLogger("kdi").setLevel(logging.DEBUG if verbose else logging.WARNING)
    try:
        result = run(settings, source, first, last, rebuild)
    except (OSError, sqlite3.Error) as error:  # the disk is full, read-only or broken
        place = getattr(error, "filename", None) or settings.root
        typer.echo(f"FEJL {place}: {error}. Den gældende publicering er uændret. Se efter disken.", err=True)
        raise typer.Exit(1) from error
    for note in result.notes:
        typer.echo(f"Bemærk: {note}")
    accepted = [d for d in result.taken_in if d.accepted]
    rows = sum(d.raekker_indlaest for d in accepted)
    if result.taken_in:
        typer.echo(f"{len(accepted)} af {len(result.taken_in)} nye leverancer indlæst, {danish.number(rows)} rækker.")
    elif result.is_new:
        typer.echo("Intet nyt i indbakken; publiceringen er lavet på ny af det, der ligger i søen.")
    else:
        typer.echo("Intet nyt i indbakken; intet er ændret.")
    if result.release:
        typer.echo(f"Gældende publicering: {result.release.publicering_id} i {settings.published / 'current'}")
        if result.taken_in or result.is_new:
            for line in main_figures(settings):
                typer.echo(line)
    for failure in result.failures:
        typer.echo(f"FEJL {failure}", err=True)
    raise typer.Exit(1 if result.failures else 0)


@app.command()
@_told()
def restore() -> None:
    """Fetch the lake from KDI_LAKE to a new machine, which takes it over; then `kdi load` builds and publishes."""
    from orchestration.lake import depot
    from orchestration.lock import writer_lock
    from orchestration.report import danish

    settings = get_settings()
    if not settings.lake_url:
        typer.echo("FEJL KDI_LAKE er ikke sat: der er intet lager at hente søen fra.", err=True)
        raise typer.Exit(1)
    with writer_lock(settings):
        typer.echo(
            f"{danish.number(depot.take_over(settings))} leverancer hentet. Kør kdi load, som bygger og udgiver."
        )


@app.command()
@_told()
def prepare() -> None:
    """Make Dagster's home and dbt's manifest, which `kdi load` and `make ui` need."""
    from orchestration.load import use_dagster_home

    use_dagster_home(get_settings())


@app.command()
@_told()
def status() -> None:
    """Show what is loaded, missing, late and quarantined."""
    from orchestration.status import status_lines

    for line in status_lines(get_settings()):
        typer.echo(line)


@app.command()
def kitos(
    full: Annotated[bool, typer.Option(help="Ask for everything, not only for what has changed.")] = False,
) -> None:
    """Fetch the use of IT systems from KITOS into the inbox; `kdi load` takes it from there."""
    from orchestration.assets.inbox import KitosError, fetch_kitos

    try:
        typer.echo(f"Hentet fra KITOS: {fetch_kitos(get_settings(), full)}")
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
    from orchestration.overview import alias_lines, unresolved_lines

    for line in alias_lines(get_settings()) if lines else unresolved_lines(get_settings()):
        typer.echo(line)


@app.command()
def docs() -> None:
    """Write dbt's documentation of the release in force: tables, columns, tests and lineage, as one HTML page."""
    from orchestration.publish.docs import NothingPublished, write_docs

    try:
        typer.echo(f"Dokumentation: {write_docs(get_settings())}")
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
def scrub() -> None:
    """Compare every stored file with its hash, and mend what the inbox still holds.

    Exit status 0 only when all is whole afterwards; else 1, with one line per file that is not.
    """
    from orchestration.integrity.scrub import scrub as run
    from orchestration.report import danish

    outcome = run(get_settings())
    typer.echo(f"{danish.number(outcome.files)} filer læst, {danish.number(outcome.bytes / 1e6)} MB.")
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
    from orchestration.build.start import lake_state
    from orchestration.operations import logs
    from orchestration.publish.release import Releases

    settings = get_settings()
    earlier = Releases(settings).roll_back(lake_state(settings)) if rollback else None
    if earlier is None:
        typer.echo("Der er ingen tidligere publicering at gå tilbage til.", err=True)
        raise typer.Exit(1)
    logs.write("ROLLBACK", level="WARNING", release=earlier)
    typer.echo(f"Gældende publicering er nu {earlier}.")
    if settings.postgres_dsn.get_secret_value():
        _publish_to_postgres()


@postgres.command("publish")
def postgres_publish() -> None:
    """Publish the release in force, and the agreements in force, to PostgreSQL; `kdi load` does so by itself."""
    _publish_to_postgres()


@postgres.command("roles")
def postgres_roles() -> None:
    """Print the SQL with which an administrator makes roles and rights in the database."""
    from orchestration.publish.postgres.roles import authorities, script

    typer.echo(script(authorities(get_settings())))


def _publish_to_postgres() -> None:
    from orchestration.lock import writer_lock
    from orchestration.publish.postgres.connection import PostgresProblem
    from orchestration.publish.postgres.publication import publish as publish_to_postgres
    from orchestration.report import danish

    settings = get_settings()
    try:
        with writer_lock(settings):
            published = publish_to_postgres(settings)
    except PostgresProblem as error:
        typer.echo(f"FEJL {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(
        f"PostgreSQL viser nu {published.publicering_id}: {danish.number(published.tables)} tabeller,"
        f" {danish.number(published.rows_written)} rækker skrevet."
    )


if __name__ == "__main__":
    app()
