-- Findings of number: gaps, doubtful declarations, debt, silent units, deviations; and how it stands.
with

vaegte as (
    select * from {{ ref('stg_reference__vaegte') }}
    where emne = 'fund'
),

maaneder as (
    select distinct maaned from {{ ref('int_indlaeste_maaneder') }}
),

kommuner as (
    select cvr from {{ ref('dim_myndighed') }}
    where type = 'kommune'
),

-- a gap is a use that the greater part of the system's municipalities, five at least, already have
huller as (
    select
        potentiale.maaned,
        potentiale.cvr,
        count(*) as antal
    from {{ ref('potentiale') }} as potentiale
    inner join vaegte on vaegte.kode = 'hul'
    where
        potentiale.tilstand = 'andre_i_gang'
        and potentiale.aktive >= {{ mindst_kommuner() }}
        and potentiale.aktive * 100 >= vaegte.afstand * potentiale.anvendere
    group by potentiale.maaned, potentiale.cvr
),

gaeld as (
    select
        maaned,
        cvr,
        sum(gaeld) as antal,
        sum(gaeld_maaneder) / nullif(cast(sum(gaeld) as double), 0) as alder,
        sum(mulige - kan_ikke_maales) as maalbare
    from {{ ref('teknisk_gaeld') }}
    group by maaned, cvr
),

enheder as (
    select
        sapa.maaned,
        sapa.cvr,
        count(*) as antal,
        count(*) filter (where sapa.maaneder_stille >= vaegte.afstand) as stille,
        sum(sapa.brugere) filter (where sapa.maaneder_stille >= vaegte.afstand)
        / nullif(cast(sum(sapa.brugere) as double), 0) as andel
    from {{ ref('sapa') }} as sapa
    inner join vaegte on vaegte.kode = 'sapa'
    where sapa.brugere >= {{ mindst_kommuner() }}
    group by sapa.maaned, sapa.cvr
),

-- what began or went on in the three months that end with the month
afvigelser as (
    select
        maaneder.maaned,
        afvigelser.cvr,
        count(*) as antal
    from {{ ref('afvigelser') }} as afvigelser
    inner join kommuner on afvigelser.cvr = kommuner.cvr
    inner join maaneder
        on
            afvigelser.fra <= {{ dbt.last_day('maaneder.maaned', 'month') }}
            and afvigelser.til >= {{ dbt.dateadd('month', -2, 'maaneder.maaned') }}
    group by maaneder.maaned, afvigelser.cvr
),

fundne as (
    select
        maaneder.maaned,
        kommuner.cvr,
        'vel' as slags,
        cast(1 as double) as grad,
        coalesce(potentiale.realiseret, 0) as taeller,
        coalesce(potentiale.mulige - potentiale.kan_ikke_maales, 0) as grundlag,
        coalesce(cast(potentiale.andre_i_gang as double), 0) as vaerdi
    from maaneder
    cross join kommuner
    left join {{ ref('potentiale_kommune') }} as potentiale
        on
            maaneder.maaned = potentiale.maaned
            and kommuner.cvr = potentiale.cvr
    union all
    select
        potentiale.maaned,
        potentiale.cvr,
        'tvivl',
        potentiale.klarmeldt_ubrugt * 100
        / nullif(vaegte.skala * (potentiale.mulige - potentiale.kan_ikke_maales), 0),
        potentiale.klarmeldt_ubrugt,
        potentiale.mulige - potentiale.kan_ikke_maales,
        null
    from {{ ref('potentiale_kommune') }} as potentiale
    inner join vaegte on vaegte.kode = 'tvivl'
    where potentiale.klarmeldt_ubrugt >= vaegte.mindst
    union all
    select
        huller.maaned,
        huller.cvr,
        'hul',
        huller.antal * 100
        / nullif(vaegte.skala * (potentiale.mulige - potentiale.kan_ikke_maales), 0),
        huller.antal,
        potentiale.mulige - potentiale.kan_ikke_maales,
        null
    from huller
    inner join {{ ref('potentiale_kommune') }} as potentiale
        on
            huller.maaned = potentiale.maaned
            and huller.cvr = potentiale.cvr
    inner join vaegte on vaegte.kode = 'hul'
    where huller.antal >= vaegte.mindst
    union all
    select
        gaeld.maaned,
        gaeld.cvr,
        'gaeld',
        (gaeld.alder - vaegte.afstand) / vaegte.skala,
        gaeld.antal,
        gaeld.maalbare,
        gaeld.alder
    from gaeld
    inner join vaegte on vaegte.kode = 'gaeld'
    where
        gaeld.antal >= vaegte.mindst
        and gaeld.alder > vaegte.afstand
    union all
    select
        enheder.maaned,
        enheder.cvr,
        'sapa',
        enheder.andel * 100 / vaegte.skala,
        enheder.stille,
        enheder.antal,
        enheder.andel
    from enheder
    inner join vaegte on vaegte.kode = 'sapa'
    where enheder.stille >= vaegte.mindst
    union all
    select maaned, cvr, 'drift', 1, antal, null, null
    from afvigelser
)

select
    maaned,
    cvr,
    slags,
    cast(least(1, greatest(0, grad)) as double) as grad,
    cast(null as varchar) as maal,
    cast(taeller as bigint) as taeller,
    cast(grundlag as bigint) as grundlag,
    cast(vaerdi as double) as vaerdi,
    cast(null as double) as midte,
    cast(null as bigint) as plads,
    cast(null as bigint) as paa_pladsen,
    cast(null as bigint) as blandt,
    cast(null as boolean) as er_sidst
from fundne
