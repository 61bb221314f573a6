select
    tabel,
    formaal,
    hjemmel,
    cast(taerskel as integer) as taerskel
from {{ source('lake', 'formaal') }}
