{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ slet_beroerte_dage() }}"
) }}

with

kald as (
    select
        cast(
            extract(year from kald.dato) * 10000 + extract(month from kald.dato) * 100
            + extract(day from kald.dato) as integer
        ) as dato_id,
        kald.time_id,
        kald.tidspunkt,
        cast(kald.myndighed_cvr as bigint) as myndighed_id,
        system.it_system_id,
        service.service_id,
        kald.antal_kald,
        system.er_flettet or service.er_flettet as er_flettet
    from {{ ref('stg_stoettesystemerne__kald') }} as kald
    inner join {{ ref('int_it_system__identitet') }} as system on kald.it_system_uuid = system.uuid
    inner join {{ ref('int_service__identitet') }} as service
        on
            kald.service = service.leveret_service
            and kald.stoettesystem = service.stoettesystem
            and service.platform = 'stoettesystemerne'
)

select
    dato_id,
    time_id,
    tidspunkt,
    myndighed_id,
    it_system_id,
    service_id,
    antal_kald
from kald
where not er_flettet

union all

-- only where several UUIDs or spellings are one system or service can rows share a key
select
    dato_id,
    time_id,
    tidspunkt,
    myndighed_id,
    it_system_id,
    service_id,
    cast(sum(antal_kald) as bigint) as antal_kald
from kald
where er_flettet
group by dato_id, time_id, tidspunkt, myndighed_id, it_system_id, service_id
