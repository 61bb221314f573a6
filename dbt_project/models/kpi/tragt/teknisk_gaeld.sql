{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte('maaned', ref('int_tragt__beroerte')) }}"
) }}

select
    gaeld.maaned,
    myndighed.cvr,
    myndighed.navn as kommune,
    system.uuid as it_system_uuid,
    system.navn as it_system,
    leverandoer.navn as leverandoer,
    cast(gaeld.mulige as integer) as mulige,
    cast(gaeld.realiseret as integer) as realiseret,
    cast(gaeld.gaeld as integer) as gaeld,
    cast(gaeld.kan_ikke_maales as integer) as kan_ikke_maales,
    cast(gaeld.gaeld_maaneder as integer) as gaeld_maaneder,
    cast(gaeld.aeldste_gaeld_maaneder as integer) as aeldste_gaeld_maaneder,
    cast(gaeld.klarmeldt_uden_kald as integer) as klarmeldt_uden_kald,
    cast(gaeld.gamle_versioner as integer) as gamle_versioner,
    gaeld.udfaset_men_kalder,
    -- what is in use is counted over 12 months, and compared where as many are loaded
    case
        when vindue.maaneder_12m = vindue_foer.maaneder_12m then cast(gaeld.gaeld - foer.gaeld as integer)
    end as gaeld_aendring,
    case
        when vindue.maaneder_12m = vindue_foer.maaneder_12m
            then cast(gaeld.gaeld_maaneder - foer.gaeld_maaneder as integer)
    end as gaeld_maaneder_aendring,
    gaeld.fase,
    gaeld.fase_regel
from {{ ref('int_teknisk_gaeld') }} as gaeld
inner join {{ ref('int_tragt__beroerte') }} as beroert on gaeld.maaned = beroert.maaned
inner join {{ ref('dim_myndighed') }} as myndighed on gaeld.myndighed_id = myndighed.myndighed_id
inner join {{ ref('dim_it_system') }} as system on gaeld.it_system_id = system.it_system_id
inner join {{ ref('dim_leverandoer') }} as leverandoer on system.leverandoer_id = leverandoer.leverandoer_id
left join {{ ref('int_teknisk_gaeld') }} as foer
    on
        gaeld.maaned = {{ dbt.dateadd('month', 3, 'foer.maaned') }}
        and gaeld.myndighed_id = foer.myndighed_id
        and gaeld.it_system_id = foer.it_system_id
left join {{ ref('int_maaneder__vindue') }} as vindue on gaeld.maaned = vindue.maaned
left join {{ ref('int_maaneder__vindue') }} as vindue_foer on foer.maaned = vindue_foer.maaned
