{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte('maaned', ref('int_tragt__beroerte')) }}"
) }}

with

summer as (
    select
        maaned,
        niveau,
        medlem_id,
        krav,
        trin,
        fravalg,
        sum(antal) as antal,
        count(*) as kommuner
    from {{ ref('int_tragt__pr_kommune') }}
    group by maaned, niveau, medlem_id, krav, trin, fravalg
)

select
    summer.maaned,
    summer.niveau,
    medlem.cvr,
    medlem.kommune,
    medlem.it_system_uuid,
    medlem.it_system,
    medlem.leverandoer,
    medlem.snitflade,
    medlem.snitflade_navn,
    summer.krav,
    summer.trin,
    summer.fravalg,
    cast(summer.antal as integer) as antal,
    cast(summer.kommuner as integer) as kommuner,
    coalesce(finhed.finhed = 3, false) as er_anonym
from summer
inner join {{ ref('int_tragt__medlem') }} as medlem
    on
        summer.niveau = medlem.niveau
        and summer.medlem_id = medlem.medlem_id
left join {{ ref('int_tragt__finhed') }} as finhed
    on
        summer.maaned = finhed.maaned
        and summer.niveau = finhed.niveau
        and summer.medlem_id = finhed.medlem_id
        and summer.krav is not distinct from finhed.krav
