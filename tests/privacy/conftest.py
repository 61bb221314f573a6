"""The demo's release in a real PostgreSQL, with a login for each kind of reader."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pipeline.deliveries import cvr_of, kommuner
from pipeline.installation import Installation
from postgres_database import Database
from postgres_server import PostgresServer, postgres_server

VICTIM, ATTACKER, FORMER_FRIEND, FRIEND = "Aalborg", "Fredericia", "Glostrup", "Odense"
GHOST_CVR, GHOST_NAME = "99999999", "Ingensteds"

AGREEMENTS = f"""
    insert into kdi_adgang.aftale
    select '{cvr_of(VICTIM)}', cvr, current_date + fra, current_date + til
    from (values
        ('{cvr_of(FORMER_FRIEND)}', -30, -1),
        ('{cvr_of(FORMER_FRIEND)}', 1, null),
        ('{cvr_of(FRIEND)}', -30, 0)
    ) as aftale (cvr, fra, til)
"""


@dataclass(frozen=True)
class Readers:
    """A published database and its logins, by what they may see."""

    database: Database
    uden_aftale: str
    uden_kommune: str
    tidligere_aftale: str
    med_aftale: str
    kombit: str


# What EXPLAIN says and what ANALYZE keeps differ between versions.
@pytest.fixture(scope="session", params=[18, pytest.param(16, marks=pytest.mark.lang)])
def server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    """A server of its own, because roles are a server's and not a database's."""
    with postgres_server(request.param) as server:
        yield server


@pytest.fixture(scope="session")
def published(demo_installation: Installation, server: PostgresServer) -> Readers:
    """Beside the real municipalities stands one that exists in name and role, but of which there are no data."""
    authorities = {row["cvr"] for row in kommuner().values()} | {GHOST_CVR}
    database = Database.new(server, "privat", authorities)
    demo_installation.postgres_dsn = database.loader
    demo_installation.kdi("postgres", "publish")
    demo_installation.postgres_dsn = ""
    ((members,),) = database.admin("select navn from kdi_lager.del where tabel = 'marts.dim_myndighed'")
    database.admin(
        f"insert into kdi_lager.{members} (myndighed_id, cvr, navn, type)"
        f" values ({GHOST_CVR}, '{GHOST_CVR}', '{GHOST_NAME}', 'kommune')"
    )
    database.admin(AGREEMENTS)
    database.admin("analyze")  # as autovacuum does some time
    return Readers(
        database,
        uden_aftale=database.login("anna", f"kdi_laeser_{cvr_of(ATTACKER)}"),
        uden_kommune=database.login("nina", "kdi_laeser"),
        tidligere_aftale=database.login("tom", f"kdi_laeser_{cvr_of(FORMER_FRIEND)}"),
        med_aftale=database.login("vera", f"kdi_laeser_{cvr_of(FRIEND)}"),
        kombit=database.login("kurt", "kdi_kombit"),
    )
