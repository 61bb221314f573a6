-- What calls say of declarations, added up: of all suppliers, and of each.
select
    maaned,
    case when grouping(leverandoer) = 1 then 'alle' else 'leverandoer' end as niveau,
    leverandoer,
    vurdering,
    cast(count(*) as integer) as antal,
    cast(count(distinct coalesce(it_system_uuid, it_system)) as integer) as systemer,
    cast(sum(kald_12m) as bigint) as kald_12m,
    string_agg(distinct snitflade, ', ' order by snitflade) as snitflader
from {{ ref('klarmelding_reel') }}
group by grouping sets ((maaned, vurdering), (maaned, leverandoer, vurdering))
