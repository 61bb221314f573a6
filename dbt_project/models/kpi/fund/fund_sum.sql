-- What is worth saying of most municipalities, the weightiest first.
with

fundne as (
    select
        fund.maaned,
        fund.slags,
        -- what is counted over 12 months is compared where as many are loaded
        case
            when fund.slags in ('udb', 'gaeld', 'hul', 'tvivl', 'vel', 'frem') then max(vindue.maaneder_12m)
        end as maaneder_12m,
        count(*) as kommuner,
        {{ sum_uanset_orden('fund.score') }} as score
    from {{ ref('fund') }} as fund
    left join {{ ref('int_maaneder__vindue') }} as vindue on fund.maaned = vindue.maaned
    group by fund.maaned, fund.slags
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
        and nu.maaneder_12m is not distinct from foer.maaneder_12m
