select
    cast(periode as date) as statusdato,

    myndighed_cvr,
    it_system_uuid,
    it_system_navn,
    {{ normaliseret('it_system_navn') }} as it_system_navn_normaliseret,

    upper(kilde) as kilde,
    i_brug_fra,
    i_brug_til
from {{ source('lake', 'systemanvendelse') }}
