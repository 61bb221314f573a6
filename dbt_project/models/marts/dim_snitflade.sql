with

-- an interface of several areas has the first
omraader as (
    select
        snitflade,
        min(dataomraade) as dataomraade
    from {{ ref('stg_reference__service_katalog') }}
    group by snitflade
)

select
    snitflader.snitflade_id,
    snitflader.snitflade,
    snitflader.navn,
    omraader.dataomraade
from {{ ref('int_snitflade') }} as snitflader
left join omraader on snitflader.snitflade = omraader.snitflade

union all

select 0, 'Ukendt', 'Ukendt', 'Ukendt'
