select
    -- period
    cast(periode as date) as udtraeksdato,

    -- who and what
    myndighed_cvr,
    myndighed_navn,
    it_system_uuid,
    it_system_navn,
    kle_nummer,
    kle_emne,

    -- measure
    antal_sager,
    maskeret_ved_kilden
from {{ source('lake', 'kle') }}
