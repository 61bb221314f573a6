select
    -- moment
    tidspunkt,
    dato,
    cast(time as integer) as time_id,

    -- who and what
    myndighed_cvr,
    myndighed_navn,
    it_system_uuid,
    it_system_navn,
    stoettesystem,
    service,

    -- measure
    antal_kald
from {{ source('lake', 'stoettesystemerne') }}
