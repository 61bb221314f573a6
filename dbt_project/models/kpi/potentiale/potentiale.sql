{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte_kpi() }}"
) }}

select
    potentiale.maaned,
    myndighed.cvr,
    myndighed.navn as kommune,
    system.uuid as it_system_uuid,
    system.navn as it_system,
    leverandoer.navn as leverandoer,
    snitflade.snitflade,
    snitflade.navn as snitflade_navn,
    potentiale.klarmelding,
    potentiale.status,
    potentiale.tilstand,
    potentiale.aftale_i_kraft,
    cast(count(*) filter (where potentiale.status = 'realiseret') over systemets_snitflade as integer)
        as aktive,
    cast(count(*) over systemets_snitflade as integer) as anvendere,
    cast(potentiale.kald_12m as bigint) as kald_12m,
    potentiale.forventede_kald,
    potentiale.er_anonym
from {{ ref('int_potentiale') }} as potentiale
inner join {{ ref('dim_myndighed') }} as myndighed on potentiale.myndighed_id = myndighed.myndighed_id
inner join {{ ref('dim_it_system') }} as system on potentiale.it_system_id = system.it_system_id
inner join {{ ref('dim_leverandoer') }} as leverandoer on system.leverandoer_id = leverandoer.leverandoer_id
inner join {{ ref('dim_snitflade') }} as snitflade on potentiale.snitflade_id = snitflade.snitflade_id
window systemets_snitflade as (
    partition by potentiale.maaned, potentiale.it_system_id, potentiale.snitflade_id
)
