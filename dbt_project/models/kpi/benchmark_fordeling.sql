-- What a municipality may compare itself with, without seeing any other's number.
with

-- a number per municipality and date
vaerdier as (
    select
        'kald_pr_indbygger' as maal,
        maaned as dato,
        platform,
        dataomraade,
        cvr,
        kald_pr_indbygger as vaerdi
    from {{ ref('kald_pr_indbygger') }}
    union all
    select
        'tilslutningsgrad' as maal,
        statusdato as dato,
        null as platform,
        null as dataomraade,
        cvr,
        tilslutningsgrad as vaerdi
    from {{ ref('tilslutning_kommune') }}
    union all
    select
        'realiseringsgrad' as maal,
        maaned as dato,
        null as platform,
        null as dataomraade,
        cvr,
        realiseringsgrad as vaerdi
    from {{ ref('potentiale_kommune') }}
),

kommuner as (
    select
        cvr,
        xyz_klasse,
        region
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
),

ordnet as (
    select
        vaerdier.*,
        grupper.gruppering,
        grupper.gruppe,
        row_number() over (fordeling order by vaerdier.vaerdi, vaerdier.cvr) as plads,
        count(*) over (fordeling) as kommuner
    from vaerdier
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
