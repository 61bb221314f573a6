-- The names in the sums are those of now: where one has changed, all extracts are summed anew.
with

omdoebt as (
    select ny.it_system_id as noegle
    from {{ ref('dim_it_system') }} as ny
    inner join {{ source('basis', 'it_system_foer') }} as foer on ny.it_system_id = foer.it_system_id
    where
        ny.navn is distinct from foer.navn
        or ny.uuid is distinct from foer.uuid

    union all

    select ny.myndighed_id
    from {{ ref('dim_myndighed') }} as ny
    inner join {{ source('basis', 'myndighed_foer') }} as foer on ny.myndighed_id = foer.myndighed_id
    where ny.navn is distinct from foer.navn

    union all

    select ny.kle_id
    from {{ ref('dim_kle') }} as ny
    inner join {{ source('basis', 'kle_foer') }} as foer on ny.kle_id = foer.kle_id
    where ny.emne is distinct from foer.emne
)

select udtraeksdato from {{ ref('int_kle__udtraek') }}

union

select udtraeksdato
from {{ ref('int_kle__sager') }}
where exists (select 1 from omdoebt)
