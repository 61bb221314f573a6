select
    cast(dato as date) as dato,
    navn
from {{ source('lake', 'helligdage') }}
