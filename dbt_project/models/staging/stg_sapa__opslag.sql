select
    cast(maaned || '-01' as date) as maaned,
    myndighed_cvr,
    org_enhed_uuid,
    org_enhed_navn,
    cast(antal_brugere as bigint) as antal_brugere,
    antal_opslag
from {{ source('lake', 'sapa') }}
