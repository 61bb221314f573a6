select
    'systemanvendelse' as register,
    brug.statusdato,
    cast(brug.myndighed_cvr as bigint) as myndighed_id,
    system.it_system_id,
    brug.kilde,
    brug.i_brug_fra,
    brug.i_brug_til
from {{ ref('stg_systemanvendelse__brug') }} as brug
inner join {{ ref('int_it_system__opslag') }} as system
    on
        brug.it_system_navn_normaliseret = system.navn_normaliseret
        and brug.it_system_uuid is not distinct from system.uuid
        and not system.er_kitos

union all

select
    'kitos' as register,
    brug.statusdato,
    cast(brug.myndighed_cvr as bigint) as myndighed_id,
    system.it_system_id,
    'KITOS' as kilde,
    brug.i_brug_fra,
    brug.i_brug_til
from {{ ref('stg_kitos__brug') }} as brug
inner join {{ ref('int_it_system__opslag') }} as system
    on
        brug.it_system_navn_normaliseret = system.navn_normaliseret
        and brug.it_system_uuid is not distinct from system.uuid
        and system.er_kitos
