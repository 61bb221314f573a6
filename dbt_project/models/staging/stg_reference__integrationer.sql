select
    integration,
    navn,
    snitflade
from {{ source('lake', 'integrationer') }}
