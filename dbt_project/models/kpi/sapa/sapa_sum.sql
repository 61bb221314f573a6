-- A unit has access when it has users, or has looked up; one with neither is told of, and counted nowhere.
with

enheder as (
    select
        maaned,
        cvr,
        kommune,
        coalesce(cvr, kommune) as myndighed,
        org_enhed,
        brugere,
        opslag,
        er_stille,
        coalesce(brugere, 0) > 0 or opslag > 0 as har_adgang
    from {{ ref('sapa') }}
),

niveauer as (
    select
        'alle' as niveau,
        cast(null as varchar) as cvr,
        cast(null as varchar) as kommune,
        cast(null as varchar) as enhedstype,
        maaned,
        myndighed,
        har_adgang,
        brugere,
        opslag,
        er_stille
    from enheder
    union all
    select
        'myndighed' as niveau,
        cvr,
        kommune,
        cast(null as varchar) as enhedstype,
        maaned,
        myndighed,
        har_adgang,
        brugere,
        opslag,
        er_stille
    from enheder
    union all
    select
        'enhedstype' as niveau,
        cast(null as varchar) as cvr,
        cast(null as varchar) as kommune,
        org_enhed as enhedstype,
        maaned,
        myndighed,
        har_adgang,
        brugere,
        opslag,
        er_stille
    from enheder
    where har_adgang and org_enhed is not null
),

summer as (
    select
        maaned,
        niveau,
        cvr,
        kommune,
        enhedstype,
        count(distinct myndighed) as myndigheder,
        count(*) filter (where har_adgang) as enheder,
        count(*) filter (where opslag > 0) as enheder_i_brug,
        count(*) filter (where er_stille) as enheder_stille,
        sum(brugere) as brugere,
        sum(opslag) as opslag
    from niveauer
    group by maaned, niveau, cvr, kommune, enhedstype
)

select
    maaned,
    niveau,
    cvr,
    kommune,
    enhedstype,
    cast(myndigheder as integer) as myndigheder,
    cast(enheder as integer) as enheder,
    cast(enheder_i_brug as integer) as enheder_i_brug,
    cast(enheder_stille as integer) as enheder_stille,
    enheder_stille / nullif(cast(enheder as double), 0) as andel_stille,
    cast(brugere as bigint) as brugere,
    cast(opslag as bigint) as opslag,
    opslag / nullif(cast(brugere as double), 0) as opslag_pr_bruger,
    {{ er_anonym('myndigheder') }} as er_anonym
from summer
-- a name that one municipality alone uses is no kind of unit
where niveau <> 'enhedstype' or myndigheder > 1
