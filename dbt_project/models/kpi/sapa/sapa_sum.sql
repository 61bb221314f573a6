-- A unit has access when it has users, or has looked up; one with neither is told of, and counted nowhere.
with

enheder as (
    select
        *,
        coalesce(brugere, 0) > 0 or opslag > 0 as har_adgang,
        case when coalesce(brugere, 0) > 0 or opslag > 0 then org_enhed end as enhedstype
    from {{ ref('sapa') }}
),

summer as (
    select
        maaned,
        case
            when grouping(enhedstype) = 0 then 'enhedstype'
            when grouping(cvr) = 0 then 'myndighed'
            else 'alle'
        end as niveau,
        cvr,
        kommune,
        enhedstype,
        count(distinct coalesce(cvr, kommune)) as myndigheder,
        count(*) filter (where har_adgang) as enheder,
        count(*) filter (where opslag > 0) as enheder_i_brug,
        count(*) filter (where er_stille) as enheder_stille,
        count(*) filter (where er_stille and seneste_opslag is null) as enheder_aldrig,
        sum(brugere) as brugere,
        sum(opslag) as opslag
    from enheder
    group by grouping sets ((maaned), (maaned, cvr, kommune), (maaned, enhedstype))
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
    cast(enheder_aldrig as integer) as enheder_aldrig,
    enheder_stille / nullif(cast(enheder as double), 0) as andel_stille,
    cast(brugere as bigint) as brugere,
    cast(opslag as bigint) as opslag,
    opslag / nullif(cast(brugere as double), 0) as opslag_pr_bruger,
    {{ er_anonym('myndigheder') }} as er_anonym
from summer
-- a name that one municipality alone uses is no kind of unit
where niveau <> 'enhedstype' or (enhedstype is not null and myndigheder > 1)
