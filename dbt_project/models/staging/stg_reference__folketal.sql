select
    kommune_kode,
    cast(folketal as bigint) as folketal,
    -- 2022K2 begins on 1 April 2022
    make_date(
        cast(substr(kvartal, 1, 4) as integer), 3 * cast(substr(kvartal, 6, 1) as integer) - 2, 1
    ) as kvartal
from {{ source('lake', 'folketal') }}
