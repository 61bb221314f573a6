select
    tabel,
    kolonne,
    formaal,
    hjemmel,
    cast(taerskel as integer) as taerskel
from {{ source('lake', 'formaal') }}
