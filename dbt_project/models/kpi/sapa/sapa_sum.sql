select
    maaned,
    case when grouping(cvr) = 1 then 'alle' else 'myndighed' end as niveau,
    cvr,
    kommune,
    cast(count(distinct coalesce(cvr, kommune)) as integer) as myndigheder,
    cast(count(*) as integer) as enheder,
    cast(count(*) filter (where opslag > 0) as integer) as enheder_i_brug,
    cast(count(*) filter (where er_stille) as integer) as enheder_stille,
    cast(sum(brugere) as bigint) as brugere,
    cast(sum(opslag) as bigint) as opslag,
    sum(opslag) / nullif(cast(sum(brugere) as double), 0) as opslag_pr_bruger,
    {{ er_anonym('count(distinct coalesce(cvr, kommune))') }} as er_anonym
from {{ ref('sapa') }}
group by grouping sets ((maaned), (maaned, cvr, kommune))
