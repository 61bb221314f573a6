{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ slet_beroerte_kpi() }}"
) }}

with

par as (
    select
        par.maaned,
        par.it_system_id,
        par.service,
        coalesce(par.version, '') as version_noegle,
        par.snitflade,
        par.myndighed_id,
        par.er_kommune,
        par.kald_12m / nullif(cast(folketal.folketal as double), 0) as kald_pr_indbygger
    from {{ ref('int_udbredelse__par') }} as par
    left join {{ ref('int_folketal__maaned') }} as folketal
        on
            par.maaned = folketal.maaned
            and par.myndighed_id = folketal.myndighed_id
),

services as (
    select
        maaned,
        it_system_id,
        service,
        version_noegle,
        min(snitflade) as snitflade,
        count(*) filter (where er_kommune) as aktive,
        median(kald_pr_indbygger) filter (where er_kommune) as median_kald_pr_indbygger
    from par
    group by maaned, it_system_id, service, version_noegle
),

anvendere as (
    select
        maaned,
        it_system_id,
        myndighed_id,
        count(*) over (partition by maaned, it_system_id) as anvendere
    from {{ ref('int_udbredelse__anvendere') }}
),

huller as (
    select
        services.*,
        anvendere.myndighed_id,
        anvendere.anvendere
    from services
    inner join anvendere
        on
            services.maaned = anvendere.maaned
            and services.it_system_id = anvendere.it_system_id
    left join par
        on
            services.maaned = par.maaned
            and services.it_system_id = par.it_system_id
            and services.service = par.service
            and services.version_noegle = par.version_noegle
            and anvendere.myndighed_id = par.myndighed_id
    where par.myndighed_id is null
)

select
    huller.maaned,
    system.uuid as it_system_uuid,
    system.navn as it_system,
    huller.service,
    nullif(huller.version_noegle, '') as version,
    huller.snitflade,
    myndighed.cvr,
    myndighed.navn as kommune,
    cast(huller.aktive as integer) as aktive,
    cast(huller.anvendere as integer) as anvendere,
    huller.median_kald_pr_indbygger * folketal.folketal as forventede_kald,
    {{ er_anonym('huller.aktive') }} as er_anonym
from huller
inner join {{ ref('dim_it_system') }} as system on huller.it_system_id = system.it_system_id
inner join {{ ref('dim_myndighed') }} as myndighed on huller.myndighed_id = myndighed.myndighed_id
left join {{ ref('int_folketal__maaned') }} as folketal
    on
        huller.maaned = folketal.maaned
        and huller.myndighed_id = folketal.myndighed_id
