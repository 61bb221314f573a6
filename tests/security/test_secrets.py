"""A canary in every secret setting: after loads that pass and that fail it is found nowhere.

A new secret setting is in the test by being of the type ``SecretStr``.
"""

import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from operations.servers import MailServer, mail_server
from pydantic import SecretStr
from samples.deliveries import System, call, day
from samples.installation import Installation

from demo.postgres.server import PostgresServer, postgres_server
from kdi.settings import PROJECT_ROOT, Settings

CANARY = f"kanariefugl{secrets.token_hex(8)}"
SECRET_SETTINGS = sorted(name for name, field in Settings.model_fields.items() if field.annotation is SecretStr)


@dataclass(frozen=True)
class Canary:
    """An installation whose every secret is the canary, and what its commands printed."""

    installation: Installation
    environment: dict[str, str]
    printed: dict[str, str]


def values(server: PostgresServer, mail: MailServer) -> dict[str, str]:
    """Each secret setting with the canary where its secret stands; an address must also work."""
    chosen = dict.fromkeys(SECRET_SETTINGS, CANARY)
    chosen["dagster_postgres_dsn"] = f"postgresql://postgres:{CANARY}@127.0.0.1:{server.port}/dagster_kanarie"
    chosen["alert_urls"] = f"{mail.url}&pass={CANARY} json://vagt:{CANARY}@127.0.0.1:9/"
    chosen["kitos_url"] = "http://127.0.0.1:9"  # nobody is there
    if "postgres_dsn" in chosen:  # nothing is published there in this test
        chosen["postgres_dsn"] = ""
    return {f"KDI_{name.upper()}": value for name, value in chosen.items()}


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Canary]:
    folder = tmp_path_factory.mktemp("kanarie")
    installation = Installation(folder, folder / "dagster")
    with postgres_server() as server, mail_server() as mail:
        server.new_database("dagster_kanarie")
        import psycopg

        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute(f"alter role postgres password '{CANARY}'")  # type: ignore[call-overload]
        environment = installation.environment | values(server, mail)
        printed: dict[str, str] = {}

        def kdi(*arguments: str) -> None:
            done = subprocess.run(
                [sys.executable, "-m", "kdi.commands.cli", *arguments],
                cwd=PROJECT_ROOT, env={**_plain_environment(), **environment}, capture_output=True, text=True,
                check=False,
            )  # fmt: skip
            printed[" ".join(arguments)] = done.stdout + done.stderr

        system = System("Jobcentersystemet")
        installation.deliver(day("2022-01-10", call("2022-01-10T08:00:00+01:00", "Fredericia", system, 7)))
        installation.deliver(
            day("2022-01-11", {**call("2022-01-11T08:00:00+01:00", "Fredericia", system, 7), "antal_kald": "-3"})
        )
        kdi("load", "--verbose")
        kdi("kitos")
        kdi("alert")
        environment["KDI_KEEP_RELEASES"] = "mange"
        kdi("status")
        yield Canary(installation, environment, printed)


def _plain_environment() -> dict[str, str]:
    import os

    return {name: value for name, value in os.environ.items() if not name.startswith("KDI_")}


def test_there_are_secrets_to_look_for() -> None:
    assert {"kitos_password", "inbox_password", "alert_urls", "dagster_postgres_dsn"} <= set(SECRET_SETTINGS)


@pytest.mark.long
def test_the_runs_passed_and_failed_as_they_should(canary: Canary) -> None:
    assert "1 af 2 nye leverancer indlæst" in canary.printed["load --verbose"]
    assert "FEJL stoettesystemerne/stoettesystemerne_2022-01-11.csv" in canary.printed["load --verbose"]
    assert "FEJL" in canary.printed["kitos"]
    assert "sendt: adresse 1 (mailto)" in canary.printed["alert"]
    assert "ikke sendt: adresse 2 (json)" in canary.printed["alert"]
    assert "keep_releases" in canary.printed["status"], "a wrong setting is named"


@pytest.mark.long
def test_nothing_that_is_printed_shows_a_secret(canary: Canary) -> None:
    for command, text in canary.printed.items():
        assert CANARY not in text, command


@pytest.mark.long
def test_no_file_holds_a_secret(canary: Canary) -> None:
    """Logs, run configuration, event storage, Data Docs, manifests, dbt's own files: everything under the home."""
    files = [path for path in canary.installation.folder.rglob("*") if path.is_file() and not path.is_symlink()]
    assert len(files) > 100
    assert {"data_docs", "log", "dbt", "quarantine"} <= {p.name for p in canary.installation.home.iterdir()}
    for path in files:
        assert CANARY.encode() not in path.read_bytes(), path


@pytest.mark.long
def test_dagsters_storage_holds_no_secret(canary: Canary) -> None:
    """Runs, their configuration and every event, in the database that they were written to."""
    import psycopg

    address = canary.environment["KDI_DAGSTER_POSTGRES_DSN"]
    with psycopg.connect(address) as connection:
        tables = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'public'"
        ).fetchall()
        assert ("event_logs",) in tables
        for (table,) in tables:
            rows = connection.execute(f'select t::text from "{table}" t').fetchall()  # type: ignore[call-overload]
            assert not [row for (row,) in rows if CANARY in row], table
        assert connection.execute("select count(*) > 50 from event_logs").fetchall() == [(True,)]


def test_secrets_are_not_shown_by_the_settings_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRET_SETTINGS:
        monkeypatch.setenv(f"KDI_{name.upper()}", CANARY)
    settings = Settings()
    assert set(settings.secret_values()) == {CANARY}
    assert CANARY not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_sqlite_is_searched_as_well_as_files(tmp_path: Path) -> None:
    """The search of files finds a text in SQLite: it is stored as it is."""
    with sqlite3.connect(tmp_path / "a.sqlite") as connection:
        connection.execute("create table t (c text)")
        connection.execute("insert into t values (?)", (CANARY,))
    assert CANARY.encode() in (tmp_path / "a.sqlite").read_bytes()
