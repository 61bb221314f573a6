-- Why interfaces are declined, and for how many uses.
select
    maaned,
    krav,
    aarsag,
    fravalg,
    cast(count(*) as integer) as antal,
    cast(count(distinct coalesce(it_system_uuid, it_system)) as integer) as systemer,
    cast(count(distinct cvr) as integer) as kommuner
from {{ ref('tilslutning_tragt') }}
where trin = 'fravalgt'
group by maaned, krav, aarsag, fravalg
