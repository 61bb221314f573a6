{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte_kpi() }}"
) }}

-- The municipalities' calls of a service through a system in a month.
with

pr_kommune as (
    select
        kald.maaned,
        kald.it_system_id,
        service.service,
        service.version,
        service.snitflade,
        kald.myndighed_id,
        sum(kald.kald) as kald
    from {{ ref('int_kald__kommune_maaned') }} as kald
    inner join {{ ref('int_kpi__maaneder') }} as beroert on kald.maaned = beroert.maaned
    inner join {{ ref('dim_service') }} as service on kald.service_id = service.service_id
    where kald.er_kommune
    group by
        kald.maaned, kald.it_system_id, service.service, service.version, service.snitflade, kald.myndighed_id
),

i_alt as (
    select
        maaned,
        it_system_id,
        service,
        version,
        snitflade,
        count(*) as kommuner,
        sum(kald) as kald,
        max(kald) as stoerste
    from pr_kommune
    group by maaned, it_system_id, service, version, snitflade
)

select
    i_alt.maaned,
    system.uuid as it_system_uuid,
    system.navn as it_system,
    i_alt.service,
    i_alt.version,
    i_alt.snitflade,
    cast(i_alt.kommuner as integer) as kommuner,
    cast(i_alt.kald as bigint) as kald,
    {{ er_anonym('i_alt.kommuner', 'i_alt.kald', 'i_alt.stoerste') }} as er_anonym
from i_alt
inner join {{ ref('dim_it_system') }} as system on i_alt.it_system_id = system.it_system_id
