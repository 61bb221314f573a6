-- The list in force at each status date, as for the demands of fct_klarmelding.
select distinct
    dato.statusdato,
    system.it_system_id,
    ski.ydelsesomraade,
    ski.use_case
from {{ ref('int_statusdato') }} as dato
inner join {{ ref('stg_ski__krav') }} as ski on dato.ski_dato = ski.statusdato
inner join {{ ref('int_it_system__opslag') }} as system
    on
        ski.it_system_navn_normaliseret = system.navn_normaliseret
        and ski.it_system_uuid is not distinct from system.uuid
        and not system.er_kitos
where ski.ydelsesomraade is not null or ski.use_case is not null
