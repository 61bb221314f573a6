{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte_kpi() }}"
) }}

-- The busiest hour of each month on Støttesystemerne, and the calls of all its hours. All months are kept.
with

timer as (
    select
        kalender.maaned_start as maaned,
        kald.dato_id,
        kald.time_id,
        sum(kald.kald) as kald
    from {{ ref('int_kald__service_time') }} as kald
    inner join {{ ref('dim_dato') }} as kalender on kald.dato_id = kalender.dato_id
    inner join {{ ref('int_kpi__maaneder') }} as beroert on kalender.maaned_start = beroert.maaned
    group by kalender.maaned_start, kald.dato_id, kald.time_id
)

select
    maaned,
    arg_max(dato_id, (kald, -dato_id, -time_id)) as travleste_dato_id,
    arg_max(time_id, (kald, -dato_id, -time_id)) as travleste_time_id,
    max(kald) as travleste_kald,
    sum(kald) as kald,
    -- every day that is loaded has 24 hours, also those without calls
    24 * count(distinct dato_id) as timer
from timer
group by maaned
