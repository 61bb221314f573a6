{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by=['kilde', 'periode'],
    pre_hook="{{ slet_beroerte_perioder() }}"
) }}

with

stoettesystemerne as (
    select
        'stoettesystemerne' as kilde,
        cast(dato as varchar) as periode,
        dato as periode_til,
        it_system_uuid as uuid,
        it_system_navn as navn,
        cast(null as varchar) as leverandoer_cvr
    from {{ ref('stg_stoettesystemerne__kald') }}
    group by dato, it_system_uuid, it_system_navn
),

serviceplatformen as (
    select
        'serviceplatformen' as kilde,
        strftime(maaned, '%Y-%m') as periode,
        {{ dbt.last_day('maaned', 'month') }} as periode_til,
        it_system_uuid as uuid,
        it_system_navn as navn,
        leverandoer_cvr
    from {{ ref('stg_serviceplatformen__kald') }}
    group by maaned, it_system_uuid, it_system_navn, leverandoer_cvr
),

kle as (
    select
        'kle' as kilde,
        cast(udtraeksdato as varchar) as periode,
        udtraeksdato as periode_til,
        it_system_uuid as uuid,
        it_system_navn as navn,
        cast(null as varchar) as leverandoer_cvr
    from {{ ref('stg_kle__sager') }}
    group by udtraeksdato, it_system_uuid, it_system_navn
)

select * from stoettesystemerne
union all
select * from serviceplatformen
union all
select * from kle
