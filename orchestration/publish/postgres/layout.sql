-- What stands in the database before any table: agreements, who may see what, and which release is in force.
-- Run by the publisher as kdi_ejer when LAYOUT changes. Readers have no right to these schemas; they reach the
-- functions only through the views' and policies' own expressions.
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
create table if not exists kdi_adgang.myndighed (cvr text primary key);
create table if not exists kdi_adgang.aftale (
    cvr text not null,
    deler_med_cvr text not null,
    fra date,
    til date
);
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

create or replace function kdi_adgang.synlige_cvr() returns text[]
language sql stable security definer parallel restricted set search_path = pg_catalog, pg_temp
as $$
    with egne as (
        select right(rolle.rolname, 8) as cvr
        from pg_roles as rolle
        where rolle.rolname ~ '^kdi_laeser_[0-9]{8}$'
            and pg_has_role(coalesce(nullif(current_setting('role'), 'none'), session_user), rolle.oid, 'usage')
    )
    select array(
        select cvr from egne
        union
        select aftale.cvr
        from kdi_adgang.aftale
        where (aftale.deler_med_cvr in (select cvr from egne)
                or aftale.deler_med_cvr = 'alle' and exists (select from egne))
            and (now() at time zone 'Europe/Copenhagen')::date
                between coalesce(aftale.fra, '-infinity') and coalesce(aftale.til, 'infinity')
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
