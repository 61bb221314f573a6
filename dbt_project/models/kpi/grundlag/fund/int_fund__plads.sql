-- Findings of place among the 98: a last or low place in connection or share in use, and the good ones.
with

vaegte as (
    select * from {{ ref('stg_reference__vaegte') }}
    where emne = 'fund'
),

pladser as (
    select
        *,
        -- with a shared place, the lowest of it
        plads + paa_pladsen - 1 as sidste_plads
    from {{ ref('placering') }}
),

lave as (
    select
        pladser.*,
        vaegte.kode as slags,
        -- 0.5 where the lowest quarter begins, 1 for the last
        least(1, greatest(0, 0.5 + 0.5 * (sidste_plads - 0.75 * blandt) / (0.25 * blandt))) as grad
    from pladser
    inner join vaegte
        on
            (vaegte.kode = 'til' and pladser.maal = 'tilslutningsgrad')
            or (vaegte.kode = 'udb' and pladser.maal = 'realiseringsgrad')
    where
        pladser.er_sidst
        or (
            sidste_plads > 0.75 * blandt
            and pladser.vaerdi < pladser.median - vaegte.afstand / 100
        )
),

-- the best of a municipality's good places
fremme as (
    select
        pladser.*,
        vaegte.kode as slags,
        cast(1 as double) as grad
    from pladser
    inner join vaegte
        on
            (
                vaegte.kode = 'frem'
                and pladser.maal in ('tilslutningsgrad', 'realiseringsgrad', 'daekningsgrad')
                and pladser.grundlag >= vaegte.mindst
            )
            or (vaegte.kode = 'brug' and pladser.maal = 'kald_pr_indbygger')
    where
        pladser.plads <= vaegte.afstand
        -- where many share the first place, nobody is ahead
        and pladser.paa_pladsen <= vaegte.afstand
        and pladser.blandt > 2 * vaegte.afstand
    qualify row_number() over (
        partition by pladser.maaned, pladser.cvr, vaegte.kode
        order by pladser.plads asc, pladser.maal desc
    ) = 1
)

select
    maaned,
    cvr,
    slags,
    grad,
    maal,
    taeller,
    grundlag,
    vaerdi,
    median as midte,
    plads,
    paa_pladsen,
    blandt,
    er_sidst
from lave
union all
select
    maaned,
    cvr,
    slags,
    grad,
    maal,
    taeller,
    grundlag,
    vaerdi,
    median as midte,
    plads,
    paa_pladsen,
    blandt,
    er_sidst
from fremme
