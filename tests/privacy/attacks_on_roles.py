"""Attempts to become somebody else, or to get at the server."""

from .attacks import Attack, a

ON_ROLES: list[Attack] = [
    # --- becoming somebody else ---
    a("SET ROLE til KOMBIT", "afvist", "set role kdi_kombit", "select * from kpi.sapa"),
    a("SET ROLE til den anden kommune", "afvist", "set role kdi_laeser_{cvr}", "select * from kpi.sapa"),
    a("SET ROLE til ejeren", "afvist", "set role kdi_ejer", "select * from kpi.sapa"),
    a("set_config af rollen", "afvist", "select set_config('role', 'kdi_kombit', false)", "select * from kpi.sapa"),
    a("SET SESSION AUTHORIZATION", "afvist", "set session authorization kdi_kombit", "select * from kpi.sapa"),
    a("Giv sig selv KOMBITs rolle", "afvist", "grant kdi_kombit to current_user"),
    a("Opret en rolle med flere rettigheder", "afvist", "create role snyd superuser"),
    a("BYPASSRLS på sig selv", "afvist", "alter role current_user bypassrls"),
    a(
        "Slå row-level security fra",
        "tomt",
        "set row_security = off",
        "select * from kpi.kald_pr_indbygger where cvr = '{cvr}'",
    ),
    a("Politikken fjernet", "afvist", "drop policy adgang on kpi.sapa"),
    # --- the server ---
    a("Midlertidig view eller tabel", "afvist", "create temp view v as select 1"),
    a("Ny tabel i public", "afvist", "create table public.t (i int)"),
    a("Ny tabel i marts", "afvist", "create table marts.t (i int)"),
    a("Udvidelse (dblink)", "afvist", "create extension dblink"),
    a("Fremmed server", "afvist", "create server s foreign data wrapper postgres_fdw"),
    a("Stort objekt fra en fil", "afvist", "select lo_import('/etc/passwd')"),
    a("Læs en fil på serveren", "afvist", "select pg_read_file('postgresql.conf')"),
    a("Læs databasens datafiler", "afvist", "select pg_ls_dir('base')"),
    a("Læs skriveloggen (replikering)", "afvist", "select pg_create_logical_replication_slot('s', 'test_decoding')"),
    a("Slå adgangsloggen fra", "afvist", "set log_statement = 'none'"),
    a("Slå adgangsloggen fra ved næste login", "afvist", "alter role current_user set log_statement = 'none'"),
    a("Ret en udgivet værdi", "afvist", "update kpi.kald_pr_indbygger set kald = 0"),
    a("Slet udgivne rækker", "afvist", "delete from marts.fct_kald_maaned"),
    a("Tøm en tabel", "afvist", "truncate kpi.sapa"),
    a("Indsæt rækker", "afvist", "insert into marts.dim_time values (99, 'x', false)"),
]
