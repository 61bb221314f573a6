select
    {{ noegle('snitflade') }} as snitflade_id,
    snitflade,
    navn
from {{ ref('stg_reference__snitflader') }}

union all

select 0, 'Ukendt', 'Ukendt'
