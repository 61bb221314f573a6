{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte_kpi() }}"
) }}

with

-- what only other authorities call is no roll-out among municipalities
aktive as (
    select
        maaned,
        it_system_id,
        service,
        version,
        min(snitflade) as snitflade,
        count(*) filter (where er_kommune) as aktive
    from {{ ref('int_udbredelse__par') }}
    group by maaned, it_system_id, service, version
    having count(*) filter (where er_kommune) > 0
),

anvendere as (
    select
        maaned,
        it_system_id,
        count(*) as anvendere
    from {{ ref('int_udbredelse__anvendere') }}
    group by maaned, it_system_id
)

select
    aktive.maaned,
    system.uuid as it_system_uuid,
    system.navn as it_system,
    aktive.service,
    aktive.version,
    aktive.snitflade,
    cast(coalesce(anvendere.anvendere, 0) as integer) as anvendere,
    cast(aktive.aktive as integer) as aktive,
    aktive.aktive / nullif(cast(anvendere.anvendere as double), 0) as udbredelsesgrad,
    -- less than half: those that call are the exception, and one asks why
    coalesce(
        anvendere.anvendere >= {{ mindst_kommuner() }} and 2 * aktive.aktive < anvendere.anvendere, false
    ) as kun_faa
from aktive
inner join {{ ref('dim_it_system') }} as system on aktive.it_system_id = system.it_system_id
left join anvendere
    on
        aktive.maaned = anvendere.maaned
        and aktive.it_system_id = anvendere.it_system_id
