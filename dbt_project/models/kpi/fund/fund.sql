-- What is worth saying of a municipality in a month, the weightiest first, in the same words everywhere.
with

vaegte as (
    select * from {{ ref('stg_reference__vaegte') }}
    where emne = 'fund'
),

fundne as (
    select * from {{ ref('int_fund__plads') }}
    union all
    select * from {{ ref('int_fund__afstand') }}
    union all
    select * from {{ ref('int_fund__antal') }}
),

vejede as (
    select
        fundne.*,
        vaegte.raekkefoelge,
        vaegte.betydning,
        vaegte.vaegt
        * fundne.grad
        * case
            when
                fundne.grundlag < usikker.mindst
                and fundne.slags not in ('vel', 'sapa', 'drift')
                then usikker.vaegt / 100
            else 1
        end as score
    from fundne
    inner join vaegte on fundne.slags = vaegte.kode
    inner join vaegte as usikker on usikker.kode = 'usikker'
),

-- how it stands is the headline where nothing weighs as much
ordnet as (
    select
        *,
        row_number() over (
            partition by maaned, cvr
            order by case when slags = 'drift' then 1 else 0 end asc, score desc, raekkefoelge asc
        ) as nummer
    from vejede
)

select
    ordnet.maaned,
    myndighed.cvr,
    myndighed.navn as kommune,
    ordnet.slags,
    ordnet.score,
    cast(ordnet.nummer as integer) as nummer,
    ordnet.nummer = 1 as er_overskrift,
    {{ fundets_saetning('ordnet') }} as saetning,
    ordnet.betydning,
    ordnet.maal,
    ordnet.taeller,
    ordnet.grundlag,
    ordnet.vaerdi,
    ordnet.midte,
    cast(ordnet.plads as integer) as plads,
    cast(ordnet.blandt as integer) as blandt
from ordnet
inner join {{ ref('dim_myndighed') }} as myndighed on ordnet.cvr = myndighed.cvr
