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
),

-- of a municipality's own rows also how long they have stood there; their level is a column, for a condition
-- on one side alone makes DuckDB compare every row with every other
egne as (
    select
        'kommune' as niveau,
        maaned,
        myndighed_id,
        krav,
        trin,
        fravalg,
        count(distinct it_system_id) as systemer,
        median(dage) as dage_midt
    from {{ ref('int_tragt') }}
    group by maaned, myndighed_id, krav, trin, fravalg
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
    cast(egne.systemer as integer) as systemer,
    cast(round(egne.dage_midt) as integer) as dage_midt,
    coalesce(finhed.finhed = 3, false) as er_anonym
from summer
inner join {{ ref('int_tragt__medlem') }} as medlem
    on
        summer.niveau = medlem.niveau
        and summer.medlem_id = medlem.medlem_id
left join egne
    on
        summer.niveau = egne.niveau
        and summer.maaned = egne.maaned
        and summer.medlem_id = egne.myndighed_id
        and summer.krav is not distinct from egne.krav
        and summer.trin = egne.trin
        and summer.fravalg is not distinct from egne.fravalg
left join {{ ref('int_tragt__finhed') }} as finhed
    on
        summer.maaned = finhed.maaned
        and summer.niveau = finhed.niveau
        and summer.medlem_id = finhed.medlem_id
        and summer.krav is not distinct from finhed.krav
