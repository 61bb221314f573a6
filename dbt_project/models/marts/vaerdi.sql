-- What an interface is worth in words, and to whom; the words are a replaceable file.
select
    snitflade,
    klasse,
    borger,
    sagsbehandler,
    it,
    kilde
from {{ ref('stg_reference__vaerdi') }}
