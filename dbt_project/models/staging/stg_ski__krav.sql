select
    cast(periode as date) as statusdato,

    leverandoer_navn,
    it_system_uuid,
    it_system_navn,
    {{ normaliseret('it_system_navn') }} as it_system_navn_normaliseret,

    ydelsesomraade,
    use_case,
    {{ snitflade('snitflade') }} as snitflade,
    lower(krav) as krav
from {{ source('lake', 'ski') }}
