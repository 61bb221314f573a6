"""As each role, over a real connection: everybody sees what they may, and no trick shows more."""

import re
from collections.abc import Callable

import psycopg
import pytest
from samples.deliveries import cvr_of
from samples.installation import Installation

from demo.postgres.database import Database, rows
from kdi.publish.access import decisions
from kdi.publish.postgres.connection import PostgresProblem, as_owner

from . import page
from .attacks import Attack, Seen, attempt
from .attacks_on_execution import ON_EXECUTION
from .attacks_on_roles import ON_ROLES
from .attacks_on_rows import ON_ROWS
from .conftest import (
    AGREEMENTS,
    ATTACKER,
    FORMER_FRIEND,
    FRIEND,
    GHOST_CVR,
    GHOST_NAME,
    PARTNER,
    SHARER,
    VICTIM,
    Readers,
)

ATTACKS = ON_ROWS + ON_EXECUTION + ON_ROLES
PROTECTED = {table: d for table, d in decisions().tabeller.items() if d.adgang == "egne"}
SAID = {
    "tomt": "ingen rækker",
    "afvist": "afvist",
    "ens": "samme svar som om en kommune uden data",
}
# What kind of reader, its own municipality, and who shares with it.
ROLES = {
    "uden_kommune": ("Login uden kommune", ATTACKER, ATTACKER),
    "uden_aftale": ("Kommune uden aftale", ATTACKER, ATTACKER),
    "med_anden_aftale": ("Kommune med aftale om en andens rækker", PARTNER, SHARER),
    "tidligere_aftale": ("Kommune, hvis aftale udløb i går", FORMER_FRIEND, FORMER_FRIEND),
}
# What is tried against a municipality that stands in the demo, and what against one without data.
TARGETS = {VICTIM: cvr_of(VICTIM), GHOST_NAME: GHOST_CVR}
FRESH_SCHEMA = "drop schema if exists angreb cascade; create schema angreb; grant all on schema angreb to public"


def against(database: Database, dsn: str, attack: Attack, target: str, own: str, friend: str) -> Seen:
    """One attempt, in a database where somebody by mistake let readers create things in a schema."""
    if any("angreb." in statement for statement in attack.statements):
        database.admin(FRESH_SCHEMA)
    cvr = TARGETS[target]
    names = {"cvr": cvr, "id": cvr, "navn": target, "egen": cvr_of(own), "ven": cvr_of(friend)}
    return attempt(dsn, attack, names)


def without_name(seen: Seen, target: str, database: Database) -> str:
    """All that was seen, without the names by which the three are asked about."""
    return repr(seen).replace(TARGETS[target], "CVR").replace(target, "NAVN").replace(database.name, "DATABASE")


def told_apart(database: Database, dsn: str, attack: Attack, own: str, friend: str) -> bool:
    """Whether the attacker gets another answer of the victim than of a municipality without data."""
    answers = {
        without_name(against(database, dsn, attack, target, own, friend), target, database) for target in TARGETS
    }
    return len(answers) > 1


def each_as_one_role() -> list:
    """Every attempt as every role; a short run makes each of them as one role, the next as the next."""
    return [
        pytest.param(
            attack, role, id=f"{attack.what}-{role}", marks=[] if number % len(ROLES) == place else pytest.mark.long
        )
        for number, attack in enumerate(ATTACKS)
        for place, role in enumerate(ROLES)
    ]


@pytest.mark.parametrize(("attack", "role"), each_as_one_role())
def test_nothing_is_seen(attack: Attack, role: str, published: Readers, twin: Database) -> None:
    database, dsn, (_, own, friend) = published.database, getattr(published, role), ROLES[role]
    seen = against(database, dsn, attack, VICTIM, own, friend)
    assert seen.outcome == attack.outcome, seen
    of_ghost = against(database, dsn, attack, GHOST_NAME, own, friend)
    assert without_name(of_ghost, GHOST_NAME, database) == without_name(seen, VICTIM, database)
    dsn_of_twin = dsn.replace(f"dbname={database.name}", f"dbname={twin.name}")
    in_twin = against(twin, dsn_of_twin, attack, VICTIM, own, friend)
    assert without_name(in_twin, VICTIM, twin) == without_name(seen, VICTIM, database)


@pytest.mark.parametrize("dbname", ["privat", "postgres", "template1"])
def test_a_login_without_rights_comes_in_nowhere_on_the_server(dbname: str, published: Readers) -> None:
    dsn = published.uden_rettigheder.replace("dbname=privat", f"dbname={dbname}")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(dsn)


REFUSED = [a for a in ATTACKS if a.outcome == "afvist"]


