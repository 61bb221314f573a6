{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte_kpi() }}"
) }}

-- "Hvorfor kun Fredericia?": the one or two municipalities that call what five or more could.
with

kaldende as (
    select
        maaned,
        it_system_id,
        service,
        version,
        myndighed_id,
        snitflade
    from {{ ref('int_udbredelse__par') }}
    where er_kommune
)

select
    udbredelse.maaned,
    udbredelse.it_system_uuid,
    udbredelse.it_system,
    udbredelse.service,
    udbredelse.version,
    udbredelse.snitflade,
    myndighed.cvr,
    myndighed.navn as kommune,
    udbredelse.aktive,
    udbredelse.anvendere
from {{ ref('udbredelse') }} as udbredelse
inner join {{ ref('dim_it_system') }} as system
    on
        udbredelse.it_system = system.navn
        and udbredelse.it_system_uuid is not distinct from system.uuid
inner join kaldende
    on
        udbredelse.maaned = kaldende.maaned
        and system.it_system_id = kaldende.it_system_id
        and udbredelse.service = kaldende.service
        and udbredelse.version is not distinct from kaldende.version
inner join {{ ref('dim_myndighed') }} as myndighed on kaldende.myndighed_id = myndighed.myndighed_id
where
    udbredelse.aktive <= 2
    and udbredelse.anvendere >= {{ mindst_kommuner() }}
