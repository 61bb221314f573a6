-- the busiest hour's calls and its number in one integer, so that one maximum finds both
with

kalender as (
    select * from {{ ref('int_drift__kalender') }}
    where laeses
),

doegn_id as (
    select
        fakta.dato_id,
        kombinationer.kombination,
        cast(sum(fakta.antal_kald) as bigint) as kald,
        max(fakta.antal_kald * 32 + fakta.time_id) as spids,
        cast(sum(case when fakta.time_id < 5 then fakta.antal_kald else 0 end) as bigint) as natkald
    from {{ ref('fct_kald_time') }} as fakta
    inner join {{ ref('int_afvigelser__kombinationer') }} as kombinationer
        on
            fakta.myndighed_id = kombinationer.myndighed_id
            and fakta.it_system_id = kombinationer.it_system_id
            and fakta.service_id = kombinationer.service_id
    where
        fakta.dato_id >= (select min(kalender.dato_id) from kalender)
        and fakta.dato_id <= (select max(kalender.dato_id) from kalender)
    group by fakta.dato_id, kombinationer.kombination
)

select
    kalender.dato,
    doegn_id.kombination,
    doegn_id.kald,
    doegn_id.spids // 32 as spidskald,
    doegn_id.spids % 32 as spidstime,
    doegn_id.natkald
from doegn_id
inner join kalender on doegn_id.dato_id = kalender.dato_id
