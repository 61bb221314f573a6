-- Agreements by how they stand: in all, and those to be followed up, in all and with each supplier.
with

aftaler as (
    select
        'alle' as niveau,
        cast(null as varchar) as leverandoer_vist,
        status as stand,
        *
    from {{ ref('serviceaftale_status') }}
    union all
    select
        'leverandoer' as niveau,
        leverandoer as leverandoer_vist,
        'stille_eller_aldrig_brugt' as stand,
        *
    from {{ ref('serviceaftale_status') }}
    where status in ('stille', 'aldrig_brugt')
    union all
    select
        'opfoelgning' as niveau,
        cast(null as varchar) as leverandoer_vist,
        'stille_eller_aldrig_brugt' as stand,
        *
    from {{ ref('serviceaftale_status') }}
    where status in ('stille', 'aldrig_brugt')
)

select
    niveau,
    leverandoer_vist as leverandoer,
    stand as status,
    cast(count(*) as integer) as aftaler,
    cast(count(distinct cvr) as integer) as myndigheder,
    cast(count(distinct coalesce(it_system_uuid, it_system)) as integer) as systemer,
    cast(max(maaneder_stille) as integer) as maaneder_stille
from aftaler
group by niveau, leverandoer_vist, stand
