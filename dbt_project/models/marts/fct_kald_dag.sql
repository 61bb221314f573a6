{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='dato_id',
    pre_hook="{{ slet_beroerte_dage() }}"
) }}

with

dage as (
    select
        kald.dato_id,
        kald.myndighed_id,
        kald.it_system_id,
        kald.service_id,
        cast(sum(kald.antal_kald) as bigint) as antal_kald,
        cast(sum(case when kald.time_id < 5 then kald.antal_kald else 0 end) as bigint) as natkald,
        -- the busiest hour's calls and its number in one integer, so that one maximum finds both
        max(kald.antal_kald * 32 + kald.time_id) as spids
    from {{ ref('fct_kald_time') }} as kald
    inner join {{ source('plan', 'beroerte_dage') }} as beroert on kald.dato_id = beroert.dato_id
    group by kald.dato_id, kald.myndighed_id, kald.it_system_id, kald.service_id
)

select
    dato_id,
    myndighed_id,
    it_system_id,
    service_id,
    antal_kald,
    natkald,
    spids // 32 as spidskald,
    cast(spids % 32 as integer) as spidstime
from dage
-- a system's rows together take half the room
order by dato_id, it_system_id
