select
    integration,
    navn,
    snitflade
from {{ ref('stg_reference__integrationer') }}
