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
        when tilstand <> 'gaelder' then tilstand
        when raekker_karantaene > 0 then 'publiceret_delvist'
        else 'publiceret'
    end as status,
    publiceret_i,
    afgoerelse,
    begrundelse,
    afgjort,
    noter
from {{ ref('stg_lake__leverancer') }}
