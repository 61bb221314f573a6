"""Connections to PostgreSQL: encrypted unless the server is on this machine, and never shown with a password."""

import ipaddress
import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import conninfo

from kdi.publish.postgres.roles import OPEN

OWNER = "kdi_ejer"
_ENCRYPTED = {"require", "verify-ca", "verify-full"}
# The publisher is not bound by the times that roles.sql sets for readers.
PATIENT = "set statement_timeout = 0; set lock_timeout = 0; set idle_in_transaction_session_timeout = 0"
_SECONDS_TO_CONNECT = 10


class PostgresProblem(Exception):
    """PostgreSQL could not be published to; the message says why and what to do, without secrets."""

    PREFIX = "PostgreSQL: "

    def __init__(self, message: str) -> None:
        super().__init__(self.PREFIX + message)


def checked(dsn: str) -> str:
    """The address as libpq's key-value text, after a look at its encryption.

    Raises:
        PostgresProblem: it cannot be read, or would send data unencrypted to another machine.
    """
    try:
        parts = conninfo.conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        raise PostgresProblem(
            "KDI_POSTGRES_DSN kan ikke læses. Skriv den som postgresql://bruger@vært:5432/database?sslmode=verify-full."
        ) from None
    mode = str(parts.get("sslmode") or os.environ.get("PGSSLMODE") or "prefer")
    if mode not in _ENCRYPTED and not all(map(_is_local, _hosts(parts))):
        raise PostgresProblem(
            f"KDI_POSTGRES_DSN peger på en anden maskine med sslmode={mode}, så data kunne blive sendt ukrypteret."
            " Sæt sslmode=verify-full og sslrootcert."
        )
    parts.setdefault("connect_timeout", _SECONDS_TO_CONNECT)
    parts.setdefault("application_name", "kdi-indsigt")
    return conninfo.make_conninfo("", **parts)


def _hosts(parts: conninfo.ConnDict) -> list[str]:
    addresses = parts.get("hostaddr") or parts.get("host") or os.environ.get("PGHOSTADDR") or os.environ.get("PGHOST")
    return str(addresses or "").split(",")


def _is_local(host: str) -> bool:
    if host in ("", "localhost") or host.startswith(("/", "@")):  # a socket
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def as_owner(dsn: str) -> Iterator[psycopg.Connection]:
    """A connection that acts as the owner of all published objects, one transaction per statement.

    Raises:
        PostgresProblem: the server does not answer, refuses the login, has not been set up, or tells readers too much.
    """
    if not dsn:
        raise PostgresProblem("KDI_POSTGRES_DSN er ikke sat.")
    address = checked(dsn)
    try:
        connection = psycopg.connect(address, autocommit=True)
    except psycopg.OperationalError as error:
        raise PostgresProblem(f"serveren svarer ikke: {_first_line(error)}") from None
    with connection:
        if not _acts_as_owner(connection):
            raise PostgresProblem(
                "databasen er ikke gjort klar, eller brugeren er ikke medlem af kdi_ejer."
                " Lad en administrator køre udskriften af kdi postgres roles."
            )
        connection.execute(PATIENT)
        _require_closed(connection)
        yield connection


def _require_closed(connection: psycopg.Connection) -> None:
    """Readers learn nothing of others' rows from what the server shows to all.

    Raises:
        PostgresProblem: they could; nothing is published.
    """
    (still_open,) = connection.execute(f"select count(*) from ({OPEN}) as aabne").fetchone() or (0,)  # type: ignore[call-overload]
    if still_open:
        raise PostgresProblem(
            f"{still_open} af serverens tællere og funktioner er åbne for alle logins, så andres rækker kan tælles."
            " Lad serverens superbruger køre udskriften af kdi postgres roles igen."
        )


def _acts_as_owner(connection: psycopg.Connection) -> bool:
    try:
        connection.execute(f"set role {OWNER}")  # type: ignore[call-overload]
    except psycopg.Error:
        return False
    allowed = connection.execute("select has_database_privilege(current_database(), 'create')").fetchone()
    return allowed == (True,)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)[:300]
