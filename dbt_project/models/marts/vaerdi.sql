-- What an interface is worth in words, and to whom; the words are a replaceable file. Numbers that are no
-- known interface have no row.
select
    vaerdi.snitflade,
    vaerdi.klasse,
    vaerdi.borger,
    vaerdi.sagsbehandler,
    vaerdi.it,
    vaerdi.kilde
from {{ ref('stg_reference__vaerdi') }} as vaerdi
inner join {{ ref('dim_snitflade') }} as snitflade on vaerdi.snitflade = snitflade.snitflade
