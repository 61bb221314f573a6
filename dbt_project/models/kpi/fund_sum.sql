-- What is worth saying of most municipalities, the weightiest first.
with

fundne as (
    select
        maaned,
        slags,
        count(*) as kommuner,
        {{ sum_uanset_orden('score') }} as score
    from {{ ref('fund') }}
    group by maaned, slags
)

select
    nu.maaned,
    nu.slags,
    cast(nu.kommuner as integer) as kommuner,
    cast(coalesce(foer.kommuner, 0) as integer) as kommuner_kvartal_foer,
    nu.score,
    {{ er_anonym('nu.kommuner') }} as er_anonym,
    {{ er_anonym('foer.kommuner') }} as foer_er_anonym
from fundne as nu
left join fundne as foer
    on
        nu.maaned = {{ dbt.dateadd('month', 3, 'foer.maaned') }}
        and nu.slags = foer.slags
