select
    integration,
    navn,
    {{ snitflade('snitflade') }} as snitflade
from {{ source('lake', 'integrationer') }}
