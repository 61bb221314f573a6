"""The release in force in a PostgreSQL of its own, to look at: what KOMBIT and two municipalities see.

``make demo`` shows it and ends; ``make demo-postgres`` keeps the server up until Ctrl-C. The server
keeps nothing, answers this machine only, and its passwords are no secret.
"""

import argparse
import os
import signal
import sys
from contextlib import suppress

from demo.postgres.database import Database, rows
from demo.postgres.server import postgres_server
from kdi.installation import here
from kdi.notation import danish
from kdi.publish.postgres.connection import PostgresProblem
from kdi.publish.postgres.roles import authorities
from kdi.settings import get_settings

LOGINS = {"kombit": "kdi_kombit", "fredericia": "kdi_laeser_69116418", "aalborg": "kdi_laeser_29189420"}
SEEN = "select count(*), count(distinct cvr), coalesce(sum(kald), 0) from kpi.kald_pr_indbygger"


def main() -> None:
    """Publish, tell what each login sees, and stay when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stay", action="store_true", help="Keep the server up until Ctrl-C.")
    stay = parser.parse_args().stay
    for number in (signal.SIGTERM, signal.SIGHUP):  # a service manager, a closed terminal: the server ends with us
        signal.signal(number, lambda ended_by, _: sys.exit(128 + ended_by))
    with postgres_server() as server:
        database = Database.new(server, "kdi", authorities(here().releases.link))
        os.environ["KDI_POSTGRES_DSN"] = database.loader
        get_settings.cache_clear()
        try:
            published = here().publication.publish()
        except PostgresProblem as problem:
            raise SystemExit(f"FEJL {problem}") from None
        print(
            f"PostgreSQL viste {published.publicering_id} ({danish.number(published.tables)} tabeller)."
            " kpi.kald_pr_indbygger:"
        )
        for user, role in LOGINS.items():
            address = database.login(user, role)
            ((number, municipalities, calls),) = rows(address, SEEN)
            print(
                f"  {user:<12} ser {danish.number(number)} rækker af {municipalities}"
                f" {'kommune' if municipalities == 1 else 'kommuner'}, {danish.number(calls)} kald"
            )
            if stay:
                print(f"  {'':<12} {address}")
        if stay:
            print("Log ind med psql eller Power BI (skema marts og kpi). Slut med Ctrl-C.", flush=True)
            with suppress(KeyboardInterrupt):
                signal.pause()


if __name__ == "__main__":
    main()
