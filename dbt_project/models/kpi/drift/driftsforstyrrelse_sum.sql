select
    fra,
    til,
    timer,
    stoettesystem,
    service,
    version,
    snitflade,
    kommuner_ramt,
    cast(sum(forventede_kald) as bigint) as forventede_kald,
    cast(sum(observerede_kald) as bigint) as observerede_kald
from {{ ref('driftsforstyrrelse') }}
group by fra, til, timer, stoettesystem, service, version, snitflade, kommuner_ramt
