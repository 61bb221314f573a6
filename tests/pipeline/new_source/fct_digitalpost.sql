select
    cast(maaned || '-01' as date) as maaned,
    cast(myndighed_cvr as bigint) as myndighed_id,
    cast(antal_breve as bigint) as antal_breve
from {{ source('lake', 'digitalpost') }}
