{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte('maaned', ref('int_tragt__beroerte')) }}"
) }}

select
    tragt.maaned,
    myndighed.cvr,
    myndighed.navn as kommune,
    system.uuid as it_system_uuid,
    system.navn as it_system,
    leverandoer.navn as leverandoer,
    snitflade.snitflade,
    snitflade.navn as snitflade_navn,
    tragt.krav,
    tragt.klarmelding,
    tragt.trin,
    tragt.siden,
    tragt.dage,
    tragt.aarsag,
    tragt.fravalg,
    tragt.bruger_systemet,
    tragt.aftale_kan_ses,
    tragt.kan_ikke_maales,
    tragt.naaet_forpligtet,
    tragt.naaet_tilmeldt,
    tragt.naaet_klarmeldt,
    tragt.naaet_aftale,
    tragt.naaet_foerste_kald,
    tragt.naaet_stabil_brug,
    tragt.naeste_skridt,
    case
        when tragt.naeste_skridt = 'spoerg_leverandoeren' then 'kombit'
        when tragt.naeste_skridt = 'klarmeld' then 'leverandoer'
        when tragt.naeste_skridt = 'fjern_aarsagen' and tragt.aarsag <> 'ikke_efterspurgt' then 'leverandoer'
        when tragt.naeste_skridt = 'foerste_kald' then 'begge'
        when tragt.naeste_skridt is not null then 'kommune'
    end as naeste_part
from {{ ref('int_tragt') }} as tragt
inner join {{ ref('dim_myndighed') }} as myndighed on tragt.myndighed_id = myndighed.myndighed_id
inner join {{ ref('dim_it_system') }} as system on tragt.it_system_id = system.it_system_id
inner join {{ ref('dim_leverandoer') }} as leverandoer on system.leverandoer_id = leverandoer.leverandoer_id
left join {{ ref('dim_snitflade') }} as snitflade on tragt.snitflade_id = snitflade.snitflade_id
