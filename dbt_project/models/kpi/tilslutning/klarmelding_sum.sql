-- What calls say of declarations, added up: of all suppliers, of each, and of each system.
select
    maaned,
    case
        when grouping(it_system) = 0 then 'it_system'
        when grouping(leverandoer) = 0 then 'leverandoer'
        else 'alle'
    end as niveau,
    it_system_uuid,
    it_system,
    leverandoer,
    vurdering,
    cast(count(*) as integer) as antal,
    cast(count(*) filter (where krav = 'obligatorisk') as integer) as kraevede,
    cast(count(distinct coalesce(it_system_uuid, it_system)) as integer) as systemer,
    cast(sum(kald_12m) as bigint) as kald_12m,
    string_agg(distinct snitflade, ', ' order by snitflade) as snitflader
from {{ ref('klarmelding_reel') }}
group by
    grouping sets (
        (maaned, vurdering), (maaned, leverandoer, vurdering), (maaned, it_system_uuid, it_system, vurdering)
    )
