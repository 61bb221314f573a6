-- Does the load grow, how busy is the busiest hour, and which way does it go? All authorities' calls.
with

kald as (
    select
        maaned,
        sum(antal_kald) as kald
    from {{ ref('fct_kald_maaned') }}
    group by maaned
),

maaneder as (
    select
        maaned,
        kan_bruges
    from {{ ref('maaned_status') }}
    where platform = 'alle'
),

vindue as (
    select
        maaneder.maaned,
        maaneder.kan_bruges,
        kald.kald,
        sum(kald.kald)
            over (order by maaneder.maaned range between interval 11 month preceding and current row)
            as kald_12m,
        count(case when maaneder.kan_bruges then 1 end) over (
            order by maaneder.maaned range between interval 11 month preceding and current row
        ) as maaneder_12m
    from maaneder
    inner join kald on maaneder.maaned = kald.maaned
)

select
    nu.maaned,
    cast(nu.kald as bigint) as kald,
    cast(foer.kald as bigint) as kald_aar_foer,
    100.0 * (nu.kald - foer.kald) / nullif(cast(foer.kald as double), 0) as udvikling_aar_pct,
    case when nu.maaneder_12m = 12 then cast(nu.kald_12m as bigint) end as kald_12m,
    case
        when nu.maaneder_12m = 12 and foer.maaneder_12m = 12
            then 100.0 * (nu.kald_12m - foer.kald_12m) / nullif(cast(foer.kald_12m as double), 0)
    end as udvikling_12m_pct,
    dag.dato as travleste_dag,
    cast(timer.travleste_time_id as integer) as travleste_time,
    cast(timer.travleste_kald as bigint) as travleste_kald,
    timer.kald / cast(timer.timer as double) as middeltime,
    timer.travleste_kald / nullif(timer.kald / cast(timer.timer as double), 0) as gange_middeltimen,
    timer_foer.travleste_kald
    / nullif(timer_foer.kald / cast(timer_foer.timer as double), 0) as gange_middeltimen_aar_foer
from vindue as nu
left join vindue as foer
    on
        nu.maaned = {{ dbt.dateadd('month', 12, 'foer.maaned') }}
        and nu.kan_bruges
        and foer.kan_bruges
left join {{ ref('int_belastning__timer') }} as timer on nu.maaned = timer.maaned
left join {{ ref('int_belastning__timer') }} as timer_foer
    on nu.maaned = {{ dbt.dateadd('month', 12, 'timer_foer.maaned') }}
left join {{ ref('dim_dato') }} as dag on timer.travleste_dato_id = dag.dato_id
