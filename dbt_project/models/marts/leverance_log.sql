select
    leverance_id,
    kilde,
    periode,
    fil,
    sha256,
    raekker_modtaget as raekker,
    raekker_indlaest,
    raekker_karantaene,
    modtaget,
    case
        when status = 'afvist' then 'afvist'
        when not er_aktiv then 'erstattet'
        when raekker_karantaene > 0 then 'publiceret_delvist'
        else 'publiceret'
    end as status,
    publiceret_i
from {{ ref('stg_lake__leverancer') }}
