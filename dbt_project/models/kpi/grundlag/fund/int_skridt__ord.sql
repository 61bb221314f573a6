-- What a set of interfaces is worth to whom, in words; each word once.
with

saet as (
    select distinct snitflader from {{ ref('int_skridt__kandidater') }}
    where snitflader is not null
),

enkelte as (
    select
        snitflader,
        unnest(string_split(snitflader, ', ')) as snitflade
    from saet
)

select
    enkelte.snitflader,
    string_agg(distinct vaerdi.borger, ' og ' order by vaerdi.borger) as borger,
    string_agg(distinct vaerdi.sagsbehandler, ' og ' order by vaerdi.sagsbehandler) as sagsbehandler,
    string_agg(distinct vaerdi.it, ' og ' order by vaerdi.it) as it
from enkelte
inner join {{ ref('vaerdi') }} as vaerdi on enkelte.snitflade = vaerdi.snitflade
group by enkelte.snitflader
