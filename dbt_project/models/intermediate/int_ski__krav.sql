-- An interface that one use case demands is demanded.
select
    ski.statusdato,
    system.it_system_id,
    snitflade.snitflade_id,
    min(ski.krav) as krav
from {{ ref('stg_ski__krav') }} as ski
inner join {{ ref('int_it_system__opslag') }} as system
    on
        ski.it_system_navn_normaliseret = system.navn_normaliseret
        and ski.it_system_uuid is not distinct from system.uuid
        and not system.er_kitos
inner join {{ ref('int_snitflade') }} as snitflade on ski.snitflade = snitflade.snitflade
group by ski.statusdato, system.it_system_id, snitflade.snitflade_id
