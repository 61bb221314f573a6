{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte_kpi() }}"
) }}

with

-- a month in which the platform has not delivered is missing, not zero
maaneder as (
    select
        indlaest.platform,
        indlaest.maaned
    from {{ ref('int_indlaeste_maaneder') }} as indlaest
    inner join {{ ref('int_kpi__maaneder') }} as beroert
        on indlaest.maaned = beroert.maaned
),

daekning as (
    select
        maaneder.platform,
        maaneder.maaned,
        count(*) filter (
            where indlaest.maaned > {{ dbt.dateadd('month', -12, 'maaneder.maaned') }}
        ) as maaneder_12m,
        count(*) filter (
            where indlaest.maaned <= {{ dbt.dateadd('month', -12, 'maaneder.maaned') }}
        ) as maaneder_12m_foer
    from maaneder
    inner join {{ ref('int_indlaeste_maaneder') }} as indlaest
        on
            maaneder.platform = indlaest.platform
            and maaneder.maaned >= indlaest.maaned
            and indlaest.maaned > {{ dbt.dateadd('month', -24, 'maaneder.maaned') }}
    group by maaneder.platform, maaneder.maaned
),

kald as (
    select
        fakta.maaned,
        service.platform,
        service.dataomraade,
        fakta.myndighed_id,
        sum(fakta.kald) as kald
    from {{ ref('int_kald__kommune_maaned') }} as fakta
    inner join {{ ref('dim_service') }} as service on fakta.service_id = service.service_id
    where fakta.er_kommune
    group by fakta.maaned, service.platform, service.dataomraade, fakta.myndighed_id
),

vindue as (
    select
        daekning.maaned,
        daekning.platform,
        kald.dataomraade,
        kald.myndighed_id,
        daekning.maaneder_12m,
        daekning.maaneder_12m_foer,
        coalesce(sum(kald.kald) filter (where kald.maaned = daekning.maaned), 0) as kald,
        coalesce(sum(kald.kald) filter (
            where kald.maaned > {{ dbt.dateadd('month', -12, 'daekning.maaned') }}
        ), 0) as kald_12m,
        coalesce(sum(kald.kald) filter (
            where kald.maaned <= {{ dbt.dateadd('month', -12, 'daekning.maaned') }}
        ), 0) as kald_12m_foer
    from daekning
    inner join kald
        on
            daekning.platform = kald.platform
            and daekning.maaned >= kald.maaned
            and kald.maaned > {{ dbt.dateadd('month', -24, 'daekning.maaned') }}
    group by
        daekning.maaned, daekning.platform, kald.dataomraade, kald.myndighed_id,
        daekning.maaneder_12m, daekning.maaneder_12m_foer
),

pr_indbygger as (
    select
        vindue.maaned,
        vindue.platform,
        vindue.dataomraade,
        myndighed.cvr,
        myndighed.navn as kommune,
        myndighed.xyz_klasse,
        vindue.maaneder_12m,
        vindue.maaneder_12m_foer,
        folketal.folketal,
        cast(vindue.kald as bigint) as kald,
        vindue.kald / nullif(cast(folketal.folketal as double), 0) as kald_pr_indbygger,
        cast(vindue.kald_12m as bigint) as kald_12m,
        case
            when vindue.maaneder_12m_foer > 0 then cast(vindue.kald_12m_foer as bigint)
        end as kald_12m_foer
    from vindue
    inner join {{ ref('dim_myndighed') }} as myndighed
        on vindue.myndighed_id = myndighed.myndighed_id
    left join {{ ref('int_folketal__maaned') }} as folketal
        on
            vindue.myndighed_id = folketal.myndighed_id
            and vindue.maaned = folketal.maaned
    where vindue.kald_12m > 0
)

select
    maaned,
    platform,
    dataomraade,
    cvr,
    kommune,
    xyz_klasse,
    kald,
    folketal,
    kald_pr_indbygger,
    kald_12m,
    kald_12m_foer,
    100.0 * (kald_12m - kald_12m_foer) / nullif(cast(kald_12m_foer as double), 0) as udvikling_12m_pct,
    case
        when kald_pr_indbygger is not null
            then cast(rank() over (
                partition by maaned, platform, dataomraade order by kald_pr_indbygger desc nulls last
            ) as integer)
    end as rang,
    median(kald_pr_indbygger) over (partition by maaned, platform, dataomraade, xyz_klasse) as xyz_median,
    cast(maaneder_12m as integer) as maaneder_12m,
    cast(maaneder_12m_foer as integer) as maaneder_12m_foer,
    {{ er_anonym('count(kald_pr_indbygger) over (partition by maaned, platform, dataomraade, xyz_klasse)') }}
        as er_anonym
from pr_indbygger