@pytest.mark.parametrize(
    "attack",
    [pytest.param(a, id=a.what, marks=[] if n % 4 == 0 else pytest.mark.long) for n, a in enumerate(REFUSED)],
)
def test_kombit_reads_all_but_becomes_nobody_else_and_changes_nothing(attack: Attack, published: Readers) -> None:
    if "kdi_kombit" in " ".join(attack.statements):
        pytest.skip("it is KOMBIT already")
    assert against(published.database, published.kombit, attack, VICTIM, ATTACKER, ATTACKER).error


def test_the_page_lists_what_was_tried() -> None:
    """The outcomes are those that test_nothing_is_seen has just asserted for every role."""
    lines = [[str(n), a.what, SAID[a.outcome]] for n, a in enumerate(ATTACKS, start=1)]
    roles = ", ".join(name[0].lower() + name[1:] for name, *_ in ROLES.values())
    head = (
        f"{len(ATTACKS)} forsøg, hvert gjort som {len(ROLES)} slags læsere ({roles}). Et login uden rettigheder"
        " kommer ikke ind i nogen database på serveren. KOMBIT, der må læse alt, får de samme afslag.\n\n"
    )
    page.assert_says("adgang: resultater", head + page.table(["Nr.", "Forsøg", "Udfald for alle fire"], lines))


# --- everybody sees what they may ---


@pytest.mark.parametrize("table", PROTECTED)
def test_a_municipality_sees_all_of_its_own_rows_and_no_others(table: str, published: Readers) -> None:
    column = PROTECTED[table].myndighed
    own = cvr_of(ATTACKER)
    # 0 is the unknown member, which is nobody's
    wanted = f"select count(*) from {table} where {column}::text in ('{own}', '0')"
    assert rows(published.uden_aftale, f"select count(*) from {table}") == published.database.admin(wanted)
    owners = {str(o) for (o,) in rows(published.uden_aftale, f"select distinct {column} from {table}")}
    assert owners <= {own, "0"}


def test_kombit_sees_every_row_of_every_table(demo_installation: Installation, published: Readers) -> None:
    for table in decisions().tabeller:
        (here,) = rows(published.kombit, f"select count(*) from {table}")
        ghost = 1 if table == "marts.dim_myndighed" else 0
        assert demo_installation.query(f"select count(*) + {ghost} from {table}") == [here], table


def test_an_agreement_shows_the_others_rows_until_its_last_day(published: Readers) -> None:
    ask = "select distinct kommune from kpi.kald_pr_indbygger order by 1"
    assert rows(published.med_aftale, ask) == [(VICTIM,), (FRIEND,)]
    published.database.admin("update kdi_adgang.aftale set til = current_date - 1 where til = current_date")
    assert rows(published.med_aftale, ask) == [(FRIEND,)]
    published.database.admin("update kdi_adgang.aftale set deler_med_cvr = 'alle', til = null where til is not null")
    assert rows(published.uden_aftale, ask) == [(VICTIM,), (ATTACKER,)]
    assert rows(published.uden_kommune, ask) == []
    published.database.admin(f"delete from kdi_adgang.aftale; {AGREEMENTS}")
    assert rows(published.uden_aftale, ask) == [(ATTACKER,)]


def test_a_login_of_two_municipalities_sees_both_and_can_choose_one(published: Readers) -> None:
    both = published.database.login("begge", *(f"kdi_laeser_{cvr_of(name)}" for name in (ATTACKER, VICTIM)))
    ask = "select distinct kommune from kpi.kald_pr_indbygger order by 1"
    assert rows(both, ask) == [(VICTIM,), (ATTACKER,)]
    assert rows(both, f"set role kdi_laeser_{cvr_of(ATTACKER)}; {ask}") == [(ATTACKER,)]


def test_everybody_sees_the_anonymous_distribution(published: Readers) -> None:
    ask = "select gruppering, gruppe, kommuner, median from kpi.benchmark_fordeling where maal = 'kald_pr_indbygger'"
    seen = rows(published.uden_kommune, ask)
    assert {r[0] for r in seen} == {"alle", "xyz_klasse", "region", "landsdel"}
    assert min(r[2] for r in seen) >= 5
    assert seen == rows(published.kombit, ask)


def test_a_figure_of_few_municipalities_is_kombits_alone(published: Readers) -> None:
    ask = "select count(forventede_kald) filter (where not er_anonym) from kpi.udbredelse_huller"
    assert rows(published.kombit, ask)[0][0] > 0
    assert rows(published.uden_aftale, ask) == [(0,)]
    anonymous = "select count(*) from kpi.udbredelse_huller where er_anonym and forventede_kald is null and aktive >= 5"
    assert rows(published.uden_aftale, anonymous) == [(0,)]


def test_neither_the_loader_nor_the_owner_sees_rows_through_the_views(published: Readers) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        rows(published.database.loader, "select * from kpi.sapa")
    as_owner = "set role kdi_ejer; select count(*) from kpi.sapa"
    assert rows(published.database.loader, as_owner) == [(0,)]


