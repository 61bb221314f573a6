-- What a municipality may compare itself with, without seeing any other's number.
with

kommuner as (
    select
        myndighed_id,
        cvr,
        xyz_klasse,
        region,
        landsdel
    from {{ ref('dim_myndighed') }}
    where type = 'kommune'
),

-- what is loaded in a month: there a municipality without calls is zero, not missing
omraader as (
    select distinct
        maaned,
        platform,
        dataomraade
    from {{ ref('kald_pr_indbygger') }}
),

folketal as (
    select
        folketal.maaned,
        kommuner.cvr,
        cast(folketal.folketal as double) as folketal
    from {{ ref('int_folketal__maaned') }} as folketal
    inner join kommuner on folketal.myndighed_id = kommuner.myndighed_id
    where folketal.folketal > 0
),

kald_pr_indbygger as (
    select
        omraader.maaned,
        omraader.platform,
        omraader.dataomraade,
        folketal.cvr,
        coalesce(kald.kald, 0) as kald,
        folketal.folketal
    from omraader
    inner join folketal on omraader.maaned = folketal.maaned
    left join {{ ref('kald_pr_indbygger') }} as kald
        on
            omraader.maaned = kald.maaned
            and omraader.platform = kald.platform
            and omraader.dataomraade = kald.dataomraade
            and folketal.cvr = kald.cvr
),

-- a number per municipality and date
vaerdier as (
    select
        'kald_pr_indbygger' as maal,
        maaned as dato,
        platform,
        dataomraade,
        cvr,
        kald / folketal as vaerdi
    from kald_pr_indbygger
    union all
    -- by data area, and in all, on both platforms together
    select
        'kald_pr_indbygger' as maal,
        maaned as dato,
        'alle' as platform,
        coalesce(dataomraade, 'alle') as dataomraade,
        cvr,
        sum(kald) / max(folketal) as vaerdi
    from kald_pr_indbygger
    group by grouping sets ((maaned, cvr, dataomraade), (maaned, cvr))
    union all
    select
        'daekningsgrad' as maal,
        udtraeksdato as dato,
        null as platform,
        null as dataomraade,
        cvr,
        sum(emner_daekket) / nullif(cast(sum(emner_med_sager_xyz) as double), 0) as vaerdi
    from {{ ref('kle_daekning') }}
    group by udtraeksdato, cvr
    union all
    select
        'opslag_pr_bruger' as maal,
        maaned as dato,
        null as platform,
        null as dataomraade,
        cvr,
        sum(opslag) / nullif(cast(sum(brugere) as double), 0) as vaerdi
    from {{ ref('sapa') }}
    group by maaned, cvr
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
