select
    platform,
    {{ normaliseret('service') }} as service_normaliseret,
    service,
    snitflade,
    dataomraade,
    adgang
from {{ source('lake', 'service_katalog') }}
