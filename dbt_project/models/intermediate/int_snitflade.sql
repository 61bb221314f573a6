-- Interfaces of the reference data, and those that only registers or the service catalogue name.
with

naevnt as (
    select snitflade from {{ ref('stg_onboarding__klarmelding') }}
    union
    select snitflade from {{ ref('stg_ski__krav') }}
    union
    select snitflade from {{ ref('stg_reference__service_katalog') }}
    where snitflade <> ''
),

samlet as (
    select
        coalesce(reference.snitflade, naevnt.snitflade) as snitflade,
        coalesce(reference.navn, naevnt.snitflade) as navn
    from {{ ref('stg_reference__snitflader') }} as reference
    full outer join naevnt on reference.snitflade = naevnt.snitflade
)

select
    {{ noegle('snitflade') }} as snitflade_id,
    snitflade,
    navn
from samlet
