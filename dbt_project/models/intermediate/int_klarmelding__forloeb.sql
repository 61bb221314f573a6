-- Since when each status has stood, as told by each status sheet.
-- noqa: disable=layout.indent
-- (what a loop writes)
with

klasser as (
    select
        statusdato,
        it_system_id,
        snitflade_id,
        klarmelding,
        aarsag,
        {{ klarmelding_klasse('klarmelding', 'aarsag') }} as klasse
    from {{ ref('int_klarmelding__ark') }}
),

med_forrige as (
    select
        *,
        klarmelding is not null as oplyst,
        coalesce(lag(klasse) over forloeb, 'ingen') as klasse_foer,
        coalesce(lag(klarmelding is not null) over forloeb, false) as oplyst_foer
    from klasser
    window forloeb as (partition by it_system_id, snitflade_id order by statusdato)
)

select
    statusdato,
    it_system_id,
    snitflade_id,
    klarmelding,
    aarsag,
    klasse,
    {%- for navn in ('aldrig', 'klarmeldt', 'ikke_endnu', 'tilmeldt') %}
    {%- set nu, foer = "(klasse = '" ~ navn ~ "')", "(klasse_foer = '" ~ navn ~ "')" %}
    {{ forloeb(navn, nu, foer, 'statusdato', 'forloeb') }},
    {%- endfor %}
    {{ forloeb('oplyst', 'oplyst', 'oplyst_foer', 'statusdato', 'forloeb') }},
    {{ foerste_gang('klarmeldt', "klasse = 'klarmeldt'", 'statusdato', 'forloeb') }},
    {{ foerste_gang('tilmeldt', "klasse = 'tilmeldt'", 'statusdato', 'forloeb') }}
from med_forrige
window forloeb as (partition by it_system_id, snitflade_id order by statusdato)
