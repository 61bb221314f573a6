select
    maaned,
    cast(count(*) as integer) as kommuner,
    cast(sum(mulige) as integer) as mulige,
    cast(sum(realiseret) as integer) as realiseret,
    cast(sum(udbredelse) as integer) as udbredelse,
    cast(sum(tilslutning) as integer) as tilslutning,
    sum(realiseret) / cast(sum(mulige) as double) as realiseringsgrad,
    {{ sum_uanset_orden('forventede_kald') }} as forventede_kald,
    cast(sum(for_faa) as integer) as for_faa
from {{ ref('potentiale_kommune') }}
group by maaned
