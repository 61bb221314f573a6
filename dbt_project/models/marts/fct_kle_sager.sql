{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ slet_beroerte_udtraek() }}"
) }}

with

taerskel as (
    select coalesce(max(taerskel), 5) as taerskel
    from {{ ref('stg_reference__formaal') }}
    where tabel = 'marts.fct_kle_sager'
),

sager as (
    -- two UUIDs that are one system become one row; a masked part masks the sum
    select
        kle.udtraeksdato,
        cast(kle.myndighed_cvr as bigint) as myndighed_id,
        system.it_system_id,
        {{ noegle('kle.kle_nummer') }} as kle_id,
        sum(kle.antal_sager) as antal_sager,
        bool_or(kle.maskeret_ved_kilden) as maskeret_ved_kilden
    from {{ ref('stg_kle__sager') }} as kle
    inner join {{ ref('int_it_system__identitet') }} as system on kle.it_system_uuid = system.uuid
    group by kle.udtraeksdato, kle.myndighed_cvr, system.it_system_id, kle.kle_nummer
),

vurderet as (
    select
        sager.*,
        case
            when sager.maskeret_ved_kilden then 'kilde'
            when sager.antal_sager > 0 and sager.antal_sager < taerskel.taerskel then 'primaer'
        end as diskretion_aarsag
    from sager
    cross join taerskel
)

select
    udtraeksdato,
    myndighed_id,
    it_system_id,
    kle_id,
    case when diskretion_aarsag is null then cast(antal_sager as bigint) end as antal_sager,
    diskretion_aarsag is not null as er_diskretioneret,
    diskretion_aarsag
from vurderet
