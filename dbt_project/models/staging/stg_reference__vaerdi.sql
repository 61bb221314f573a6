select
    {{ snitflade('snitflade') }} as snitflade,
    upper(klasse) as klasse,
    borger,
    sagsbehandler,
    it,
    kilde
from {{ source('lake', 'vaerdi') }}
