with

klarmelding_paa_dato as (
    select
        dato.statusdato,
        ark.it_system_id,
        ark.snitflade_id,
        ark.klarmelding,
        ark.aarsag,
        ark.klarmelding_leveret
    from {{ ref('int_statusdato') }} as dato
    inner join {{ ref('int_klarmelding__ark') }} as ark on dato.onboarding_dato = ark.statusdato
    where ark.er_i_arket
),

krav_paa_dato as (
    select
        dato.statusdato,
        krav.it_system_id,
        krav.snitflade_id,
        krav.krav
    from {{ ref('int_statusdato') }} as dato
    inner join {{ ref('int_ski__krav') }} as krav on dato.ski_dato = krav.statusdato
)

select
    coalesce(status.statusdato, krav.statusdato) as statusdato,
    coalesce(status.it_system_id, krav.it_system_id) as it_system_id,
    coalesce(status.snitflade_id, krav.snitflade_id) as snitflade_id,
    status.klarmelding,
    status.aarsag,
    krav.krav,
    status.klarmelding_leveret
from klarmelding_paa_dato as status
full outer join krav_paa_dato as krav
    on
        status.statusdato = krav.statusdato
        and status.it_system_id = krav.it_system_id
        and status.snitflade_id = krav.snitflade_id
