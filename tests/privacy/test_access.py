"""As each role, over a real connection: everybody sees what they may, and no trick shows more."""

import re
from collections.abc import Callable

import psycopg
import pytest
from pipeline.deliveries import cvr_of
from pipeline.installation import Installation
from postgres_database import Database, rows

from orchestration.publish.access import decisions

from . import page
from .attacks import ATTACKS, Attack, Seen, attempt
from .conftest import AGREEMENTS, ATTACKER, FRIEND, GHOST_CVR, GHOST_NAME, VICTIM, Readers

PROTECTED = {table: d for table, d in decisions().tabeller.items() if d.adgang == "egne"}
SAID = {
    "tomt": "ingen rækker",
    "afvist": "afvist",
    "ens": "samme svar som om en kommune uden data",
}
ROLES = {
    "uden_aftale": ("Kommune uden aftale", ATTACKER),
    "uden_kommune": ("Login uden kommune", ATTACKER),
    "tidligere_aftale": ("Kommune, hvis aftale udløb i går", "Glostrup"),
}
# What is tried against a municipality that stands in the demo, and what against one without data.
TARGETS = {VICTIM: cvr_of(VICTIM), GHOST_NAME: GHOST_CVR}
FRESH_SCHEMA = "drop schema if exists angreb cascade; create schema angreb; grant all on schema angreb to public"


def against(database: Database, dsn: str, attack: Attack, target: str, own: str) -> Seen:
    """One attempt, in a database where somebody by mistake let readers create things in a schema."""
    if any("angreb." in statement for statement in attack.statements):
        database.admin(FRESH_SCHEMA)
    cvr = TARGETS[target]
    return attempt(dsn, attack, {"cvr": cvr, "id": cvr, "navn": target, "egen": cvr_of(own)})


def without_name(seen: Seen, target: str) -> str:
    return repr(seen).replace(TARGETS[target], "CVR").replace(target, "NAVN")


def told_apart(database: Database, dsn: str, attack: Attack, own: str) -> bool:
    """Whether the attacker gets another answer of the victim than of a municipality without data."""
    answers = {without_name(against(database, dsn, attack, target, own), target) for target in TARGETS}
    return len(answers) > 1


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.what)
def test_nothing_is_seen(attack: Attack, role: str, published: Readers) -> None:
    dsn, own = getattr(published, role), ROLES[role][1]
    seen = against(published.database, dsn, attack, VICTIM, own)
    assert seen.outcome == attack.outcome, seen
    assert not told_apart(published.database, dsn, attack, own)


@pytest.mark.parametrize("attack", [a for a in ATTACKS if a.outcome == "afvist"], ids=lambda attack: attack.what)
def test_kombit_reads_all_but_becomes_nobody_else_and_changes_nothing(attack: Attack, published: Readers) -> None:
    if "kdi_kombit" in " ".join(attack.statements):
        pytest.skip("it is KOMBIT already")
    assert against(published.database, published.kombit, attack, VICTIM, ATTACKER).error


def test_the_page_lists_what_was_tried() -> None:
    """The outcomes are those that test_nothing_is_seen has just asserted for every role."""
    lines = [[str(n), a.what, SAID[a.outcome]] for n, a in enumerate(ATTACKS, start=1)]
    roles = ", ".join(name.lower() for name, _ in ROLES.values())
    head = f"{len(ATTACKS)} forsøg, hvert gjort som {len(ROLES)} slags læsere ({roles}):\n\n"
    page.assert_says("adgang: resultater", head + page.table(["Nr.", "Forsøg", "Udfald for alle tre"], lines))


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


def test_every_table_forces_row_level_security(published: Readers) -> None:
    found = published.database.admin(
        "select count(*), bool_and(relrowsecurity and relforcerowsecurity),"
        " bool_and((select count(*) from pg_policy where polrelid = pg_class.oid) = 1)"
        " from pg_class join kdi_lager.del on relname = navn where relnamespace = 'kdi_lager'::regnamespace"
    )
    ((parts,),) = published.database.admin("select count(*) from kdi_lager.del")
    assert found == [(parts, True, True)]


def test_the_log_tells_who_read_what(published: Readers) -> None:
    rows(published.uden_aftale, "select count(*) from kpi.sapa -- spor 4711")
    (line,) = [line for line in published.database.server.log.splitlines() if "spor 4711" in line]
    assert re.search(r"user=anna db=privat host=127\.0\.0\.1 .*statement: select count\(\*\) from kpi\.sapa", line)


# --- the attacks can succeed: each guard taken away is noticed ---

WEAKENINGS: dict[str, tuple[str, Callable[[Attack], bool]]] = {
    "uden FORCE": (
        "alter table kdi_lager.{kald_pr_indbygger} no force row level security",
        lambda a: a.what.startswith("Slå en navngiven"),
    ),
    "med statistik på cvr": (
        "alter table kdi_lager.{potentiale} alter cvr set statistics 1000; analyze kdi_lager.{potentiale}",
        lambda a: a.what.startswith("EXPLAIN: skøn over"),
    ),
    "med almindeligt indeks på cvr": (
        "create index on kdi_lager.{tilslutning_kommune} (cvr); drop index kdi_lager.{tilslutning_kommune}_i",
        lambda a: "indekset brugt" in a.what,
    ),
}


@pytest.mark.parametrize("name", WEAKENINGS)
def test_a_guard_taken_away_is_noticed(name: str, published: Readers) -> None:
    weaken, is_aimed_at_it = WEAKENINGS[name]
    copy = f"svag_{list(WEAKENINGS).index(name)}"
    rows(published.database.server.dsn(), f"create database {copy} template {published.database.name}")
    weak = Database(published.database.server, copy, published.database._secrets)
    tables = dict(weak.admin("select split_part(tabel, '.', 2), navn from kdi_lager.del"))
    weak.admin("grant connect on database " + copy + " to public; " + weaken.format(**tables))
    (attack,) = [a for a in ATTACKS if is_aimed_at_it(a)]
    assert told_apart(weak, weak.dsn("anna"), attack, ATTACKER)


def test_the_page_says_who_sees_each_table() -> None:
    who = {"alle": "alle", "egne": "egne og aftalte", "kombit": "kun KOMBIT"}
    lines = [
        [f"`{table}`", who[d.adgang] + (f"; {', '.join(d.anonym)} kun når anonym" if d.anonym else ""), d.grund]
        for table, d in sorted(decisions().tabeller.items())
    ]
    page.assert_says("adgang: tabeller", page.table(["Tabel", "Rækker, andre end KOMBIT ser", "Hvorfor"], lines))
