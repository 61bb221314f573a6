select
    leverance_id,
    kilde,
    periode,
    fil,
    sha256,
    cast(modtaget as timestamp) as modtaget,
    status,
    raekker_modtaget,
    raekker_indlaest,
    raekker_karantaene,
    sum_indlaest,
    er_aktiv,
    publiceret_i,
    tilstand,
    afgoerelse,
    begrundelse,
    cast(afgjort as timestamp) as afgjort,
    noter,

    -- the last day that the period covers, which orders periods of different kinds
    case
        when length(periode) = 7 then {{ dbt.last_day("cast(periode || '-01' as date)", "month") }}
        else cast(periode as date)
    end as periode_til
from {{ source('lake', 'leverancer') }}