def test_a_right_given_by_mistake_shows_nothing(published: Readers) -> None:
    """Every table has row-level security and no policy; only its owner reads it."""
    database = published.database
    ((parts,),) = database.admin("select count(*) from kdi_lager.del")
    assert database.admin(
        "select count(*) from pg_class join kdi_lager.del on relname = navn"
        " where relnamespace = 'kdi_lager'::regnamespace and relrowsecurity"
        " and not exists (select from pg_policy where polrelid = pg_class.oid)"
    ) == [(parts,)]
    ((name,),) = database.admin("select navn from kdi_lager.del where tabel = 'kpi.kle_sager'")
    database.admin(
        "grant usage on schema kdi_lager to kdi_laeser; grant select on all tables in schema kdi_lager to kdi_laeser"
    )
    try:
        for dsn in (published.uden_aftale, published.kombit):
            assert rows(dsn, f"select count(*) from kdi_lager.{name}") == [(0,)]
    finally:
        database.admin(
            "revoke usage on schema kdi_lager from kdi_laeser;"
            " revoke select on all tables in schema kdi_lager from kdi_laeser"
        )


def test_the_log_tells_who_read_what(published: Readers) -> None:
    rows(published.uden_aftale, "select count(*) from kpi.sapa -- spor 4711")
    (line,) = [line for line in published.database.server.log.splitlines() if "spor 4711" in line]
    assert re.search(r"user=anna db=privat host=127\.0\.0\.1 .*statement: select count\(\*\) from kpi\.sapa", line)


# --- the attacks can succeed: each guard taken away is noticed ---

WEAKENINGS: dict[str, tuple[str, Callable[[Attack], bool]]] = {
    "uden regelens betingelse": (
        "create or replace function kdi_lager.egne_{kald_pr_indbygger}() returns setof kdi_lager.{kald_pr_indbygger}"
        " language sql stable security definer as 'select * from kdi_lager.{kald_pr_indbygger}'",
        lambda a: a.what.startswith("Slå en navngiven"),
    ),
    "med row-level security i stedet for funktionen": (
        "create policy adgang on kdi_lager.{kald_pr_indbygger}"
        " using (cvr = any ((select kdi_adgang.synlige_cvr())::text[]));"
        "alter table kdi_lager.{kald_pr_indbygger} force row level security;"
        "create or replace view kpi.kald_pr_indbygger as select * from kdi_lager.{kald_pr_indbygger}",
        lambda a: "r-P1" in a.what,
    ),
}


@pytest.mark.parametrize("name", WEAKENINGS)
def test_a_guard_taken_away_is_noticed(name: str, published: Readers) -> None:
    weaken, is_aimed_at_it = WEAKENINGS[name]
    copy = f"svag_{list(WEAKENINGS).index(name)}"
    rows(published.database.server.dsn(), f"create database {copy} template {published.database.name}")
    weak = Database(published.database.server, copy, published.database._secrets)
    tables = dict(weak.admin("select split_part(tabel, '.', 2), navn from kdi_lager.del"))
    weak.admin("set role kdi_ejer; " + weaken.format(**tables))
    weak.admin(f"grant connect on database {copy} to public; grant usage on schema kdi_lager to kdi_laeser")
    weak.admin("grant select on all tables in schema kdi_lager to kdi_laeser")
    (attack,) = [a for a in ATTACKS if is_aimed_at_it(a)]
    assert told_apart(weak, weak.dsn("anna"), attack, ATTACKER, ATTACKER)


def test_the_counters_tell_when_they_are_open(published: Readers, twin: Database) -> None:
    """What the administrator's script closes does tell, and the publisher refuses while it is open."""
    ask = "select sum(n_live_tup) from pg_stat_all_tables where relname ~ '^kle_huller'"
    assert published.database.admin(ask) != twin.admin(ask)
    twin.admin("grant execute on function pg_stat_get_live_tuples(oid) to public")
    with pytest.raises(PostgresProblem, match="1 af serverens tællere og funktioner er åbne"), as_owner(twin.loader):
        pass
    twin.admin("revoke execute on function pg_stat_get_live_tuples(oid) from public")
    with as_owner(twin.loader):
        pass


def test_the_page_says_who_sees_each_table() -> None:
    who = {"alle": "alle", "egne": "egne og aftalte", "kombit": "kun KOMBIT"}
    lines = [
        [
            f"`{table}`",
            who[d.adgang] + (f"; {', '.join(d.anonym)} kun når anonym" if d.anonym else ""),
            "; ".join(f"{kind}: {', '.join(columns)}" for kind, columns in d.tal if columns) or "–",
            d.grund,
        ]
        for table, d in sorted(decisions().tabeller.items())
    ]
    page.assert_says(
        "adgang: tabeller",
        page.table(["Tabel", "Rækker, andre end KOMBIT ser", "Hvis data tallene er", "Hvorfor"], lines),
    )
