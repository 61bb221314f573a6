select
    {{ snitflade('snitflade') }} as snitflade,
    navn
from {{ source('lake', 'snitflader') }}
