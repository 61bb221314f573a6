"""An agreement is over when it is over, whatever transaction a reader has open."""

import time
from collections.abc import Iterator
from datetime import date, timedelta

import psycopg
import pytest
from samples.deliveries import cvr_of

from demo.postgres.database import Database, rows
from kdi.publish.agreements import Agreement
from kdi.publish.postgres import switch
from kdi.publish.postgres.connection import as_owner

from .conftest import FRIEND, VICTIM, Readers

OTHERS = f"select count(*) from kpi.kald_pr_indbygger where cvr = '{cvr_of(VICTIM)}'"
LEVELS = ["read committed", "repeatable read", "serializable"]


@pytest.fixture
def copy(published: Readers) -> Iterator[Database]:
    """A database of its own, with no agreement yet."""
    database = Database(published.database.server, "midnat", published.database._secrets)
    rows(published.database.server.dsn(), f"create database midnat template {published.database.name}")
    database.admin(
        "grant connect on database midnat to kdi_laeser, kdi_indlaeser; grant create on database midnat to kdi_ejer;"
        " delete from kdi_adgang.aftale"
    )
    yield database
    rows(published.database.server.dsn(), "drop database midnat with (force)")


def agree(database: Database, *agreements: Agreement) -> None:
    with as_owner(database.loader) as connection:
        switch.put_agreements_in_force(connection, agreements)


def shared(until: date | None = None) -> Agreement:
    return Agreement(cvr_of(VICTIM), cvr_of(FRIEND), None, until)


@pytest.mark.parametrize("level", LEVELS)
def test_an_agreement_ends_at_midnight_in_a_transaction_from_the_day_before(level: str, copy: Database) -> None:
    agree(copy, shared(until=date(2030, 5, 31)))
    # the server's clock is not ours to set: the function is told that it is two seconds to midnight
    (definition,) = copy.admin("select pg_get_functiondef('kdi_adgang.synlige_cvr'::regproc)")[0]
    until_midnight = "timestamp '2030-06-01' - interval '2 seconds' + (clock_timestamp() - timestamptz {})"
    (now,) = copy.admin("select quote_literal(clock_timestamp())")[0]
    assert "(clock_timestamp() at time zone 'Europe/Copenhagen'" in definition
    copy.admin(
        definition.replace("(clock_timestamp() at time zone 'Europe/Copenhagen')", f"({until_midnight.format(now)})")
    )
    with psycopg.connect(copy.dsn("vera"), autocommit=True) as reader:
        reader.execute(f"begin isolation level {level}")  # type: ignore[call-overload]
        assert reader.execute(OTHERS).fetchone() != (0,)
        time.sleep(2.1)
        assert reader.execute(OTHERS).fetchone() == (0,)


@pytest.mark.parametrize("level", LEVELS)
def test_a_withdrawn_agreement_is_over_in_a_transaction_that_saw_it(level: str, copy: Database) -> None:
    agree(copy, shared())
    with psycopg.connect(copy.dsn("vera"), autocommit=True) as reader:
        reader.execute(f"begin isolation level {level}")  # type: ignore[call-overload]
        assert reader.execute(OTHERS).fetchone() != (0,)
        agree(copy)
        assert reader.execute(OTHERS).fetchone() == (0,)


def test_a_prepared_question_does_not_outlive_an_agreement_or_a_membership(copy: Database) -> None:
    agree(copy, shared())
    with psycopg.connect(copy.dsn("vera"), autocommit=True) as reader:
        reader.execute("set plan_cache_mode = force_generic_plan")
        reader.execute(f"prepare p as {OTHERS}")  # type: ignore[call-overload]
        assert reader.execute("execute p").fetchone() != (0,)
        agree(copy)
        assert reader.execute("execute p").fetchone() == (0,)


