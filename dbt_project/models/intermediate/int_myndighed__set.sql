{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by=['kilde', 'periode'],
    pre_hook="{{ slet_beroerte_perioder() }}"
) }}

select
    'stoettesystemerne' as kilde,
    cast(dato as varchar) as periode,
    dato as periode_til,
    myndighed_cvr as cvr,
    myndighed_navn as navn
from {{ ref('stg_stoettesystemerne__kald') }}
group by dato, myndighed_cvr, myndighed_navn

union all

select
    'serviceplatformen' as kilde,
    strftime(maaned, '%Y-%m') as periode,
    {{ dbt.last_day('maaned', 'month') }} as periode_til,
    myndighed_cvr as cvr,
    myndighed_navn as navn
from {{ ref('stg_serviceplatformen__kald') }}
group by maaned, myndighed_cvr, myndighed_navn

union all

select
    'kle' as kilde,
    cast(udtraeksdato as varchar) as periode,
    udtraeksdato as periode_til,
    myndighed_cvr as cvr,
    myndighed_navn as navn
from {{ ref('stg_kle__sager') }}
group by udtraeksdato, myndighed_cvr, myndighed_navn
