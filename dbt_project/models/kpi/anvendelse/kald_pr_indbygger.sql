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
),

-- all municipalities of a size class count, those without calls as zero
klasser as (
    select
        folketal.maaned,
        myndighed.xyz_klasse,
        count(*) as kommuner
    from {{ ref('int_folketal__maaned') }} as folketal
    inner join {{ ref('dim_myndighed') }} as myndighed on folketal.myndighed_id = myndighed.myndighed_id
    where
        myndighed.type = 'kommune'
        and myndighed.xyz_klasse is not null
        and folketal.folketal > 0
    group by folketal.maaned, myndighed.xyz_klasse
),

i_klassen as (
    select
        pr_indbygger.maaned,
        pr_indbygger.platform,
        pr_indbygger.dataomraade,
        pr_indbygger.xyz_klasse,
        pr_indbygger.kald_pr_indbygger,
        klasser.kommuner,
        klasser.kommuner - count(*) over klassen
        + row_number() over (klassen order by pr_indbygger.kald_pr_indbygger, pr_indbygger.cvr) as plads
    from pr_indbygger
    inner join klasser
        on
            pr_indbygger.maaned = klasser.maaned
            and pr_indbygger.xyz_klasse = klasser.xyz_klasse
    where pr_indbygger.kald_pr_indbygger is not null
    window
        klassen as (
            partition by
                pr_indbygger.maaned, pr_indbygger.platform, pr_indbygger.dataomraade, pr_indbygger.xyz_klasse
        )
),

midten as (
    select
        maaned,
        platform,
        dataomraade,
        xyz_klasse,
        {{ midte('kald_pr_indbygger', 'plads', 'kommuner') }} as midte,
        {{ median_af_pladser('kald_pr_indbygger', 'plads', 'kommuner') }} as median
    from i_klassen
    group by maaned, platform, dataomraade, xyz_klasse
)

select
    pr_indbygger.maaned,
    pr_indbygger.platform,
    pr_indbygger.dataomraade,
    pr_indbygger.cvr,
    pr_indbygger.kommune,
    pr_indbygger.xyz_klasse,
    pr_indbygger.kald,
    pr_indbygger.folketal,
    pr_indbygger.kald_pr_indbygger,
    pr_indbygger.kald_12m,
    pr_indbygger.kald_12m_foer,
    100.0 * (pr_indbygger.kald_12m - pr_indbygger.kald_12m_foer)
    / nullif(cast(pr_indbygger.kald_12m_foer as double), 0) as udvikling_12m_pct,
    case
        when pr_indbygger.kald_pr_indbygger is not null
            then cast(rank() over (
                partition by pr_indbygger.maaned, pr_indbygger.platform, pr_indbygger.dataomraade
                order by pr_indbygger.kald_pr_indbygger desc nulls last
            ) as integer)
    end as rang,
    coalesce(midten.midte, midten.median) as xyz_median,
    cast(pr_indbygger.maaneder_12m as integer) as maaneder_12m,
    cast(pr_indbygger.maaneder_12m_foer as integer) as maaneder_12m_foer,
    midten.midte is not null as er_anonym
from pr_indbygger
left join midten
    on
        pr_indbygger.maaned = midten.maaned
        and pr_indbygger.platform = midten.platform
        and pr_indbygger.dataomraade = midten.dataomraade
        and pr_indbygger.xyz_klasse = midten.xyz_klasse
