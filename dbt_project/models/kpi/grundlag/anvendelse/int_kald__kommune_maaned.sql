-- Two years before the first touched month are enough: 12 months and the 12 before them.
with

vindue as (
    select {{ dbt.dateadd('month', -23, 'min(maaned)') }} as fra
    from {{ ref('int_kpi__maaneder') }}
)

select
    fakta.maaned,
    fakta.myndighed_id,
    fakta.it_system_id,
    fakta.service_id,
    myndighed.type = 'kommune' as er_kommune,
    cast(sum(fakta.antal_kald) as bigint) as kald
from {{ ref('fct_kald_maaned') }} as fakta
inner join {{ ref('dim_myndighed') }} as myndighed on fakta.myndighed_id = myndighed.myndighed_id
where
    fakta.maaned >= (select vindue.fra from vindue)
    and fakta.antal_kald > 0
group by
    fakta.maaned,
    fakta.myndighed_id,
    fakta.it_system_id,
    fakta.service_id,
    myndighed.type
