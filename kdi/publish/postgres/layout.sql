-- What stands in the database before any table: agreements, who may see what, and which release is in force.
-- Run by the publisher as kdi_ejer when this file changes. Readers have no right to these schemas; they reach the
-- functions only through the views' own expressions.
create schema if not exists kdi_lager;
create schema if not exists kdi_adgang;
comment on schema kdi_lager is 'Udgivne tabeller, én pr. fil i udgivelsen. Ændres aldrig; læses kun gennem marts og kpi.';

create table if not exists kdi_lager.del (
    navn text primary key,
    tabel text not null,
    fil text not null,
    raekker bigint not null,
    skrevet timestamptz not null default now()
);
-- Names of tables are seen by all who can log in, so they are hashed with what nobody sees.
create table if not exists kdi_lager.salt as select gen_random_uuid()::text as salt;
create table if not exists kdi_adgang.myndighed (cvr text primary key);
create table if not exists kdi_adgang.aftale (
    cvr text not null,
    deler_med_cvr text not null,
    fra date,
    til date
);
-- When agreements were last replaced, in ms since 1970. A table shows a transaction what was there when it began;
-- a sequence shows it what is there now. So no agreement is used by a transaction from before they were replaced.
create table if not exists kdi_adgang.aftaler_skrevet (tid timestamptz not null);
create sequence if not exists kdi_adgang.aftaler_aendret minvalue 0;
create table if not exists kdi_adgang.publicering (
    nummer bigint generated always as identity primary key,
    publicering_id text not null,
    udgivet timestamptz not null,
    skiftet_ind timestamptz not null default now(),
    tilstand text not null,
    dele text[] not null
);

-- The role that asks: the one taken with SET ROLE, which PostgreSQL allows to its members only, or else the
-- login. A function that runs with its owner's rights sees itself as current_user, so that cannot be used here.
create or replace function kdi_adgang.ser_alt() returns boolean
language sql stable security definer parallel restricted set search_path = pg_catalog, pg_temp
as $$
    select pg_has_role(coalesce(nullif(current_setting('role'), 'none'), session_user), 'kdi_kombit', 'usage')
$$;

-- The same, worked out while a question is planned: a view then has one branch left, and neither the plan nor
-- EXPLAIN knows of the other. Not to be trusted alone, since a plan can be older than a membership.
create or replace function kdi_adgang.alt_nu() returns boolean
language sql immutable security definer parallel restricted set search_path = pg_catalog, pg_temp
as $$ select kdi_adgang.ser_alt() $$;

-- Agreements end by the clock and not by the transaction's beginning.
create or replace function kdi_adgang.synlige_cvr() returns text[]
language sql stable security definer parallel restricted set search_path = pg_catalog, pg_temp
as $$
    with roller as materialized (  -- asked for every table of every question, so by the index on names
        select rolle.rolname
        from pg_roles as rolle
        where rolle.rolname >= 'kdi_laeser_0' and rolle.rolname < 'kdi_laeser_:'
            and pg_has_role(
                (select coalesce(nullif(current_setting('role'), 'none'), session_user)), rolle.oid, 'usage')
    ),
    egne as materialized (
        select right(rolname, 8) as cvr from roller where rolname ~ '^kdi_laeser_[0-9]{8}$'
    )
    select array(
        select cvr from egne
        union
        select aftale.cvr
        from kdi_adgang.aftale
        where (aftale.deler_med_cvr in (select cvr from egne)
                or aftale.deler_med_cvr = 'alle' and exists (select from egne))
            and (clock_timestamp() at time zone 'Europe/Copenhagen')::date
                between coalesce(aftale.fra, '-infinity') and coalesce(aftale.til, 'infinity')
            and now() > (select to_timestamp(last_value / 1000.0) from kdi_adgang.aftaler_aendret)
        union
        select myndighed.cvr
        from kdi_adgang.myndighed
        where kdi_adgang.ser_alt()
        union
        select '' where kdi_adgang.ser_alt()
    )
$$;

-- The same as keys; 0 is the unknown member, which says nothing of anybody.
create or replace function kdi_adgang.synlige_id() returns bigint[]
language sql stable security definer parallel restricted set search_path = pg_catalog, pg_temp
as $$
    select array(
        select cvr::bigint from unnest(kdi_adgang.synlige_cvr()) as cvr where cvr <> ''
        union
        select 0
    )
$$;

revoke all on all functions in schema kdi_adgang from public;
grant execute on all functions in schema kdi_adgang to kdi_laeser;
