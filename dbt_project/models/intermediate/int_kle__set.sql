{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by=['kilde', 'periode'],
    pre_hook="{{ slet_beroerte_perioder() }}"
) }}

select
    'kle' as kilde,
    cast(udtraeksdato as varchar) as periode,
    udtraeksdato as periode_til,
    kle_nummer,
    max(kle_emne) as emne
from {{ ref('stg_kle__sager') }}
group by udtraeksdato, kle_nummer
