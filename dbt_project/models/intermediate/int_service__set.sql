{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by=['kilde', 'periode'],
    pre_hook="{{ slet_beroerte_perioder() }}"
) }}

select
    'stoettesystemerne' as kilde,
    cast(dato as varchar) as periode,
    stoettesystem,
    service
from {{ ref('stg_stoettesystemerne__kald') }}
group by dato, stoettesystem, service

union all

select
    'serviceplatformen' as kilde,
    strftime(maaned, '%Y-%m') as periode,
    cast(null as varchar) as stoettesystem,
    service
from {{ ref('stg_serviceplatformen__kald') }}
group by maaned, service
