-- Findings of distance: use that has fallen since the same month last year, and subjects without cases.
with

vaegte as (
    select * from {{ ref('stg_reference__vaegte') }}
    where emne = 'fund'
),

fald as (
    select
        placering.*,
        vaegte.kode as slags,
        placering.median as midte,
        (placering.median - placering.vaerdi) * 100 / vaegte.skala as grad
    from {{ ref('placering') }} as placering
    inner join vaegte on vaegte.kode = 'fald'
    where
        placering.maal = 'kald_af_aaret_foer'
        and placering.vaerdi <= 1 - vaegte.mindst / 100
        and placering.vaerdi <= placering.median - vaegte.afstand / 100
),

kle as (
    select
        placering.* replace (placering.grundlag - placering.taeller as taeller),
        vaegte.kode as slags,
        placering.klassens_median as midte,
        (placering.klassens_median - placering.vaerdi) * 100 / vaegte.skala as grad
    from {{ ref('placering') }} as placering
    inner join vaegte on vaegte.kode = 'kle'
    where
        placering.maal = 'daekningsgrad'
        and placering.grundlag - placering.taeller >= vaegte.mindst
        and placering.vaerdi <= placering.klassens_median - vaegte.afstand / 100
)

{%- for tabel in ['fald', 'kle'] %}

    select
        maaned,
        cvr,
        slags,
        least(1, grad) as grad,
        maal,
        taeller,
        grundlag,
        vaerdi,
        midte,
        plads,
        paa_pladsen,
        blandt,
        er_sidst
    from {{ tabel }}
    {{- ' union all' if not loop.last }}
{%- endfor %}
