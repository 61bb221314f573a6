{#-
  The steps in the order in which they are tried: name, condition, since when it has held, when it last ceased to, and
  whether it waits for the system. Facts come before declarations, and the municipality's own decision before all.
-#}
{%- set alle_trin = [
    ('udfaset', "udfaset",
         "greatest(cast(sidste_til + interval 1 day as date), udfaset_fra)", "udfaset_ophoert", false),
    ('stabil_brug', "stabil", "stabil_fra", "stabil_ophoert", false),
    ('foerste_kald', "kald12", "kald12_fra", "kald12_ophoert", false),
    ('aldrig', "klasse = 'aldrig'", "aldrig_fra", "aldrig_ophoert", true),
    ('aftale', "aftale", "aftale_fra", "aftale_ophoert", false),
    ('klarmeldt', "klasse = 'klarmeldt'", "klarmeldt_fra", "klarmeldt_ophoert", true),
    ('ikke_endnu', "klasse = 'ikke_endnu'", "ikke_endnu_fra", "ikke_endnu_ophoert", true),
    ('tilmeldt', "klasse = 'tilmeldt'", "tilmeldt_fra", "tilmeldt_ophoert", true),
    ('forpligtet', "krav is not null", "forpligtet_fra", "forpligtet_ophoert", true),
    ('mulig', "true", "oplyst_fra", none, true),
] %}

-- The first step that holds, and since when: a fall is dated from the loss of what was stronger, and nobody
-- waits for a supplier before having the system.
-- noqa: disable=layout.indent
-- (what a loop writes)
with

placeret as (
    select
        *,
        case
            {%- for navn, betingelse, fra, ophoert, venter in alle_trin %}
            when {{ betingelse }} then '{{ navn }}'
            {%- endfor %}
        end as bevis,
        case
            {%- set tabt = [] %}
            {%- for navn, betingelse, fra, ophoert, venter in alle_trin %}
            {%- set siden = [fra, 'brug_start' if venter else 'null'] + tabt %}
            when {{ betingelse }}
                then greatest({{ siden | join(', ') }})
            {%- do tabt.append(ophoert) %}
            {%- endfor %}
        end as siden,
        coalesce(
            seneste_kald > sidste_til and seneste_kald >= {{ dbt.dateadd('month', -2, 'maaned') }}, false
        ) as kalder_efter_slut
    from {{ ref('int_tragt__beviser') }}
),

skridt as (
    select
        *,
        case
            when bevis = 'mulig' then 'spoerg_leverandoeren'
            when bevis in ('forpligtet', 'tilmeldt') then 'klarmeld'
            when bevis = 'klarmeldt' and klarmelding in ('Delvis', 'Ensidig') then 'klarmeld'
            when bevis = 'klarmeldt' and aftale_kan_ses then 'indgaa_aftale'
            when bevis = 'klarmeldt' then 'tag_i_brug'
            when bevis = 'aftale' then 'foerste_kald'
            when bevis = 'foerste_kald' then 'goer_brugen_stabil'
            when bevis = 'ikke_endnu' then 'fjern_aarsagen'
            when bevis = 'udfaset' and kalder_efter_slut then 'luk_eller_ret_registret'
        end as naeste_skridt
    from placeret
),

andre as (
    select distinct
        forloeb.maaned,
        forloeb.it_system_id,
        forloeb.snitflade_id
    from {{ ref('int_tragt__forloeb') }} as forloeb
    inner join {{ ref('int_tragt__beroerte') }} as beroert on forloeb.maaned = beroert.maaned
    where forloeb.kald12
)

select
    placeret.maaned,
    placeret.sidste_dag,
    placeret.myndighed_id,
    placeret.it_system_id,
    placeret.snitflade_id,
    placeret.krav,
    placeret.klarmelding,
    case when placeret.bevis in ('aldrig', 'ikke_endnu') then 'fravalgt' else placeret.bevis end as trin,
    case when placeret.bevis in ('aldrig', 'ikke_endnu') then placeret.bevis end as fravalg,
    case
        when placeret.bevis in ('aldrig', 'ikke_endnu')
            then coalesce(placeret.aarsag, lower(replace(placeret.klarmelding, ' ', '_')))
    end as aarsag,
    placeret.siden,
    cast(date_diff('day', placeret.siden, placeret.sidste_dag) as integer) as dage,
    placeret.bruger_systemet,
    placeret.kald12,
    placeret.aftale,
    placeret.kald12_ophoert,
    placeret.kald12_foerste,
    placeret.seneste_kald,
    placeret.sidste_til,
    placeret.aftale_kan_ses,
    placeret.naeste_skridt,
    placeret.kan_ikke_maales,
    {%- set senere = ['placeret.stabil_foerste'] %}
    placeret.stabil_foerste as naaet_stabil_brug,
    {%- for trin, kolonne in [
    ('foerste_kald', 'kald12_foerste'), ('aftale', 'aftale_foerste'), ('klarmeldt', 'klarmeldt_foerste'),
    ('tilmeldt', 'tilmeldt_foerste'), ('forpligtet', 'forpligtet_foerste'),
    ] %}
    {%- do senere.append('placeret.' ~ kolonne) %}
    least({{ senere | join(', ') }}) as naaet_{{ trin }},
    {%- endfor %}
    placeret.krav = 'obligatorisk'
    and placeret.bruger_systemet
    and placeret.bevis not in ('udfaset', 'aldrig') as er_mulig,
    -- could have been in use, and was not: it can be measured, and somebody has shown or said that it works
    coalesce(
        placeret.krav = 'obligatorisk'
        and placeret.bruger_systemet
        and placeret.bevis not in ('udfaset', 'aldrig')
        and not placeret.kan_ikke_maales
        and placeret.er_observeret
        and not placeret.kald12
        and (placeret.klarmelding = 'Klarmeldt' or andre.maaned is not null),
        false
    ) as er_moden
from skridt as placeret
left join andre
    on
        placeret.maaned = andre.maaned
        and placeret.it_system_id = andre.it_system_id
        and placeret.snitflade_id = andre.snitflade_id
