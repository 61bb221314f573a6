{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
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

-- places among the municipalities whose calls per inhabitant are known; the others have none
ordnet as (
    select
        *,
        case when er_kommune and kald_pr_indbygger is not null then row_number() over (
            partition by maaned, it_system_id, service, version_noegle, er_kommune
            order by kald_pr_indbygger nulls last, myndighed_id
        ) end as plads,
        count(case when er_kommune then kald_pr_indbygger end) over (
            partition by maaned, it_system_id, service, version_noegle
        ) as antal
    from par
),

-- what only other authorities call is no roll-out among municipalities
services as (
    select
        maaned,
        it_system_id,
        service,
        version_noegle,
        min(snitflade) as snitflade,
        list(myndighed_id) as kaldende,
        count(*) filter (where er_kommune) as aktive,
        {{ midte('kald_pr_indbygger', 'plads', 'antal') }} as midte,
        {{ median_af_pladser('kald_pr_indbygger', 'plads', 'antal') }} as median
    from ordnet
    group by maaned, it_system_id, service, version_noegle
    having count(*) filter (where er_kommune) > 0
),

anvendere as (
    select
        maaned,
        it_system_id,
        list(myndighed_id) as myndigheder,
        count(*) as anvendere
    from {{ ref('int_udbredelse__anvendere') }}
    group by maaned, it_system_id
),

-- a hundred at most in each list: looking through them costs less than joining every pair with its calls
huller as (
    select
        services.maaned,
        services.it_system_id,
        services.service,
        services.version_noegle,
        services.snitflade,
        services.aktive,
        coalesce(services.midte, services.median) as forventet_pr_indbygger,
        services.midte is not null as er_anonym,
        anvendere.anvendere,
        unnest(
            list_filter(anvendere.myndigheder, lambda id: not list_contains(services.kaldende, id))
        ) as myndighed_id
    from services
    inner join anvendere
        on
            services.maaned = anvendere.maaned
            and services.it_system_id = anvendere.it_system_id
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
    huller.forventet_pr_indbygger * folketal.folketal as forventede_kald,
    huller.er_anonym
from huller
inner join {{ ref('dim_it_system') }} as system on huller.it_system_id = system.it_system_id
inner join {{ ref('dim_myndighed') }} as myndighed on huller.myndighed_id = myndighed.myndighed_id
left join {{ ref('int_folketal__maaned') }} as folketal
    on
        huller.maaned = folketal.maaned
        and huller.myndighed_id = folketal.myndighed_id
