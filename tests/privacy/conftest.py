"""The demo's release in a real PostgreSQL, with a login for each kind of reader."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from samples.deliveries import cvr_of, kommuner
from samples.installation import Installation

from demo.postgres.database import Database
from demo.postgres.server import PostgresServer, postgres_server

from . import twins

VICTIM, ATTACKER, FORMER_FRIEND, FRIEND = "Aalborg", "Fredericia", "Glostrup", "Odense"
# Who sees another municipality's rows by agreement, and whose; the victim is neither.
PARTNER, SHARER = "Esbjerg", "Kolding"
GHOST_CVR, GHOST_NAME = "99999999", "Ingensteds"

AGREEMENTS = f"""
    insert into kdi_adgang.aftale
    select '{cvr_of(VICTIM)}', cvr, current_date + fra, current_date + til
    from (values
        ('{cvr_of(FORMER_FRIEND)}', -30, -1),
        ('{cvr_of(FORMER_FRIEND)}', 1, null),
        ('{cvr_of(FRIEND)}', -30, 0)
    ) as aftale (cvr, fra, til);
    insert into kdi_adgang.aftale values ('{cvr_of(SHARER)}', '{cvr_of(PARTNER)}', null, null)
"""


@dataclass(frozen=True)
class Readers:
    """A published database and its logins, by what they may see."""

    database: Database
    uden_rettigheder: str
    uden_kommune: str
    uden_aftale: str
    tidligere_aftale: str
    med_aftale: str
    med_anden_aftale: str
    kombit: str


# What EXPLAIN says and what ANALYZE keeps differ between versions.
WITHOUT_17 = pytest.mark.skipif(not os.environ.get("KDI_POSTGRES_17"), reason="KDI_POSTGRES_17: no programs of it here")


@pytest.fixture(
    scope="session",
    params=[18, pytest.param(17, marks=[pytest.mark.long, WITHOUT_17]), pytest.param(16, marks=pytest.mark.long)],
)
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
        uden_rettigheder=database.login("ingrid"),
        uden_aftale=database.login("anna", f"kdi_laeser_{cvr_of(ATTACKER)}"),
        uden_kommune=database.login("nina", "kdi_laeser"),
        tidligere_aftale=database.login("tom", f"kdi_laeser_{cvr_of(FORMER_FRIEND)}"),
        med_aftale=database.login("vera", f"kdi_laeser_{cvr_of(FRIEND)}"),
        med_anden_aftale=database.login("pia", f"kdi_laeser_{cvr_of(PARTNER)}"),
        kombit=database.login("kurt", "kdi_kombit"),
    )


@pytest.fixture(scope="session")
def version(published: Readers) -> int:
    """PostgreSQL's, as 18."""
    ((number,),) = published.database.admin("select current_setting('server_version_num')::int / 10000")
    return int(number)


@pytest.fixture(scope="session")
def twin(published: Readers) -> Database:
    """The same database, in which the victim's rows are others."""
    return twins.make(published.database, "tvilling", cvr_of(VICTIM))
