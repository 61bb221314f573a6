{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte_kpi() }}"
) }}

with

pr_myndighed as (
    select
        maaned,
        service,
        version,
        myndighed_id,
        bool_or(er_kommune) as er_kommune,
        min(snitflade) as snitflade,
        sum(kald_12m) as kald_12m
    from {{ ref('int_udbredelse__par') }}
    group by maaned, service, version, myndighed_id
),

pr_system as (
    select
        par.maaned,
        par.service,
        par.version,
        count(*) as systemer,
        count(distinct nullif(system.leverandoer_id, 0)) as leverandoerer
    from (select distinct maaned, service, version, it_system_id from {{ ref('int_udbredelse__par') }}) as par
    inner join {{ ref('dim_it_system') }} as system on par.it_system_id = system.it_system_id
    group by par.maaned, par.service, par.version
),

services as (
    select
        pr_myndighed.maaned,
        pr_myndighed.service,
        pr_myndighed.version,
        min(pr_myndighed.snitflade) as snitflade,
        any_value(pr_system.systemer) as systemer,
        any_value(pr_system.leverandoerer) as leverandoerer,
        count(*) filter (where pr_myndighed.er_kommune) as kommuner,
        count(*) as myndigheder,
        sum(pr_myndighed.kald_12m) as kald_12m,
        max(pr_myndighed.kald_12m) as stoerste
    from pr_myndighed
    inner join pr_system
        on
            pr_myndighed.maaned = pr_system.maaned
            and pr_myndighed.service = pr_system.service
            and pr_myndighed.version is not distinct from pr_system.version
    group by pr_myndighed.maaned, pr_myndighed.service, pr_myndighed.version
),

-- v3.6 is newer than v3.10 only to those who compare text
ordnet as (
    select
        *,
        try_cast(string_split(substr(version, 2), '.') as hugeint[]) as versionstal
    from services
),

nyere as (
    select
        aeldre.maaned,
        aeldre.service,
        aeldre.version,
        arg_max(nyere.version, nyere.versionstal) as nyere_version
    from ordnet as aeldre
    inner join ordnet as nyere
        on
            aeldre.maaned = nyere.maaned
            and aeldre.service = nyere.service
            and aeldre.versionstal < nyere.versionstal
    group by aeldre.maaned, aeldre.service, aeldre.version
),

-- the hours of the 12 months; only Støttesystemerne tell them
timer as (
    select
        maaneder.maaned,
        profil.service,
        profil.version,
        profil.time_id,
        sum(profil.kald) as kald
    from (select distinct services.maaned from services) as maaneder
    inner join {{ ref('timeprofil') }} as profil
        on
            maaneder.maaned >= profil.maaned
            and profil.maaned > {{ dbt.dateadd('month', -12, 'maaneder.maaned') }}
    group by maaneder.maaned, profil.service, profil.version, profil.time_id
),

doegn as (
    select
        maaned,
        service,
        version,
        arg_max(time_id, (kald, -time_id)) as travleste_time,
        coalesce(sum(kald) filter (where time_id between 8 and 15), 0)
        / nullif(cast(sum(kald) as double), 0) as andel_kl_8_16
    from timer
    group by maaned, service, version
)

select
    services.maaned,
    services.service,
    services.version,
    services.snitflade,
    cast(services.systemer as integer) as systemer,
    cast(services.leverandoerer as integer) as leverandoerer,
    cast(services.kommuner as integer) as kommuner,
    cast(services.myndigheder as integer) as myndigheder,
    cast(services.kald_12m as bigint) as kald_12m,
    cast(doegn.travleste_time as integer) as travleste_time,
    doegn.andel_kl_8_16,
    nyere.nyere_version,
    -- set to false afterwards where the sums beside it tell what few have (disclosure/sums_together.py)
    {{ er_anonym('services.kommuner', 'services.kald_12m', 'services.stoerste') }} as er_anonym
from services
left join doegn
    on
        services.maaned = doegn.maaned
        and services.service = doegn.service
        and services.version is not distinct from doegn.version
left join nyere
    on
        services.maaned = nyere.maaned
        and services.service = nyere.service
        and services.version = nyere.version
