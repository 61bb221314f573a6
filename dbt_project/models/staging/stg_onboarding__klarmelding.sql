select
    cast(periode as date) as statusdato,

    leverandoer_navn,
    it_system_uuid,
    it_system_navn,
    {{ normaliseret('it_system_navn') }} as it_system_navn_normaliseret,
    {{ snitflade('snitflade') }} as snitflade,

    klarmelding as klarmelding_leveret,
    klarmelding_kode as klarmelding,
    klarmelding is not null and klarmelding_kode is null as er_sat_til_side,
    aarsag_kode as aarsag
from {{ source('lake', 'onboarding') }}
