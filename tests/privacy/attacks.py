"""Ways in which a reader may try to see more than its own rows, each as SQL that goes over a real connection.

``{cvr}``, ``{id}`` and ``{navn}`` are the victim's; ``{egen}`` is the attacker's. Every attack is made twice: against
a municipality with data and against one that does not exist. An attack has failed when the two cannot be told
apart, and when what came back is what the attack is listed with:

- ``tomt``: no rows, or only empty fields;
- ``afvist``: the server refuses, and the message says nothing of the data;
- ``ens``: something comes back (a plan, a notice), the same for both.
"""

from dataclasses import dataclass, field
from typing import Literal

import psycopg

Outcome = Literal["tomt", "afvist", "ens"]


@dataclass(frozen=True)
class Attack:
    """What is tried, in Danish for the page, and the statements. The last one is judged."""

    what: str
    outcome: Outcome
    statements: tuple[str, ...]


@dataclass
class Seen:
    """All that an attacker gets to see of one attempt."""

    rows: list[tuple[object, ...]] = field(default_factory=list)
    error: str | None = None
    message: str = ""
    notices: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        """What became of it, when nothing more is asked."""
        if self.error:
            return "afvist"
        return "ens" if any(value is not None for row in self.rows for value in row) or self.notices else "tomt"


def attempt(dsn: str, attack: Attack, names: dict[str, str]) -> Seen:
    """Make the attack on a connection of its own."""
    seen = Seen()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.add_notice_handler(lambda notice: seen.notices.append(notice.message_primary or ""))
        try:
            for number, statement in enumerate(attack.statements, start=1):
                text = statement
                for name, value in names.items():
                    text = text.replace("{" + name + "}", value)
                rows = _result(connection, text)
                if number == len(attack.statements):
                    seen.rows = rows
        except psycopg.Error as error:
            seen.error, seen.message = error.sqlstate, str(error)
    return seen


