{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte('maaned', ref('int_tragt__beroerte')) }}"
) }}

-- All months are kept: the change is told against the month three before.
with

snitflader as (
    select
        tragt.maaned,
        tragt.myndighed_id,
        tragt.it_system_id,
        count(*) filter (where tragt.er_mulig) as mulige,
        count(*) filter (where tragt.er_mulig and tragt.kald12) as realiseret,
        count(*) filter (where tragt.er_mulig and tragt.kan_ikke_maales) as kan_ikke_maales,
        count(*) filter (where tragt.er_mulig and tragt.aftale) as med_aftale,
        count(gaeld.gaeld_maaneder) as gaeld,
        coalesce(sum(gaeld.gaeld_maaneder), 0) as gaeld_maaneder,
        coalesce(max(gaeld.gaeld_maaneder), 0) as aeldste_gaeld_maaneder,
        count(gaeld.gaeld_maaneder) filter (
            where tragt.klarmelding = 'Klarmeldt' and tragt.kald12_foerste is null
        ) as klarmeldt_uden_kald,
        bool_or(tragt.snitflade_id is null) as kun_register
    from {{ ref('int_tragt') }} as tragt
    left join {{ ref('int_tragt__gaeld_alder') }} as gaeld
        on
            tragt.maaned = gaeld.maaned
            and tragt.myndighed_id = gaeld.myndighed_id
            and tragt.it_system_id = gaeld.it_system_id
            and tragt.snitflade_id = gaeld.snitflade_id
    group by tragt.maaned, tragt.myndighed_id, tragt.it_system_id
)

select
    fase.maaned,
    fase.myndighed_id,
    fase.it_system_id,
    coalesce(snitflader.mulige, 0) as mulige,
    coalesce(snitflader.realiseret, 0) as realiseret,
    coalesce(snitflader.gaeld, 0) as gaeld,
    coalesce(snitflader.kan_ikke_maales, 0) as kan_ikke_maales,
    coalesce(snitflader.med_aftale, 0) as med_aftale,
    coalesce(snitflader.gaeld_maaneder, 0) as gaeld_maaneder,
    coalesce(snitflader.aeldste_gaeld_maaneder, 0) as aeldste_gaeld_maaneder,
    coalesce(snitflader.klarmeldt_uden_kald, 0) as klarmeldt_uden_kald,
    coalesce(kaldte.gamle_versioner, 0) as gamle_versioner,
    fase.fase = 'udfaset' and coalesce(kaldte.seneste_kald > fase.sidste_til, false) as udfaset_men_kalder,
    fase.fase,
    fase.fase_regel,
    -- counted by tilslutning_hovedtal: a system that only KITOS or ADM know
    case when snitflader.kun_register then fase.it_system_id end as kun_register
from {{ ref('int_tragt__fase') }} as fase
left join snitflader
    on
        fase.maaned = snitflader.maaned
        and fase.myndighed_id = snitflader.myndighed_id
        and fase.it_system_id = snitflader.it_system_id
left join {{ ref('int_tragt__kaldte') }} as kaldte
    on
        fase.maaned = kaldte.maaned
        and fase.myndighed_id = kaldte.myndighed_id
        and fase.it_system_id = kaldte.it_system_id
