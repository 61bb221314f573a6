with

maaneder as (
    select distinct maaned from {{ ref('int_indlaeste_maaneder') }}
),

kald as (
    select
        fakta.maaned,
        sum(fakta.antal_kald) as kald
    from {{ ref('fct_kald_maaned') }} as fakta
    inner join {{ ref('dim_myndighed') }} as myndighed
        on fakta.myndighed_id = myndighed.myndighed_id
    where myndighed.type = 'kommune'
    group by fakta.maaned
),

folketal as (
    select
        maaned,
        sum(folketal) as folketal
    from {{ ref('int_folketal__maaned') }}
    group by maaned
),

vindue as (
    select
        maaneder.maaned,
        coalesce(sum(kald.kald) filter (where kald.maaned = maaneder.maaned), 0) as kald,
        coalesce(sum(kald.kald), 0) as kald_12m
    from maaneder
    left join kald
        on
            maaneder.maaned >= kald.maaned
            and kald.maaned > {{ dbt.dateadd('month', -12, 'maaneder.maaned') }}
    group by maaneder.maaned
)

select
    vindue.maaned,
    cast(vindue.kald as bigint) as kald,
    cast(folketal.folketal as bigint) as folketal,
    vindue.kald / nullif(cast(folketal.folketal as double), 0) as kald_pr_borger,
    vindue.kald_12m / nullif(cast(folketal.folketal as double), 0) as kald_pr_borger_12m,
    indlaest.maaneder_12m
from vindue
inner join {{ ref('int_maaneder__vindue') }} as indlaest on vindue.maaned = indlaest.maaned
left join folketal on vindue.maaned = folketal.maaned