def _result(connection: psycopg.Connection, text: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        if text.lower().startswith("copy") and "stdout" in text.lower():
            with cursor.copy(text) as copy:  # type: ignore[call-overload]
                return [(bytes(data).decode(),) for data in copy]
        cursor.execute(text)  # type: ignore[call-overload]
        return cursor.fetchall() if cursor.description else []


def _a(what: str, outcome: Outcome, *statements: str) -> Attack:
    return Attack(what, outcome, statements)


_PLAN = "explain (analyze, timing off, summary off, buffers off)"

ATTACKS = [
    # --- asking ---
    _a("Slå en navngiven kommunes rækker op", "tomt", "select * from kpi.kald_pr_indbygger where cvr = '{cvr}'"),
    _a("Det samme i timefakta", "tomt", "select * from marts.fct_kald_time where myndighed_id = {id} limit 5"),
    _a(
        "Join fra den åbne myndighedsdimension på navn",
        "tomt",
        "select f.* from marts.dim_myndighed d join marts.fct_kald_maaned f using (myndighed_id)"
        " where d.navn = '{navn}'",
    ),
    _a(
        "Findes der en række? (exists)",
        "tomt",
        "select 1 where exists (select from kpi.sapa where cvr = '{cvr}')",
    ),
    _a(
        "Find huller ved outer join fra myndigheder",
        "tomt",
        "select f.antal_kald from marts.dim_myndighed d left join marts.fct_kald_maaned f using (myndighed_id)"
        " where d.cvr = '{cvr}'",
    ),
    _a(
        "Vinduesfunktion over alle rækker, derefter filter",
        "tomt",
        "select * from (select cvr, count(*) over (), sum(kald) over () from kpi.kald_pr_indbygger) x"
        " where cvr = '{cvr}'",
    ),
    _a(
        "Gruppering med rollup og total",
        "tomt",
        "select cvr, sum(kald_12m) from kpi.potentiale group by rollup (cvr) having cvr = '{cvr}'",
    ),
    _a(
        "Gæt med lateral join fra en liste af CVR-numre",
        "tomt",
        "select x.* from (values ('{cvr}')) v (c), "
        " lateral (select * from kpi.tilslutning_kommune k where k.cvr = v.c) x",
    ),
    _a("Serviceaftaler og dermed systemer", "tomt", "select * from kpi.serviceaftale_status where cvr = '{cvr}'"),
    _a("Organisationsenheder i SAPA", "tomt", "select * from marts.fct_sapa_opslag where myndighed_id = {id}"),
    _a("KLE-sager, også dem over tærsklen", "tomt", "select * from marts.fct_kle_sager where myndighed_id = {id}"),
    _a("Driftsforstyrrelser hos andre", "tomt", "select * from kpi.driftsforstyrrelse where cvr = '{cvr}'"),
    _a("Afvigelser hos andre", "tomt", "select * from kpi.afvigelser where kommune = '{navn}'"),
    _a("Registrenes uafklarede systemnavne", "tomt", "select * from marts.it_system_uafklaret"),
    _a(
        "Tal, der kun bygger på få kommuner: andres median",
        "tomt",
        "select forventede_kald from kpi.udbredelse_huller where not er_anonym",
    ),
    _a(
        "Det samme gennem en betingelse",
        "tomt",
        "select maaned, it_system from kpi.potentiale where not er_anonym and forventede_kald >= 0",
    ),
    _a(
        "Kald i alt, hvor én myndighed er næsten det hele",
        "tomt",
        "select kald_12m from kpi.service_konsekvens where not er_anonym",
    ),
    # --- conditions that tell ---
    _a(
        "Fejl fra en cast i where røber værdien",
        "tomt",
        "select 1 from kpi.sapa where cvr = '{cvr}' and org_enhed::int = 1",
    ),
    _a(
        "Division med nul på den andens rækker",
        "tomt",
        "select 1 from kpi.potentiale where 1 / (case when cvr = '{cvr}' then 0 else 1 end) = 0",
    ),
    _a(
        "Egen funktion med lav pris, der skriver, hvad den får at se",
        "ens",
        "create function angreb.laek(t text) returns boolean language plpgsql cost 0.0000001 as"
        " $$ begin if t is distinct from '{egen}' then raise notice 'saa %', t; end if; return true; end $$",
        "select count(*) from kpi.potentiale where angreb.laek(cvr)",
    ),
    _a(
        "Egen operator med samme funktion",
        "ens",
        "create function angreb.laek2(t text, u text) returns boolean language plpgsql cost 0.0000001 as"
        " $$ begin if t is distinct from '{egen}' then raise notice 'saa %', t; end if; return true; end $$",
        "create operator angreb.~~~ (leftarg = text, rightarg = text, function = angreb.laek2)",
        "select count(*) from kpi.sapa where cvr operator(angreb.~~~) 'x'",
    ),
    _a(
        "Funktion erklæret leakproof",
        "afvist",
        "create function angreb.taet(t text) returns boolean language sql leakproof as 'select true'",
    ),
    _a(
        "Egen funktion med ejerens rettigheder",
        "tomt",
        "create function angreb.alt() returns setof kpi.sapa language sql security definer as"
        " 'select * from kpi.sapa where cvr = ''{cvr}'''",
        "select * from angreb.alt()",
    ),
    _a(
        "Egen view uden barriere oven på den udgivne",
        "tomt",
        "create view angreb.v as select * from kpi.kald_pr_indbygger",
        "select * from angreb.v where cvr = '{cvr}'",
    ),
    _a(
        "Egen operator = først i search_path",
        "tomt",
        "create function angreb.sand(text, text) returns boolean language sql immutable as 'select true'",
        "create operator angreb.= (leftarg = text, rightarg = text, function = angreb.sand)",
        "set search_path = angreb, pg_catalog",
        "select 1 from kpi.kald_pr_indbygger where cvr operator(pg_catalog.=) '{cvr}'",
    ),
    _a(
        "Tidsmåling: vent, hvis rækken findes, med timeout",
        "tomt",
        "set statement_timeout = '2s'",
        "select 1 from kpi.potentiale where case when cvr = '{cvr}' then pg_sleep(30) is null else false end",
    ),
    _a(
        "Undtagelse fanget i en DO-blok",
        "ens",
        "do $$ declare n int; begin select org_enhed::int into n from kpi.sapa where cvr = '{cvr}';"
        " raise notice 'n=%', n; exception when others then raise notice '%', sqlerrm; end $$",
    ),
    # --- the planner ---
    _a("EXPLAIN: skøn over antal rækker", "ens", "explain select * from kpi.potentiale where cvr = '{cvr}'"),
    _a(
        "EXPLAIN: skøn i timefakta",
        "ens",
        "explain select * from marts.fct_kald_time where myndighed_id = {id} and dato_id between 20220401 and 20220430",
    ),
    _a(
        "EXPLAIN ANALYZE: rækker fjernet af filteret",
        "ens",
        f"{_PLAN} select * from kpi.kald_pr_indbygger where cvr = '{{cvr}}'",
    ),
    _a(
        "EXPLAIN ANALYZE: indekset brugt på den andens nøgle",
        "ens",
        "set enable_seqscan = off",
        f"{_PLAN} select * from kpi.tilslutning_kommune where cvr = '{{cvr}}' and statusdato > date '2000-01-01'",
    ),
    _a(
        "EXPLAIN ANALYZE: samme udtryk som politikkens indeks",
        "ens",
        "set enable_seqscan = off",
        f"{_PLAN} select * from marts.fct_kald_maaned where (myndighed_id + 0) = {{id}} and maaned = date '2022-04-01'",
    ),
    _a(
        "EXPLAIN ANALYZE: join med få rækker i timefakta",
        "ens",
        "set enable_hashjoin = off",
        f"{_PLAN} select count(*) from marts.dim_myndighed d join marts.fct_kald_time f using (myndighed_id)"
        " where d.cvr = '{cvr}' and dato_id between 20220401 and 20220403",
    ),
    _a("Statistik: pg_stats", "tomt", "select * from pg_stats where schemaname in ('kdi_lager', 'marts', 'kpi')"),
    _a("Statistik: pg_statistic", "afvist", "select * from pg_statistic limit 1"),
    _a(
        "Statistik på udtryk og flere kolonner",
        "tomt",
        "select tablename from pg_stats_ext union all select tablename from pg_stats_ext_exprs",
    ),
    _a(
        "Andres forespørgsler i pg_stat_activity",
        "tomt",
        "select query from pg_stat_activity where usename <> current_user"
        " and query not in ('', '<insufficient privilege>')",
    ),
    # --- other ways to rows ---
    _a("COPY af en forespørgsel", "tomt", "copy (select * from kpi.kald_pr_indbygger where cvr = '{cvr}') to stdout"),
    _a("COPY af selve viewet", "afvist", "copy kpi.kald_pr_indbygger to stdout"),
    _a("COPY til et program på serveren", "afvist", "copy (select 1) to program 'cat'"),
    _a("TABLESAMPLE forbi filteret", "afvist", "select * from kpi.sapa tablesample system (100)"),
    _a("Fysisk plads (ctid)", "afvist", "select ctid from kpi.sapa"),
    _a(
        "Forberedt sætning med parameter",
        "tomt",
        "set plan_cache_mode = force_generic_plan",
        "prepare p (text) as select * from kpi.kald_pr_indbygger where cvr = $1",
        "execute p ('{cvr}')",
    ),
    _a(
        "Cursor, der holdes over transaktioner",
        "tomt",
        "declare c cursor with hold for select * from kpi.kald_pr_indbygger where cvr = '{cvr}'",
        "fetch all from c",
    ),
    _a(
        "XML-udtræk af en tabel i lageret",
        "afvist",
        "select query_to_xml('select * from kdi_lager.del', true, true, '')",
    ),
    _a("Tabellerne bag viewene", "afvist", "select * from kdi_lager.del"),
    _a("Aftalerne mellem kommunerne", "afvist", "select * from kdi_adgang.aftale"),
    _a("Skriv en aftale, der giver adgang", "afvist", "insert into kdi_adgang.aftale values ('{cvr}', '{egen}')"),
    _a("Kald adgangsfunktionen direkte", "afvist", "select kdi_adgang.synlige_cvr()"),
    _a(
        "Erstat adgangsfunktionen",
        "afvist",
        "create or replace function kdi_adgang.ser_alt() returns boolean language sql as 'select true'",
    ),
    _a("Sekvenser", "afvist", "select last_value from kdi_adgang.publicering_nummer_seq"),
    _a("Lås en tabel for de andre", "afvist", "lock table kpi.sapa in access exclusive mode"),
    # --- becoming somebody else ---
    _a("SET ROLE til KOMBIT", "afvist", "set role kdi_kombit", "select * from kpi.sapa"),
    _a("SET ROLE til den anden kommune", "afvist", "set role kdi_laeser_{cvr}", "select * from kpi.sapa"),
    _a("SET ROLE til ejeren", "afvist", "set role kdi_ejer", "select * from kpi.sapa"),
    _a("set_config af rollen", "afvist", "select set_config('role', 'kdi_kombit', false)", "select * from kpi.sapa"),
    _a("SET SESSION AUTHORIZATION", "afvist", "set session authorization kdi_kombit", "select * from kpi.sapa"),
    _a("Giv sig selv KOMBITs rolle", "afvist", "grant kdi_kombit to current_user"),
    _a("Opret en rolle med flere rettigheder", "afvist", "create role snyd superuser"),
    _a("BYPASSRLS på sig selv", "afvist", "alter role current_user bypassrls"),
    _a(
        "Slå row-level security fra",
        "afvist",
        "set row_security = off",
        "select * from kpi.kald_pr_indbygger where cvr = '{cvr}'",
    ),
    _a("Politikken fjernet", "afvist", "drop policy adgang on kpi.sapa"),
    # --- the server ---
    _a("Midlertidig view eller tabel", "afvist", "create temp view v as select 1"),
    _a("Ny tabel i public", "afvist", "create table public.t (i int)"),
    _a("Ny tabel i marts", "afvist", "create table marts.t (i int)"),
    _a("Udvidelse (dblink)", "afvist", "create extension dblink"),
    _a("Fremmed server", "afvist", "create server s foreign data wrapper postgres_fdw"),
    _a("Stort objekt fra en fil", "afvist", "select lo_import('/etc/passwd')"),
    _a("Læs en fil på serveren", "afvist", "select pg_read_file('postgresql.conf')"),
    _a("Læs databasens datafiler", "afvist", "select pg_ls_dir('base')"),
    _a("Læs skriveloggen (replikering)", "afvist", "select pg_create_logical_replication_slot('s', 'test_decoding')"),
    _a("Slå adgangsloggen fra", "afvist", "set log_statement = 'none'"),
    _a("Slå adgangsloggen fra ved næste login", "afvist", "alter role current_user set log_statement = 'none'"),
    _a("Ret en udgivet værdi", "afvist", "update kpi.kald_pr_indbygger set kald = 0"),
    _a("Slet udgivne rækker", "afvist", "delete from marts.fct_kald_maaned"),
    _a("Tøm en tabel", "afvist", "truncate kpi.sapa"),
    _a("Indsæt rækker", "afvist", "insert into marts.dim_time values (99, 'x', false)"),
]
