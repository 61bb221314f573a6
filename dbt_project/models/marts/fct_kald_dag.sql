{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='dato_id',
    pre_hook="{{ slet_beroerte_dage() }}"
) }}

select
    kald.dato_id,
    kald.myndighed_id,
    kald.it_system_id,
    kald.service_id,
    cast(sum(kald.antal_kald) as bigint) as antal_kald
from {{ ref('fct_kald_time') }} as kald
inner join {{ source('plan', 'beroerte_dage') }} as beroert on kald.dato_id = beroert.dato_id
group by kald.dato_id, kald.myndighed_id, kald.it_system_id, kald.service_id
-- a system's rows together take half the room
order by kald.dato_id, kald.it_system_id
