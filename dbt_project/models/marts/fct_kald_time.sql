{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ slet_beroerte_dage() }}"
) }}

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
    kald.antal_kald
from {{ ref('stg_stoettesystemerne__kald') }} as kald
inner join {{ ref('int_it_system__identitet') }} as system on kald.it_system_uuid = system.uuid
inner join {{ ref('int_service__identitet') }} as service
    on
        kald.service = service.leveret_service
        and kald.stoettesystem = service.stoettesystem
        and service.platform = 'stoettesystemerne'
