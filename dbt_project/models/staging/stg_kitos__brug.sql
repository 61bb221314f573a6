select
    cast(periode as date) as statusdato,

    myndighed_cvr,
    myndighed_navn,
    it_system_uuid,
    it_system_navn,
    {{ normaliseret('it_system_navn') }} as it_system_navn_normaliseret,

    i_brug_fra,
    -- no longer valid, without saying since when: it ended at the latest when KITOS was asked; a use
    -- that begins later is not valid yet
    case
        when lower(er_gyldig) = 'false' and coalesce(i_brug_fra <= cast(periode as date), true)
            then least(i_brug_til, cast(periode as date))
        else i_brug_til
    end as i_brug_til
from {{ source('lake', 'kitos') }}
