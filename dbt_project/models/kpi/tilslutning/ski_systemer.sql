{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte_kpi() }}"
) }}

-- How many of SKI's systems use the infrastructure? Those without calls have a row too.
with

maaneder as (
    select distinct indlaest.maaned
    from {{ ref('int_indlaeste_maaneder') }} as indlaest
    inner join {{ ref('int_kpi__maaneder') }} as beroert on indlaest.maaned = beroert.maaned
),

kald as (
    select
        maaned,
        it_system_id,
        sum(kald_12m) as kald_12m,
        count(distinct myndighed_id) filter (where er_kommune) as kommuner_med_kald
    from {{ ref('int_udbredelse__par') }}
    group by maaned, it_system_id
)

select
    maaneder.maaned,
    system.uuid as it_system_uuid,
    system.navn as it_system,
    leverandoer.navn as leverandoer,
    cast(coalesce(kald.kald_12m, 0) as bigint) as kald_12m,
    cast(coalesce(kald.kommuner_med_kald, 0) as integer) as kommuner_med_kald
from {{ ref('dim_it_system') }} as system
inner join {{ ref('dim_leverandoer') }} as leverandoer on system.leverandoer_id = leverandoer.leverandoer_id
cross join maaneder
left join kald
    on
        maaneder.maaned = kald.maaned
        and system.it_system_id = kald.it_system_id
where system.er_ski_system
