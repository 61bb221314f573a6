-- Which authority called which service through which system in the 12 months that end with maaned.
with

maaneder as (
    select distinct indlaest.maaned
    from {{ ref('int_indlaeste_maaneder') }} as indlaest
    inner join {{ ref('int_kpi__maaneder') }} as beroert
        on indlaest.maaned = beroert.maaned
)

select
    maaneder.maaned,
    kald.it_system_id,
    kald.service,
    kald.version,
    kald.myndighed_id,
    kald.er_kommune,
    min(kald.snitflade) as snitflade,
    sum(kald.kald) as kald_12m
from maaneder
inner join {{ ref('int_kald__kommune_maaned') }} as kald
    on
        maaneder.maaned >= kald.maaned
        and kald.maaned > {{ dbt.dateadd('month', -12, 'maaneder.maaned') }}
group by
    maaneder.maaned,
    kald.it_system_id,
    kald.service,
    kald.version,
    kald.myndighed_id,
    kald.er_kommune
