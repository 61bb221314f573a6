{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte_kpi() }}"
) }}

with

dage as (
    select
        kalender.dato_id,
        kalender.maaned_start as maaned,
        case when kalender.er_arbejdsdag then 'arbejdsdag' else 'fridag' end as dagstype
    from {{ ref('dim_dato') }} as kalender
    inner join {{ ref('int_kpi__maaneder') }} as beroert on kalender.maaned_start = beroert.maaned
),

kald as (
    select
        dage.maaned,
        service.platform,
        service.service,
        service.version,
        dage.dagstype,
        kald_timer.time_id,
        sum(kald_timer.kald) as kald,
        min(service.snitflade) as snitflade
    from {{ ref('int_kald__service_time') }} as kald_timer
    inner join dage on kald_timer.dato_id = dage.dato_id
    inner join {{ ref('dim_service') }} as service on kald_timer.service_id = service.service_id
    group by
        dage.maaned, service.platform, service.service, service.version, dage.dagstype, kald_timer.time_id
),

profiler as (
    select
        maaned,
        platform,
        service,
        version,
        dagstype,
        min(snitflade) as snitflade,
        sum(kald) as kald
    from kald
    group by maaned, platform, service, version, dagstype
)

-- an hour without calls has a row too
select
    profiler.maaned,
    profiler.platform,
    profiler.service,
    profiler.version,
    profiler.snitflade,
    profiler.dagstype,
    tid.time_id,
    cast(coalesce(kald.kald, 0) as bigint) as kald,
    coalesce(kald.kald, 0) / nullif(cast(profiler.kald as double), 0) as andel
from profiler
cross join {{ ref('dim_time') }} as tid
left join kald
    on
        profiler.maaned = kald.maaned
        and profiler.platform = kald.platform
        and profiler.service = kald.service
        and profiler.version is not distinct from kald.version
        and profiler.dagstype = kald.dagstype
        and tid.time_id = kald.time_id
