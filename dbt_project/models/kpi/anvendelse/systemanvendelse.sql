{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte_kpi() }}"
) }}

-- Who uses which system in the 12 months that end with maaned, and who says so: registers, calls or both.
with

kald as (
    select
        maaned,
        myndighed_id,
        it_system_id,
        sum(kald_12m) as kald_12m
    from {{ ref('int_udbredelse__par') }}
    where er_kommune
    group by maaned, myndighed_id, it_system_id
)

select
    anvendere.maaned,
    myndighed.cvr,
    myndighed.navn as kommune,
    system.uuid as it_system_uuid,
    system.navn as it_system,
    leverandoer.navn as leverandoer,
    brug.kilder,
    cast(coalesce(kald.kald_12m, 0) as bigint) as kald_12m
from {{ ref('int_udbredelse__anvendere') }} as anvendere
inner join {{ ref('int_kpi__maaneder') }} as beroert on anvendere.maaned = beroert.maaned
inner join {{ ref('dim_myndighed') }} as myndighed on anvendere.myndighed_id = myndighed.myndighed_id
inner join {{ ref('dim_it_system') }} as system on anvendere.it_system_id = system.it_system_id
inner join {{ ref('dim_leverandoer') }} as leverandoer on system.leverandoer_id = leverandoer.leverandoer_id
left join {{ ref('int_systemanvendelse__maaned') }} as brug
    on
        anvendere.maaned = brug.maaned
        and anvendere.myndighed_id = brug.myndighed_id
        and anvendere.it_system_id = brug.it_system_id
        and brug.bruger
left join kald
    on
        anvendere.maaned = kald.maaned
        and anvendere.myndighed_id = kald.myndighed_id
        and anvendere.it_system_id = kald.it_system_id
