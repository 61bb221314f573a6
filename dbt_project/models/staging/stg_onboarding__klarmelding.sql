select
    cast(periode as date) as statusdato,

    leverandoer_navn,
    it_system_uuid,
    it_system_navn,
    {{ normaliseret('it_system_navn') }} as it_system_navn_normaliseret,
    {{ snitflade('snitflade') }} as snitflade,

    klarmelding as klarmelding_leveret,
    case
        when lower(klarmelding) in ('klarmeldt', 'ja') then 'Klarmeldt'
        when lower(klarmelding) in ('delvis', 'delvist') then 'Delvis'
        else upper(substr(klarmelding, 1, 1)) || lower(substr(klarmelding, 2))
    end as klarmelding
from {{ source('lake', 'onboarding') }}
