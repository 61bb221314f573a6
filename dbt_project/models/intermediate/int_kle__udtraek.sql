-- An extract's counts are judged beside those of the extracts around it, so these are judged anew too.
with

udtraek as (
    select udtraeksdato from {{ ref('int_kle__sager') }}
    union
    -- a withdrawn extract has no rows; those around it are now each other's neighbours
    select udtraeksdato from {{ source('plan', 'beroerte_udtraek') }}
),

raekkefoelge as (
    select
        udtraeksdato,
        lag(udtraeksdato) over (order by udtraeksdato) as forrige,
        lead(udtraeksdato) over (order by udtraeksdato) as naeste
    from udtraek
)

select distinct raekkefoelge.udtraeksdato
from raekkefoelge
inner join {{ source('plan', 'beroerte_udtraek') }} as beroert
    on beroert.udtraeksdato in (raekkefoelge.udtraeksdato, raekkefoelge.forrige, raekkefoelge.naeste)
