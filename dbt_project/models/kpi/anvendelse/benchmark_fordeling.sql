-- What a municipality may compare itself with, without seeing any other's number.
with

kommuner as (
    select
        cvr,
        xyz_klasse,
        region,
        landsdel
    from {{ ref('dim_myndighed') }}
    where type = 'kommune'
),

grupper as (
    select
        cvr,
        'alle' as gruppering,
        'Alle kommuner' as gruppe
    from kommuner
    union all
    select
        cvr,
        'xyz_klasse' as gruppering,
        xyz_klasse as gruppe
    from kommuner
    union all
    select
        cvr,
        'region' as gruppering,
        region as gruppe
    from kommuner
    union all
    select
        cvr,
        'landsdel' as gruppering,
        landsdel as gruppe
    from kommuner
),

ordnet as (
    select
        vaerdier.maal,
        vaerdier.dato,
        vaerdier.platform,
        vaerdier.dataomraade,
        vaerdier.vaerdi,
        grupper.gruppering,
        grupper.gruppe,
        row_number() over (fordeling order by vaerdier.vaerdi, vaerdier.cvr) as plads,
        count(*) over (fordeling) as kommuner
    from {{ ref('int_sammenligning__vaerdier') }} as vaerdier
    inner join grupper on vaerdier.cvr = grupper.cvr
    where
        vaerdier.vaerdi is not null
        and grupper.gruppe is not null
    window
        fordeling as (
            partition by
                vaerdier.maal, vaerdier.dato, vaerdier.platform, vaerdier.dataomraade,
                grupper.gruppering, grupper.gruppe
        )
),

-- a figure is the mean of the municipalities nearest to its place, so that no single one's value is shown
fordelinger as (
    select
        maal,
        dato,
        platform,
        dataomraade,
        gruppering,
        gruppe,
        max(kommuner) as kommuner,
        {{ middel_af_flere('vaerdi', er_naer_plads('plads', 'kommuner', 0.25)) }} as nedre_kvartil,
        {{ middel_af_flere('vaerdi', er_naer_plads('plads', 'kommuner', 0.5)) }} as median,
        {{ middel_af_flere('vaerdi', er_naer_plads('plads', 'kommuner', 0.75)) }} as oevre_kvartil
    from ordnet
    where kommuner >= {{ mindst_kommuner() }}
    group by maal, dato, platform, dataomraade, gruppering, gruppe
),

med_rest as (
    select
        *,
        max(kommuner) over (partition by maal, dato, platform, dataomraade) - kommuner as resten
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
    -- with fewer, two figures could differ by a single municipality
    case when kommuner >= 2 * {{ mindst_kommuner() }} then nedre_kvartil end as nedre_kvartil,
    median,
    case when kommuner >= 2 * {{ mindst_kommuner() }} then oevre_kvartil end as oevre_kvartil
from med_rest
-- and so could a group and all municipalities
where resten = 0 or resten >= {{ mindst_kommuner() }}
