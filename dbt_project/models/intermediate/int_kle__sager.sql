{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='udtraeksdato',
    pre_hook="{{ slet_beroerte_udtraek() }}"
) }}

-- two UUIDs that are one system become one row; a masked part masks the sum
select
    kle.udtraeksdato,
    cast(kle.myndighed_cvr as bigint) as myndighed_id,
    system.it_system_id,
    {{ noegle('kle.kle_nummer') }} as kle_id,
    cast(sum(kle.antal_sager) as bigint) as antal_sager,
    bool_or(kle.maskeret_ved_kilden) as maskeret_ved_kilden
from {{ ref('stg_kle__sager') }} as kle
inner join {{ ref('int_it_system__identitet') }} as system on kle.it_system_uuid = system.uuid
group by kle.udtraeksdato, kle.myndighed_cvr, system.it_system_id, kle.kle_nummer
