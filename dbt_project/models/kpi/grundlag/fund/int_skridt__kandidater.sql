-- All steps that a municipality could take: talks with suppliers, cases in the index, silent units.
with

vaegte as (
    select * from {{ ref('stg_reference__vaegte') }}
    where emne = 'skridt'
),

kle as (
    select
        placering.maaned,
        placering.cvr,
        placering.dato,
        placering.grundlag - placering.taeller as mangler,
        placering.grundlag as almindelige,
        placering.klassens_median,
        least(
            100,
            vaegte.vaegt * (placering.grundlag - placering.taeller) * 100
            / nullif(placering.grundlag * vaegte.skala, 0)
        ) as score
    from {{ ref('placering') }} as placering
    inner join vaegte on vaegte.kode = 'kle'
    where
        placering.maal = 'daekningsgrad'
        and placering.grundlag - placering.taeller >= vaegte.mindst
),

-- what most of those of the same size have cases on is named first
ordnede as (
    select
        *,
        row_number() over (
            partition by udtraeksdato, cvr order by kommuner_med_sager desc, kle_nummer asc
        ) as nummer
    from {{ ref('kle_huller') }}
),

kle_emner as (
    select
        udtraeksdato,
        cvr,
        min(emne) filter (where nummer = 1) as foerste,
        string_agg(
            '»' || emne || '« (' || kommuner_med_sager || ' af ' || kommuner_i_klassen || ')',
            ', ' order by nummer
        ) filter (where nummer <= 3) as andres
    from ordnede
    group by udtraeksdato, cvr
),

enheder as (
    select
        sapa.maaned,
        sapa.cvr,
        count(*) as enheder,
        count(*) filter (where sapa.maaneder_stille >= vaegte.afstand) as stille,
        sum(sapa.brugere) filter (where sapa.maaneder_stille >= vaegte.afstand) as brugere,
        sum(sapa.brugere) as brugere_i_alt
    from {{ ref('sapa') }} as sapa
    inner join vaegte on vaegte.kode = 'sapa'
    where sapa.brugere >= {{ mindst_kommuner() }}
    group by sapa.maaned, sapa.cvr
)

select
    maaned,
    cvr,
    slags,
    it_system_uuid,
    it_system,
    leverandoer,
    snitflader,
    antal,
    anvendere,
    forventede_kald,
    score,
    {{ skridtets_titel() }} as titel,
    {{ skridtets_begrundelse() }} as begrundelse,
    {{ skridtets_tegn() }} as tegn_paa_brug
from {{ ref('int_skridt__systemer') }}
union all
select
    kle.maaned,
    kle.cvr,
    'kle',
    null,
    null,
    null,
    'SF1470',
    kle.mangler,
    null,
    null,
    kle.score,
    'Læg sager i indekset, begynd med »' || kle_emner.foerste || '«',
    'Kommuner på jeres størrelse har sager på ' || kle_emner.andres || '. I har ingen på dem'
    || case
        when kle.mangler > 3 then ' og på ' || {{ dansk_tal('kle.mangler - 3') }} || ' andre emner'
        else ''
    end
    || '.',
    {{ dansk_tal('kle.mangler') }} || ' emner; midten på jeres størrelse er '
    || {{ dansk_tal('round(kle.klassens_median * kle.almindelige)') }}
    || ' af '
    || {{ dansk_tal('kle.almindelige') }}
from kle
inner join kle_emner
    on
        kle.dato = kle_emner.udtraeksdato
        and kle.cvr = kle_emner.cvr
union all
select
    enheder.maaned,
    enheder.cvr,
    'sapa',
    null,
    null,
    null,
    null,
    enheder.stille,
    null,
    null,
    least(
        100, vaegte.vaegt * enheder.brugere * 100 / nullif(enheder.brugere_i_alt * vaegte.skala, 0)
    ),
    'Få ' || {{ dansk_tal('enheder.stille') }} || ' enheder i gang med SAPA',
    {{ dansk_tal('enheder.stille') }} || ' af ' || {{ dansk_tal('enheder.enheder') }}
    || ' enheder har ikke slået op i mindst tre måneder. Der er '
    || {{ dansk_tal('enheder.brugere') }} || ' brugere i dem.',
    'opslag fra enhederne'
from enheder
inner join vaegte on vaegte.kode = 'sapa'
where enheder.stille >= vaegte.mindst
