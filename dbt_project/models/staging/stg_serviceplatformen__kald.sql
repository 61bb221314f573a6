select
    -- period
    cast(maaned || '-01' as date) as maaned,

    -- who and what
    myndighed_cvr,
    myndighed_navn,
    leverandoer_cvr,
    leverandoer_navn,
    it_system_uuid,
    it_system_navn,
    -- the UUID of nobody is no agreement
    nullif(serviceaftale_uuid, '00000000-0000-0000-0000-000000000000') as serviceaftale_uuid,
    service,

    -- measure
    antal_kald
from {{ source('lake', 'serviceplatformen') }}
