{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte_maaneder() }}"
) }}

with

dage as (
    select
        dato.dato_id,
        dato.maaned_start as maaned
    from {{ ref('dim_dato') }} as dato
    inner join {{ source('plan', 'beroerte_maaneder') }} as beroert
        on dato.maaned_start = beroert.maaned
),

stoettesystemerne as (
    select
        dage.maaned,
        kald.myndighed_id,
        kald.it_system_id,
        kald.service_id,
        cast(0 as bigint) as serviceaftale_id,
        cast(sum(kald.antal_kald) as bigint) as antal_kald
    from {{ ref('fct_kald_dag') }} as kald
    inner join dage on kald.dato_id = dage.dato_id
    group by dage.maaned, kald.myndighed_id, kald.it_system_id, kald.service_id
),

serviceplatformen as (
    select
        kald.maaned,
        cast(kald.myndighed_cvr as bigint) as myndighed_id,
        system.it_system_id,
        service.service_id,
        coalesce({{ noegle('kald.serviceaftale_uuid') }}, 0) as serviceaftale_id,
        cast(sum(kald.antal_kald) as bigint) as antal_kald
    from {{ ref('stg_serviceplatformen__kald') }} as kald
    inner join {{ ref('int_it_system__identitet') }} as system on kald.it_system_uuid = system.uuid
    inner join {{ ref('int_service__identitet') }} as service
        on
            kald.service = service.leveret_service
            and service.platform = 'serviceplatformen'
    group by
        kald.maaned, kald.myndighed_cvr, system.it_system_id, service.service_id, kald.serviceaftale_uuid
)

select * from stoettesystemerne
union all
select * from serviceplatformen
