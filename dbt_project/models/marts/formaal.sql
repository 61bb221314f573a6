select
    tabel,
    kolonne,
    formaal,
    hjemmel,
    taerskel
from {{ ref('stg_reference__formaal') }}
