-- Which authority called which service through which system in the 12 months that end with maaned.
with

maaneder as (
    select distinct indlaest.maaned
    from {{ ref('int_indlaeste_maaneder') }} as indlaest
    inner join {{ ref('int_kpi__maaneder') }} as beroert
        on indlaest.maaned = beroert.maaned
),

-- every call counts in 12 windows: grouped on integers first, named after
vindue as (
    select
        maaneder.maaned,
        kald.it_system_id,
        kald.service_id,
        kald.myndighed_id,
        kald.er_kommune,
        sum(kald.kald) as kald_12m
    from maaneder
    inner join {{ ref('int_kald__kommune_maaned') }} as kald
        on
            maaneder.maaned >= kald.maaned
            and kald.maaned > {{ dbt.dateadd('month', -12, 'maaneder.maaned') }}
    group by
        maaneder.maaned,
        kald.it_system_id,
        kald.service_id,
        kald.myndighed_id,
        kald.er_kommune
)

select
    vindue.maaned,
    vindue.it_system_id,
    service.service,
    service.version,
    vindue.myndighed_id,
    vindue.er_kommune,
    min(service.snitflade) as snitflade,
    sum(vindue.kald_12m) as kald_12m
from vindue
inner join {{ ref('dim_service') }} as service on vindue.service_id = service.service_id
group by
    vindue.maaned,
    vindue.it_system_id,
    service.service,
    service.version,
    vindue.myndighed_id,
    vindue.er_kommune
