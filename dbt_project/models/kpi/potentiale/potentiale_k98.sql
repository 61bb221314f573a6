select
    maaned,
    cast(count(*) as integer) as kommuner,
    cast(sum(mulige) as integer) as mulige,
    cast(sum(realiseret) as integer) as realiseret,
    cast(sum(udbredelse) as integer) as udbredelse,
    cast(sum(tilslutning) as integer) as tilslutning,
    cast(sum(kan_ikke_maales) as integer) as kan_ikke_maales,
    cast(sum(aftale_i_kraft) as integer) as aftale_i_kraft,
    cast(sum(andre_i_gang) as integer) as andre_i_gang,
    cast(sum(klarmeldt_ubrugt) as integer) as klarmeldt_ubrugt,
    sum(realiseret) / nullif(cast(sum(mulige) - sum(kan_ikke_maales) as double), 0) as realiseringsgrad,
    {{ sum_uanset_orden('forventede_kald') }} as forventede_kald,
    cast(sum(for_faa) as integer) as for_faa
from {{ ref('potentiale_kommune') }}
group by maaned
