"""``make demo-postgres``: the release in force in a PostgreSQL of its own, until Ctrl-C.

It is for looking: the server keeps nothing, answers this machine only, and its passwords are no secret.
"""

import os
import signal
from contextlib import suppress

from postgres_database import Database
from postgres_server import postgres_server

from orchestration.publish.postgres.connection import PostgresProblem
from orchestration.publish.postgres.publication import publish
from orchestration.publish.postgres.roles import authorities
from orchestration.settings import get_settings

LOGINS = {"kombit": "kdi_kombit", "fredericia": "kdi_laeser_69116418", "aalborg": "kdi_laeser_29189420"}


def main() -> None:
    with postgres_server() as server:
        database = Database.new(server, "kdi", authorities(get_settings()))
        os.environ["KDI_POSTGRES_DSN"] = database.loader
        get_settings.cache_clear()
        try:
            published = publish(get_settings())
        except PostgresProblem as problem:
            raise SystemExit(f"FEJL {problem}") from None
        print(f"PostgreSQL viser {published.publicering_id}. Log ind med psql eller Power BI (skema marts og kpi):")
        for user, role in LOGINS.items():
            print(f"  {user:<12} {database.login(user, role)}")
        print("Prøv: select kommune, sum(kald) from kpi.kald_pr_indbygger group by 1. Slut med Ctrl-C.", flush=True)
        with suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    main()
