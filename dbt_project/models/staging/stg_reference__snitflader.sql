select
    snitflade,
    navn
from {{ source('lake', 'snitflader') }}
