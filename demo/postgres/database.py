"""A database made ready as an administrator makes it: roles by the project's own script, and logins for people."""

from dataclasses import dataclass, field

import psycopg

from demo.postgres.server import PostgresServer
from kdi.publish.postgres.roles import script

LOADER = "kdi_indlaeser"


@dataclass
class Database:
    """One database of a server, and the logins made in it."""

    server: PostgresServer
    name: str
    _secrets: dict[str, str] = field(default_factory=dict)

    @classmethod
    def new(cls, server: PostgresServer, name: str, authorities: set[str]) -> "Database":
        """An empty database with roles, in which nothing is published yet."""
        server.new_database(name)
        database = cls(server, name)
        database.admin(script(authorities))
        database.admin(f"alter role {LOADER} password 'hemmelig-{name}'")
        database._secrets[LOADER] = f"hemmelig-{name}"
        return database

    @property
    def loader(self) -> str:
        """What stands in KDI_POSTGRES_DSN."""
        return self.dsn(LOADER)

    def login(self, user: str, *roles: str) -> str:
        """Make a login that is a member of ``roles``; returns its address."""
        self._secrets[user] = f"hemmelig-{user}"
        self.admin(f"create role {user} login password 'hemmelig-{user}'")
        for role in roles:
            self.admin(f"grant {role} to {user}")
        return self.dsn(user)

    def dsn(self, user: str) -> str:
        """A login's address of this database."""
        return self.server.dsn(user, self.name, self._secrets[user])

    def admin(self, sql: str) -> list[tuple]:
        """Run SQL as the superuser, for whom no policy holds."""
        return rows(self.server.dsn(dbname=self.name), sql)


def rows(dsn: str, sql: str) -> list[tuple]:
    """Run SQL over a connection of its own; returns the rows of its last statement."""
    with psycopg.connect(dsn, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(sql)  # type: ignore[call-overload]
        while cursor.nextset():
            pass
        return cursor.fetchall() if cursor.description else []
