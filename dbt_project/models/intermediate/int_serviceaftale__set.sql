{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by=['kilde', 'periode'],
    pre_hook="{{ slet_beroerte_perioder() }}"
) }}

select
    'serviceplatformen' as kilde,
    strftime(maaned, '%Y-%m') as periode,
    maaned,
    serviceaftale_uuid as uuid,
    myndighed_cvr,
    leverandoer_cvr,
    leverandoer_navn,
    it_system_uuid,
    sum(antal_kald) as antal_kald
from {{ ref('stg_serviceplatformen__kald') }}
group by
    maaned, serviceaftale_uuid, myndighed_cvr, leverandoer_cvr, leverandoer_navn, it_system_uuid
