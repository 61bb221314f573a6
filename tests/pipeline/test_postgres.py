"""Publication to PostgreSQL as its operator meets it: repeated, interrupted, rolled back, read meanwhile."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from samples import world
from samples.deliveries import calls_in_month, cvr_of, kommuner, month
from samples.installation import Installation
from samples.ways import Loaded

from demo.postgres.database import Database, rows
from demo.postgres.server import PostgresServer
from kdi.ingest.reference.intake import InvalidReference, take_in_reference
from kdi.installation import here
from kdi.publish.access import decisions
from kdi.publish.catalogue import descriptions
from kdi.settings import PROJECT_ROOT

APRIL_AGAIN = month("2022-04", calls_in_month("2022-04", "Fredericia", world.JOB_RENAMED, world.PERSON_V4, 411))
MONTHLY = ("marts.fct_kald_time", "marts.fct_kald_dag", "marts.fct_kald_maaned")


@pytest.fixture(scope="module")
def database(postgres: PostgresServer) -> Database:
    made = Database.new(postgres, "drift", {row["cvr"] for row in kommuner().values()})
    made.login("kombit_laeser", "kdi_kombit")
    made.login("fredericia", f"kdi_laeser_{cvr_of('Fredericia')}")
    return made


@pytest.fixture(scope="module")
def installation(at_once: Loaded, database: Database) -> Installation:
    """Loaded before PostgreSQL was set up, so that nothing is there yet."""
    return at_once.installation.copy("med-postgres")


def parts(database: Database, table: str | None = None) -> set[str]:
    """Names of the tables behind the views."""
    where = f"where tabel = '{table}'" if table else ""
    return {name for (name,) in database.admin(f"select navn from kdi_lager.del {where}")}


def in_force(database: Database) -> str:
    return str(rows(database.dsn("kombit_laeser"), "select publicering_id from marts.publicering")[0][0])


# The tests of this file tell one story, in this order.


def test_a_server_that_does_not_answer_fails_the_load_and_leaves_the_files(installation: Installation) -> None:
    installation.postgres_dsn = "host=127.0.0.1 port=1 user=kdi_indlaeser dbname=kdi password=hemmelig"
    current = installation.current
    result = installation.kdi("load", status=1)
    (line,) = result.stderr.splitlines()
    assert line.startswith("FEJL PostgreSQL: serveren svarer ikke: ")
    assert "hemmelig" not in line
    assert installation.current == current


def test_a_database_that_is_not_set_up_says_what_to_run(installation: Installation, postgres: PostgresServer) -> None:
    postgres.new_database("tom")
    installation.postgres_dsn = postgres.dsn(dbname="tom")
    result = installation.kdi("postgres", "publish", status=1)
    assert "kdi postgres roles" in result.stderr


def test_the_next_load_repairs_though_nothing_is_new(installation: Installation, database: Database) -> None:
    installation.postgres_dsn = database.loader
    installation.kdi("load")
    assert in_force(database) == installation.current.name


def test_every_table_holds_the_same_rows(installation: Installation, database: Database) -> None:
    with psycopg.connect(database.dsn("kombit_laeser")) as connection:
        for table in decisions().tabeller:
            here = connection.execute(f"select * from {table}").fetchall()  # type: ignore[call-overload]
            assert sorted(map(repr, here)) == sorted(map(repr, installation.query(f"from {table}"))), table


def test_a_table_says_what_it_is_for_and_who_sees_it(database: Database) -> None:
    for table, text in descriptions().items():
        ((comment,),) = database.admin(f"select obj_description('{table}'::regclass, 'pg_class')")
        assert comment.startswith(text.description), table
        assert "\nFormål: " in comment and "\nHjemmel: " in comment, table
        assert comment.endswith(decisions().of(table).grund), table
        commented = database.admin(
            f"select attname, col_description(attrelid, attnum) from pg_attribute"
            f" where attrelid = '{table}'::regclass and attnum > 0 order by attnum"
        )
        assert [name for name, _ in commented] == list(text.columns), table
        assert all(said and said.startswith(text.columns[name]) for name, said in commented), table


def test_a_column_with_its_own_purpose_says_so(database: Database) -> None:
    ((comment,),) = database.admin("select col_description('kpi.sapa'::regclass, 5)")
    assert "Formål: " in comment and "Navnet er en enheds, ikke en medarbejders" in comment


def test_a_second_publication_writes_nothing(installation: Installation, database: Database) -> None:
    before = parts(database)
    result = installation.kdi("postgres", "publish")
    assert "0 rækker skrevet" in result.output
    assert parts(database) == before


def test_a_reader_in_a_query_keeps_its_data_and_unchanged_months_are_not_written_again(
    installation: Installation, database: Database
) -> None:
    before = {table: parts(database, table) for table in MONTHLY}
    ask = "select antal_kald from marts.fct_kald_maaned order by 1"
    all_before = rows(database.dsn("kombit_laeser"), ask)
    installation.deliver(APRIL_AGAIN)
    with psycopg.connect(database.dsn("kombit_laeser")) as reader, reader.cursor("langsom") as cursor:
        reader.execute("set idle_in_transaction_session_timeout = 0")  # it reads on, however slow this machine is
        cursor.execute(ask)
        first = cursor.fetchmany(2)
        result = installation.load()
        assert result.failures == []
        assert first + cursor.fetchall() == all_before, "what the query began with"
        assert in_force(database) == installation.current.name, "others see the new release"
        left = database.admin("select count(*) from pg_namespace where nspname like 'marts_foer_%'")
        assert left == [(1,)], "the reader was not waited for"
    assert rows(database.dsn("kombit_laeser"), ask) != all_before
    unchanged = {name for name in before["marts.fct_kald_maaned"] if "_2022_04_" not in name}
    assert len(unchanged) == 5
    assert unchanged <= parts(database, "marts.fct_kald_maaned")
    for untouched in ("marts.fct_kald_time", "marts.fct_kald_dag"):
        assert parts(database, untouched) == before[untouched]
    installation.kdi("postgres", "publish")
    assert database.admin("select count(*) from pg_namespace where nspname ~ '_foer_'") == [(0,)]


def test_a_rollback_switches_postgresql_too(installation: Installation, database: Database) -> None:
    ask = "select sum(antal_kald) from marts.fct_kald_maaned where maaned = date '2022-04-01'"
    newer = rows(database.dsn("kombit_laeser"), ask)
    result = installation.kdi("publish", "--rollback")
    assert "PostgreSQL viser nu" in result.output
    assert in_force(database) == installation.current.name
    assert rows(database.dsn("kombit_laeser"), ask) != newer
    assert rows(database.dsn("kombit_laeser"), ask) == installation.query(ask)


@contextmanager
def publisher_stopped_at(database: Database, installation: Installation, table: str) -> Iterator[None]:
    """A publication that waits for a lock on ``table``, held for the purpose; it is killed in the end."""
    holder = psycopg.connect(database.server.dsn(dbname=database.name))
    holder.execute(f"lock table {table} in share mode")  # type: ignore[call-overload]
    process = subprocess.Popen(
        [sys.executable, "-m", "kdi.commands.cli", "postgres", "publish"],
        cwd=PROJECT_ROOT,
        env=os.environ | installation.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    waiting = (
        "select count(*) from pg_stat_activity where datname = current_database()"
        " and wait_event_type = 'Lock' and usename = 'kdi_indlaeser'"
    )
    try:
        deadline = time.monotonic() + 60
        while database.admin(waiting) == [(0,)]:
            assert process.poll() is None and time.monotonic() < deadline, "it never came to the lock"
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        holder.close()


@pytest.mark.parametrize("table", ["kdi_lager.del", "kdi_adgang.publicering"])
def test_a_killed_publication_leaves_the_old_and_the_next_repairs(
    table: str, installation: Installation, database: Database
) -> None:
    """Killed while a table is written, and just before the switch."""
    before = in_force(database)
    installation.kdi("postgres", "publish")  # a second time, after which the other release's tables are gone
    (wanted,) = set(installation.releases[-2:]) - {before}
    current = installation.home / "published" / "current"
    current.unlink()
    current.symlink_to(f"releases/{wanted}")
    with publisher_stopped_at(database, installation, table):
        assert in_force(database) == before
        assert rows(database.dsn("fredericia"), "select count(*) > 0 from kpi.kald_pr_indbygger") == [(True,)]
    installation.kdi("postgres", "publish")
    assert in_force(database) == wanted
    assert database.admin("select count(*) from pg_namespace where nspname like '%_ny'") == [(0,)]


def test_an_agreement_takes_effect_without_a_new_release(installation: Installation, database: Database) -> None:
    ask = "select distinct kommune from kpi.kald_pr_indbygger order by 1"
    assert rows(database.dsn("fredericia"), ask) == [("Fredericia",)]
    shared = {"cvr": cvr_of("Aalborg"), "deler_med_cvr": cvr_of("Fredericia"), "fra": "", "til": "2999-12-31"}
    installation.replace_reference("aftaler", [shared])
    with installation.in_force():
        take_in_reference(here().reception)
    release = in_force(database)
    installation.kdi("postgres", "publish")
    assert rows(database.dsn("fredericia"), ask) == [("Aalborg",), ("Fredericia",)]
    assert in_force(database) == release


def test_an_agreement_that_cannot_be_understood_changes_nothing(installation: Installation, database: Database) -> None:
    bad = {"cvr": cvr_of("Aalborg"), "deler_med_cvr": "alle", "fra": "", "til": "31-12-2022"}
    path = installation.replace_reference("aftaler", [bad])
    with (
        installation.in_force(),
        pytest.raises(InvalidReference, match="kolonne til"),
    ):
        take_in_reference(here().reception)
    path.unlink()
    installation.tamper_reference("aftaler", [bad])  # such as an older platform took in
    result = installation.kdi("postgres", "publish", status=1)
    assert "aftaler.csv, række 1: til skal være en dato" in result.stderr
    agreed = "select count(*) from kdi_adgang.aftale where deler_med_cvr <> 'alle'"
    assert database.admin(agreed) == [(1,)]


AALBORG, FREDERICIA = cvr_of("Aalborg"), cvr_of("Fredericia")
BAD_AGREEMENTS = {
    "a date in Danish": ([(AALBORG, "alle", "", "31-12-2022")], "række 1: til skal være en dato"),
    "over before it begins": (
        [(AALBORG, FREDERICIA, "2022-05-01", "2022-04-30")],
        "række 1: aftalen slutter 2022-04-30,",
    ),
    "with itself": ([(AALBORG, AALBORG, "", "")], "række 1: en myndighed deler ikke med sig selv"),
    "two for the same days": (
        [(AALBORG, FREDERICIA, "2022-01-01", "2022-12-31"), (AALBORG, FREDERICIA, "2022-06-01", "")],
        "række 1: perioden overlapper række 2",
    ),
    "nobody's CVR number": ([(AALBORG, "12345678", "", "")], "ingen kommune eller myndighed har CVR-nummeret 12345678"),
    "digits of another script": (
        [(AALBORG, "٢٩١٨٩٤٢٠", "", "")],
        "række 1: deler_med_cvr skal være et CVR-nummer på 8",
    ),
    "everybody's": ([("alle", AALBORG, "", "")], "række 1: cvr skal være et CVR-nummer på 8 cifre"),
    "SQL": ([(AALBORG, "'); drop table kdi_adgang.aftale; --", "", "")], "række 1: deler_med_cvr skal være"),
}


@pytest.mark.parametrize("name", BAD_AGREEMENTS)
def test_an_agreement_that_contradicts_itself_changes_nothing(
    name: str, installation: Installation, database: Database
) -> None:
    bad, said = BAD_AGREEMENTS[name]
    columns = ("cvr", "deler_med_cvr", "fra", "til")
    installation.tamper_reference("aftaler", [dict(zip(columns, row, strict=True)) for row in bad])
    result = installation.kdi("postgres", "publish", status=1)
    assert "reference/aftaler.csv, " in result.stderr
    assert said in result.stderr
    agreed = "select count(*) from kdi_adgang.aftale where deler_med_cvr <> 'alle'"
    assert database.admin(agreed) == [(1,)]
