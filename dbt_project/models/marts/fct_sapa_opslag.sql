{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte('maaned', source('plan', 'beroerte_sapa_maaneder')) }}"
) }}

select
    maaned,
    cast(myndighed_cvr as bigint) as myndighed_id,
    org_enhed_uuid,
    org_enhed_navn,
    antal_brugere,
    antal_opslag
from {{ ref('stg_sapa__opslag') }}
