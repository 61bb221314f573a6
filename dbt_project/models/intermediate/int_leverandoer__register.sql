-- Suppliers as the registers name them, by name: only Serviceplatformen gives their CVR number.
with

navne as (
    select
        {{ normaliseret('leverandoer_navn') }} as navn_normaliseret,
        arg_max(leverandoer_navn, (statusdato, leverandoer_navn)) as navn
    from {{ ref('int_it_system__omtale') }}
    where leverandoer_navn is not null
    group by {{ normaliseret('leverandoer_navn') }}
),

kendte as (
    select
        {{ normaliseret('leverandoer_navn') }} as navn_normaliseret,
        min(leverandoer_cvr) as cvr,
        count(distinct leverandoer_cvr) as leverandoerer
    from {{ ref('int_serviceaftale__set') }}
    where cast(leverandoer_cvr as bigint) <> 0
    group by {{ normaliseret('leverandoer_navn') }}
)

select
    navne.navn_normaliseret,
    navne.navn,
    case when kendte.leverandoerer = 1 then kendte.cvr end as cvr,
    case
        when kendte.leverandoerer = 1 then cast(kendte.cvr as bigint)
        else {{ noegle("'navn:' || navne.navn_normaliseret") }}
    end as leverandoer_id
from navne
left join kendte on navne.navn_normaliseret = kendte.navn_normaliseret
