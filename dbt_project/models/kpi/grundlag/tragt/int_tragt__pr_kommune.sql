-- What each municipality adds to a sum's steps. A system's sum is keyed by the system, and so on; K98 by 0.
{%- set niveauer = [
    ('kommune', 'myndighed_id'), ('it_system', 'it_system_id'), ('leverandoer', 'leverandoer_id'),
    ('snitflade', 'coalesce(snitflade_id, 0)'), ('k98', 'cast(0 as bigint)'),
] %}
with

raekker as (
    select
        tragt.maaned,
        tragt.myndighed_id,
        tragt.it_system_id,
        system.leverandoer_id,
        tragt.snitflade_id,
        tragt.krav,
        tragt.trin,
        tragt.fravalg,
        count(*) as antal
    from {{ ref('int_tragt') }} as tragt
    inner join {{ ref('dim_it_system') }} as system on tragt.it_system_id = system.it_system_id
    group by
        tragt.maaned, tragt.myndighed_id, tragt.it_system_id, system.leverandoer_id, tragt.snitflade_id,
        tragt.krav, tragt.trin, tragt.fravalg
)

-- noqa: disable=layout.indent
-- (one statement in a loop is read best at the margin)
{% for niveau, medlem in niveauer %}
select
    maaned,
    '{{ niveau }}' as niveau,
    {{ medlem }} as medlem_id,
    myndighed_id,
    krav,
    trin,
    fravalg,
    sum(antal) as antal
from raekker
group by
    maaned, {{ medlem ~ ', ' if niveau != 'k98' }}{{ 'myndighed_id, ' if niveau != 'kommune' }}krav, trin,
    fravalg
{{ 'union all' if not loop.last }}
{% endfor %}
