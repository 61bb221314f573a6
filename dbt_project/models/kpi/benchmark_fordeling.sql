{#-
  The values that a municipality may compare itself with, and where they stand. Each is a number per municipality
  and month that others may not see by itself.
-#}
{%- set maal = [
    ('kald_pr_indbygger', ref('kald_pr_indbygger'), 'maaned', 'platform', 'dataomraade'),
    ('tilslutningsgrad', ref('tilslutning_kommune'), 'statusdato', 'null', 'null'),
    ('realiseringsgrad', ref('potentiale_kommune'), 'maaned', 'null', 'null'),
] -%}

with

vaerdier as (
    {%- for navn, tabel, dato, platform, dataomraade in maal %}
    select
        '{{ navn }}' as maal,
        {{ dato }} as dato,
        cast({{ platform }} as varchar) as platform,
        cast({{ dataomraade }} as varchar) as dataomraade,
        cvr,
        {{ navn }} as vaerdi
    from {{ tabel }}
    where {{ navn }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

i_grupper as (
    select
        vaerdier.*,
        gruppe.gruppering,
        gruppe.gruppe
    from vaerdier
    inner join (
        select cvr, 'alle' as gruppering, 'Alle kommuner' as gruppe from {{ ref('dim_myndighed') }}
        where type = 'kommune'
        union all
        select cvr, 'xyz_klasse' as gruppering, xyz_klasse as gruppe from {{ ref('dim_myndighed') }}
        where type = 'kommune'
        union all
        select cvr, 'region' as gruppering, region as gruppe from {{ ref('dim_myndighed') }}
        where type = 'kommune'
    ) as gruppe on vaerdier.cvr = gruppe.cvr
    where gruppe.gruppe is not null
),

ordnet as (
    select
        *,
        row_number() over (fordeling order by vaerdi, cvr) as plads,
        count(*) over (fordeling) as kommuner
    from i_grupper
    window fordeling as (partition by maal, dato, platform, dataomraade, gruppering, gruppe)
),

-- a figure is the mean of the five municipalities nearest to its place, so that no single one's value is shown
vinduer as (
    select
        *,
        greatest(1, least(
            kommuner - {{ mindst_kommuner() }} + 1, cast(round(1 + (kommuner - 1) * 0.25) as bigint) - 2
        )) as nedre_fra,
        greatest(1, least(
            kommuner - {{ mindst_kommuner() }} + 1, cast(round(1 + (kommuner - 1) * 0.5) as bigint) - 2
        )) as midt_fra,
        greatest(1, least(
            kommuner - {{ mindst_kommuner() }} + 1, cast(round(1 + (kommuner - 1) * 0.75) as bigint) - 2
        )) as oevre_fra
    from ordnet
    where kommuner >= {{ mindst_kommuner() }}
),

fordelinger as (
    select
        maal,
        dato,
        platform,
        dataomraade,
        gruppering,
        gruppe,
        max(kommuner) as kommuner,
        {%- for navn in ['nedre', 'midt', 'oevre'] %}
        {{ middel_af_flere('vaerdi', 'plads between ' ~ navn ~ '_fra and ' ~ navn ~ '_fra + ' ~ mindst_kommuner() ~ ' - 1') }}
            as {{ navn }}{{ ',' if not loop.last }}
        {%- endfor %}
    from vinduer
    group by maal, dato, platform, dataomraade, gruppering, gruppe
),

-- what is left of all municipalities without the group must be none or five as well
med_rest as (
    select
        *,
        max(kommuner) filter (where gruppering = 'alle') over (
            partition by maal, dato, platform, dataomraade
        ) - kommuner as resten
    from fordelinger
)

select
    maal,
    dato,
    platform,
    dataomraade,
    gruppering,
    gruppe,
    cast(kommuner as integer) as kommuner,
    -- with fewer than ten, two figures could differ by a single municipality
    case when kommuner >= 2 * {{ mindst_kommuner() }} then nedre end as nedre_kvartil,
    midt as median,
    case when kommuner >= 2 * {{ mindst_kommuner() }} then oevre end as oevre_kvartil
from med_rest
where resten = 0 or resten >= {{ mindst_kommuner() }}
