{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by=['dato_id', 'maaned'],
    pre_hook=[
        "{{ slet_beroerte_dage() }}",
        "{{ slet_beroerte('dato_id', ref('int_drift__kalender') ~ ' where er_beroert') }}",
        "{{ slet_beroerte('maaned', source('plan', 'beroerte_dages_maaneder')) }}",
    ]
) }}

with

-- a heap in an hour or a night says more than that the day was busy
dagsfund as (
    select
        case when bunker.moenster is null then dage.afvigelse else 'mistaenkeligt_moenster' end as type,
        bunker.moenster,
        dage.dato,
        cast(null as date) as maaned,
        dage.dato as fra,
        dage.dato as til,
        1 as dage,
        dage.kombination,
        bunker.time_id,
        coalesce(bunker.forventet, dage.forventet) as forventet,
        coalesce(bunker.observeret, dage.kald) as observeret,
        coalesce(bunker.observeret / greatest(bunker.forventet, 1), dage.score) as score
    from {{ ref('int_afvigelser__dage') }} as dage
    left join {{ ref('int_afvigelser__bunker') }} as bunker
        on dage.kombination = bunker.kombination and dage.dato = bunker.dato
    where bunker.moenster is not null or dage.afvigelse is not null
),

maanedsfund as (
    select
        'mistaenkeligt_moenster' as type,
        'polling' as moenster,
        cast(null as date) as dato,
        maaned,
        fra,
        til,
        dage,
        kombination,
        cast(null as bigint) as time_id,
        cast(null as double) as forventet,
        observeret,
        score
    from {{ ref('int_afvigelser__polling') }}
),

samlet as (
    select * from dagsfund
    union all
    select * from maanedsfund
)

select
    samlet.type,
    samlet.moenster,
    cast(strftime(samlet.dato, '%Y%m%d') as integer) as dato_id,
    samlet.maaned,
    samlet.fra,
    samlet.til,
    cast(samlet.dage as integer) as dage,
    kombinationer.myndighed_id,
    kombinationer.it_system_id,
    kombinationer.service_id,
    cast(samlet.time_id as integer) as time_id,
    cast(round(samlet.forventet) as bigint) as forventet,
    cast(samlet.observeret as bigint) as observeret,
    round(samlet.score, 1) as score
from samlet
inner join {{ ref('int_afvigelser__kombinationer') }} as kombinationer
    on samlet.kombination = kombinationer.kombination