def test_what_is_planned_as_kombit_shows_a_municipality_its_own(copy: Database) -> None:
    own = f"kdi_laeser_{cvr_of(FRIEND)}"
    with psycopg.connect(copy.server.dsn("kurt", copy.name, "hemmelig-kurt"), autocommit=True) as reader:
        copy.admin(f"grant {own} to kurt")
        try:
            reader.execute("set plan_cache_mode = force_generic_plan")
            reader.execute("prepare p as select count(distinct cvr) from kpi.kald_pr_indbygger")
            assert reader.execute("execute p").fetchone() == (98,)
            reader.execute(f"set role {own}")  # type: ignore[call-overload]
            assert reader.execute("execute p").fetchone() == (1,)
            reader.execute("reset role")
            copy.admin("revoke kdi_kombit from kurt")
            assert reader.execute("execute p").fetchone() in [(0,), (1,)]
        finally:
            copy.admin(f"grant kdi_kombit to kurt; revoke {own} from kurt")


def test_replacing_agreements_by_the_same_disturbs_nobody(copy: Database) -> None:
    agree(copy, shared())
    with psycopg.connect(copy.dsn("vera"), autocommit=True) as reader:
        reader.execute("begin")
        before = reader.execute(OTHERS).fetchone()
        agree(copy, shared())
        assert reader.execute(OTHERS).fetchone() == before != (0,)


def test_a_replacement_killed_before_it_was_told_is_told_by_the_next(copy: Database) -> None:
    """Killed between the replacement and the word to open transactions: the next one finds nothing to replace."""
    agree(copy, shared())
    with psycopg.connect(copy.dsn("vera"), autocommit=True) as reader:
        reader.execute("begin isolation level repeatable read")
        assert reader.execute(OTHERS).fetchone() != (0,)
        copy.admin(
            "begin; delete from kdi_adgang.aftale;"
            " update kdi_adgang.aftaler_skrevet set tid = clock_timestamp(); commit"
        )
        agree(copy)
        assert reader.execute(OTHERS).fetchone() == (0,)


def test_sessions_forgotten_for_too_long_are_ended_by_the_publisher(copy: Database) -> None:
    """A reader may switch the server's own time limits off; what ends them then is asked of the limits themselves."""
    (text,) = copy.admin("select pg_get_functiondef('kdi_drift.luk_gamle_forbindelser'::regproc)")[0]
    copy.admin(text.replace("'00:30:00'", "'1 second'").replace("'30 minutes'", "'1 second'"))
    with psycopg.connect(copy.dsn("vera"), autocommit=True) as reader:
        reader.execute("set idle_in_transaction_session_timeout = 0")
        reader.execute("begin")
        reader.execute(OTHERS)  # type: ignore[call-overload]
        time.sleep(1.1)
        with as_owner(copy.loader) as connection:
            switch.end_old_sessions(connection)
        with pytest.raises(psycopg.OperationalError):
            reader.execute("select 1")


def test_times_are_limited_for_readers(published: Readers) -> None:
    limits = {
        name: rows(published.uden_aftale, f"show {name}")[0][0]
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout")
    }
    assert limits == {
        "statement_timeout": "15min",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "1min",
        "idle_session_timeout": "1h",
    }


def test_a_role_named_by_quotes_is_a_name_like_another(published: Readers) -> None:
    database = published.database
    database.admin(
        """create role "kdi_laeser_'); --""" + f"""{cvr_of(VICTIM)}" login password 'x' in role kdi_laeser"""
    )
    name = f"kdi_laeser_'); --{cvr_of(VICTIM)}"
    try:
        with psycopg.connect(
            database.server.dsn(dbname=database.name), user=name, password="x", autocommit=True
        ) as connection:
            assert connection.execute("select count(*) from kpi.kald_pr_indbygger").fetchone() == (0,)
            assert connection.execute("select count(*) from kpi.timeprofil").fetchone() == (0,)
            connection.execute('set role "' + name + '"')  # type: ignore[call-overload]
            assert connection.execute("select count(*) from kpi.kald_pr_indbygger").fetchone() == (0,)
    finally:
        database.admin(f'drop role "{name}"')


def test_tomorrows_agreement_is_not_yet_one(copy: Database) -> None:
    tomorrow = date.today() + timedelta(days=2)
    agree(copy, Agreement(cvr_of(VICTIM), cvr_of(FRIEND), tomorrow, None))
    assert rows(copy.dsn("vera"), OTHERS) == [(0,)]
