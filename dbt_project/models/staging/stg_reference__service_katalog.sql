select
    platform,
    {{ normaliseret('service') }} as service_normaliseret,
    service,
    {{ snitflade('snitflade') }} as snitflade,
    dataomraade,
    adgang
from {{ source('lake', 'service_katalog') }}
