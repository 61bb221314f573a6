with

kalender as (
    select * from {{ ref('int_drift__kalender') }}
    where laeses
)

select
    kalender.dato,
    kombinationer.kombination,
    fakta.antal_kald as kald,
    fakta.spidskald,
    fakta.spidstime,
    fakta.natkald
from {{ ref('fct_kald_dag') }} as fakta
inner join kalender on fakta.dato_id = kalender.dato_id
inner join {{ ref('int_afvigelser__kombinationer') }} as kombinationer
    on
        fakta.myndighed_id = kombinationer.myndighed_id
        and fakta.it_system_id = kombinationer.it_system_id
        and fakta.service_id = kombinationer.service_id
