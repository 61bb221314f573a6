with

klarmeldinger as (
    select
        klarmelding.statusdato,
        system.it_system_id,
        klarmelding.snitflade,
        klarmelding.klarmelding,
        klarmelding.klarmelding_leveret,
        -- where several rows of the sheet are one system, the least advanced counts
        case
            when klarmelding.klarmelding is null then 9
            when klarmelding.klarmelding = 'Nej' then 1
            when klarmelding.klarmelding like 'Forløb%' then 2
            when klarmelding.klarmelding = 'Ensidig' then 3
            when klarmelding.klarmelding = 'Delvis' then 4
            when klarmelding.klarmelding = 'Klarmeldt' then 5
            else 6
        end as trin
    from {{ ref('stg_onboarding__klarmelding') }} as klarmelding
    inner join {{ ref('int_it_system__opslag') }} as system
        on
            klarmelding.it_system_navn_normaliseret = system.navn_normaliseret
            and klarmelding.it_system_uuid is not distinct from system.uuid
            and not system.er_kitos
),

en_pr_system as (
    select *
    from klarmeldinger
    qualify row_number() over (
        partition by statusdato, it_system_id, snitflade
        order by trin asc, klarmelding asc, klarmelding_leveret asc
    ) = 1
),

krav as (
    -- an interface that one use case demands is demanded
    select
        ski.statusdato,
        system.it_system_id,
        ski.snitflade,
        min(ski.krav) as krav
    from {{ ref('stg_ski__krav') }} as ski
    inner join {{ ref('int_it_system__opslag') }} as system
        on
            ski.it_system_navn_normaliseret = system.navn_normaliseret
            and ski.it_system_uuid is not distinct from system.uuid
            and not system.er_kitos
    group by ski.statusdato, system.it_system_id, ski.snitflade
),

klarmelding_paa_dato as (
    select
        dato.statusdato,
        status.it_system_id,
        status.snitflade,
        status.klarmelding,
        status.klarmelding_leveret
    from {{ ref('int_statusdato') }} as dato
    inner join en_pr_system as status on dato.onboarding_dato = status.statusdato
),

krav_paa_dato as (
    select
        dato.statusdato,
        krav.it_system_id,
        krav.snitflade,
        krav.krav
    from {{ ref('int_statusdato') }} as dato
    inner join krav on dato.ski_dato = krav.statusdato
),

samlet as (
    select
        coalesce(status.statusdato, krav.statusdato) as statusdato,
        coalesce(status.it_system_id, krav.it_system_id) as it_system_id,
        coalesce(status.snitflade, krav.snitflade) as snitflade,
        status.klarmelding,
        status.klarmelding_leveret,
        krav.krav
    from klarmelding_paa_dato as status
    full outer join krav_paa_dato as krav
        on
            status.statusdato = krav.statusdato
            and status.it_system_id = krav.it_system_id
            and status.snitflade = krav.snitflade
)

select
    samlet.statusdato,
    samlet.it_system_id,
    snitflade.snitflade_id,
    samlet.klarmelding,
    samlet.krav,
    samlet.klarmelding_leveret
from samlet
inner join {{ ref('int_snitflade') }} as snitflade on samlet.snitflade = snitflade.snitflade
