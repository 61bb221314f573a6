{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte_kpi() }}"
) }}

{#- What is known of a row on each level; the rest is empty. -#}
{% set niveauer = {
    'k98': [],
    'it_system': ['it_system_uuid', 'it_system', 'leverandoer'],
    'it_system_snitflade': [
        'it_system_uuid', 'it_system', 'leverandoer', 'snitflade', 'snitflade_navn', 'klarmelding'
    ],
    'leverandoer': ['leverandoer'],
    'snitflade': ['snitflade', 'snitflade_navn'],
} %}
{% set kolonner = niveauer['it_system_snitflade'] %}
-- The possible uses of kpi.potentiale, added up by what they can be looked at by, beside the quarter before.
with

beroerte as (
    select maaned from {{ ref('int_kpi__maaneder') }}
),

anvendelser as (
    select
        potentiale.*,
        vindue.maaneder_12m
    from {{ ref('potentiale') }} as potentiale
    left join {{ ref('int_maaneder__vindue') }} as vindue on potentiale.maaned = vindue.maaned
    where
        potentiale.maaned in (select beroerte.maaned from beroerte)
        or {{ dbt.dateadd('month', 3, 'potentiale.maaned') }} in (select beroerte.maaned from beroerte)
),

summer as (
    {% for niveau, noegler in niveauer.items() %}
        select
            maaned,
            '{{ niveau }}' as niveau,
            {% for kolonne in kolonner %}
                {{ kolonne if kolonne in noegler else 'cast(null as varchar)' }} as {{ kolonne }},
            {% endfor %}
            max(maaneder_12m) as maaneder_12m,
            count(distinct cvr) as kommuner,
            count(distinct cvr) filter (where tilstand = 'i_brug') as kommuner_i_brug,
            count(*) as mulige,
            count(*) filter (where tilstand = 'i_brug') as i_brug,
            count(*) filter (where tilstand = 'andre_i_gang') as andre_i_gang,
            count(*) filter (where tilstand = 'klarmeldt_ubrugt') as klarmeldt_ubrugt,
            count(*) filter (where tilstand = 'ikke_klar') as ikke_klar,
            count(*) filter (where tilstand = 'kan_ikke_maales') as kan_ikke_maales,
            sum(kald_12m) as kald_12m,
            {{ sum_uanset_orden("case when tilstand <> 'i_brug' and er_anonym then forventede_kald end") }}
                as forventede_kald
        from anvendelser
        group by {{ (['maaned'] + noegler) | join(', ') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    nu.maaned,
    nu.niveau,
    nu.it_system_uuid,
    nu.it_system,
    nu.leverandoer,
    nu.snitflade,
    nu.snitflade_navn,
    nu.klarmelding,
    cast(nu.kommuner as integer) as kommuner,
    cast(nu.kommuner_i_brug as integer) as kommuner_i_brug,
    cast(coalesce(foer.kommuner_i_brug, 0) as integer) as kommuner_i_brug_kvartal_foer,
    cast(nu.mulige as integer) as mulige,
    cast(nu.i_brug as integer) as i_brug,
    cast(nu.andre_i_gang as integer) as andre_i_gang,
    cast(nu.klarmeldt_ubrugt as integer) as klarmeldt_ubrugt,
    cast(nu.ikke_klar as integer) as ikke_klar,
    cast(nu.kan_ikke_maales as integer) as kan_ikke_maales,
    nu.i_brug / nullif(cast(nu.mulige - nu.kan_ikke_maales as double), 0) as realiseringsgrad,
    cast(nu.kald_12m as bigint) as kald_12m,
    nu.forventede_kald,
    {{ er_anonym('nu.kommuner') }} as er_anonym,
    {{ er_anonym('nu.kommuner_i_brug') }} as brug_er_anonym,
    nu.kommuner_i_brug <> foer.kommuner_i_brug
    and {{ er_anonym('nu.kommuner_i_brug') }}
    and {{ er_anonym('foer.kommuner_i_brug') }} as er_flyttet
from summer as nu
left join summer as foer
    on
        nu.maaned = {{ dbt.dateadd('month', 3, 'foer.maaned') }}
        -- a longer window is no growth
        and nu.maaneder_12m is not distinct from foer.maaneder_12m
        and nu.niveau = foer.niveau
        and nu.it_system is not distinct from foer.it_system
        and nu.it_system_uuid is not distinct from foer.it_system_uuid
        and nu.leverandoer is not distinct from foer.leverandoer
        and nu.snitflade is not distinct from foer.snitflade
where nu.maaned in (select beroerte.maaned from beroerte)
